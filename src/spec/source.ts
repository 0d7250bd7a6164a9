import type { Checked, Diagnostic, Finding, Path } from '../diagnostics/diagnostic.ts';

/** A YAML file as data that still knows where everything stands. */
export interface Source {
  /** The file as people name it. */
  readonly file: string;
  readonly text: string;
  /** Plain data: strings, numbers, booleans, null, arrays and objects without a prototype. */
  readonly data: unknown;
  /** Gives a finding its place; one that names something absent gets the nearest thing around it. */
  locate(finding: Finding): Diagnostic;
  /** Whether something stands at this path. */
  has(at: Path): boolean;
}

/** Reads YAML text; within the limits of limits.ts, else a diagnostic. */
export function parseSource(file: string, text: string): Checked<Source> {
  throw new Error(`to be written: ${file} ${text}`);
}
