// One file of settings: the project's .super, or a person's config.yaml.
import { readFileSync } from 'node:fs';
import { type Checked, type Diagnostic, hasErrors, type Path } from '../diagnostics/diagnostic.ts';
import { decode } from '../spec/decode.ts';
import { defaultsPath, readProjectFile } from '../spec/settings.ts';
import { parseSource, type Source } from '../spec/source.ts';
import type { Settings } from '../spec/spec.ts';
import { Refusal } from './command.ts';
import { nameFor, orRefuse } from './paths.ts';

/** A file of settings as it was read. */
export interface SettingsFile {
  /** As diagnostics name it. */
  readonly file: string;
  /** What it says; nothing where it is faulty. */
  readonly settings: Settings;
  /** Where in the file the settings stand. */
  readonly at: Path;
  readonly diagnostics: readonly Diagnostic[];
  /** The name of the project, where the file gives one. */
  readonly project?: string;
  /** Absent where the file is empty or faulty. */
  readonly source?: Source;
  /** Absent where the file could not be read as text. */
  readonly text?: string;
  /** Why it cannot be read at all, in a sentence. */
  readonly refusal?: string;
}

/** Reads the file .super of a project. */
export function readMarker(cwd: string, path: string): SettingsFile {
  const { value, ...file } = readSettings(cwd, path, defaultsPath, readProjectFile);
  return { ...file, settings: value?.defaults ?? {}, ...(value?.name !== undefined && { project: value.name }) };
}

/** What was made of a file of settings. */
type Read<T> = Omit<SettingsFile, 'settings' | 'project'> & { readonly value?: T };

/** Reads a file of settings, which diagnostics name as seen from the folder `cwd`; what stands in it, stands at `at`. */
export function readSettings<T>(cwd: string, path: string, at: Path, read: (source: Source) => Checked<T>): Read<T> {
  const file = nameFor({ cwd }, path);
  const bytes = bytesOf(file, path);
  if (typeof bytes === 'string') return { file, at, diagnostics: [], refusal: bytes };
  const { value: text, diagnostics } = decode(file, bytes);
  if (text === undefined) return { file, at, diagnostics };
  const source = parseSource(file, text);
  // To be empty is no fault here: nothing has to be said.
  if (source.diagnostics.some(({ code }) => code === 'file-empty')) return { file, at, diagnostics: [], text };
  if (source.value === undefined) return { file, at, diagnostics: source.diagnostics, text };
  const { value, diagnostics: found } = read(source.value);
  const all = [...source.diagnostics, ...found];
  return {
    file,
    at,
    text,
    source: source.value,
    diagnostics: all,
    ...(value !== undefined && !hasErrors(all) && { value }),
  };
}

/** The bytes of a file, or why it cannot be read. */
function bytesOf(file: string, path: string): Uint8Array | string {
  try {
    return orRefuse(file, () => readFileSync(path));
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
