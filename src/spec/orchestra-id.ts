// By which name an orchestra is run: asked of whole documents, and of those that may be orchestras.
import { atPath } from './fault-words.ts';

/** What a document says its id is, else what its file's name makes of it. */
export function orchestraId(data: unknown, file: string): string {
  const declared = atPath(data, ['orchestra', 'id']);
  if (typeof declared === 'string') return declared;
  return idFrom(metadataText(atPath(data, ['metadata', 'id']))) || idFrom(stemOf(file)) || 'orchestra';
}

/** A text or a number of the free metadata as text; blank for anything else. */
export function metadataText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function stemOf(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return name.replace(/\.ya?ml$/i, '').replace(/_orchestra$/, '');
}

/** The nearest orchestra id to a text; blank where nothing is left of it. */
function idFrom(written: string): string {
  return written
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
    .replace(/[^A-Za-z0-9]+$/, '');
}
