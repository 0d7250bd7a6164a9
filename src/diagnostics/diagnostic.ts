import { type Code, catalogue } from './catalogue.ts';
import type { Severity } from './entry.ts';

/** A fault in a user's file, with its place. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
  /** The next step; may have several lines. Empty when there is nothing to add. */
  readonly hint: string;
}

/** Path of keys and indexes from the document's root to a value. */
export type Path = readonly (string | number)[];

/** A diagnostic that does not know its line yet: `at` is resolved by the source that it speaks of, once, at the edge. */
export interface Finding {
  readonly code: Code;
  readonly message: string;
  readonly at: Path;
  /** Whether the key or the value at `at` is meant. Default: value. */
  readonly part?: 'key' | 'value';
  /** The part of a text value that is meant, as it stands there. Default: all of it. */
  readonly within?: string;
  readonly hint?: string;
}

/** What a stage returns: its product, as far as it could be made, and what is wrong. It never throws for bad input. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Severity of a code; the catalogue decides, so that it is the same everywhere. */
export function severityOf(code: Code): Severity {
  return catalogue[code].severity;
}

/** Whether a diagnostic among these forbids going on. */
export function hasErrors(diagnostics: readonly { readonly code: Code }[]): boolean {
  return diagnostics.some((each) => severityOf(each.code) === 'error');
}

/** Order in which people read: by file, then place, then code. */
export function inReadingOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
