import { Chalk } from 'chalk';
import type { Paint } from '../diagnostics/render.ts';
import { wantsColor } from '../reporters/table.ts';
import type { Io, Stream } from './command.ts';

/** Colours for diagnostics on a stream; undefined where it takes none. */
export function paintFor(stream: Stream, io: Io): Paint | undefined {
  if (!wantsColor(stream, io.env)) return undefined;
  const chalk = new Chalk({ level: 1 });
  const colors = {
    place: chalk.bold,
    error: chalk.red,
    warning: chalk.yellow,
    code: chalk.dim,
    gutter: chalk.dim,
    caret: chalk.red,
    hint: chalk.cyan,
  };
  return (part, text) => colors[part](text);
}
