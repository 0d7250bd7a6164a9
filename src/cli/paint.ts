import { styleText } from 'node:util';
import type { Paint } from '../diagnostics/render.ts';
import { wantsColor } from '../reporters/table.ts';
import type { Io, Stream } from './command.ts';

/** Colours for diagnostics on a stream; undefined where it takes none. */
export function paintFor(stream: Stream, io: Io): Paint | undefined {
  if (!wantsColor(stream, io.env)) return undefined;
  // Whether the stream takes them is known by now.
  return (part, text) => styleText(styles[part], text, { validateStream: false });
}

const styles = {
  place: 'bold',
  error: 'red',
  warning: 'yellow',
  code: 'dim',
  gutter: 'dim',
  caret: 'red',
  hint: 'cyan',
} as const;
