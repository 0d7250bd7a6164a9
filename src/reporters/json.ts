import { printableJson } from '../diagnostics/printable.ts';
import { linesTo } from './lines.ts';
import type { Reporter, ReporterContext } from './reporter.ts';
import { clean } from './terminal.ts';
import { tellOn } from './wrap.ts';

/** Every event as one line of JSON on standard output, as it stands in the journal; nothing else there. */
export function jsonReporter({ stdout, stderr }: ReporterContext): Reporter {
  const lines = linesTo(stdout);
  return {
    onEvent: (event) => lines.add(printableJson(event)),
    note: (text) => tellOn(stderr, `super: ${clean(text)}\n`),
    close: async () => lines.flush(),
  };
}
