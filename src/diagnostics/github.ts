import type { Diagnostic } from './diagnostic.ts';
import { printableCharacter } from './printable.ts';

/** Diagnostics as workflow commands, one a line, which GitHub Actions shows beside the changed lines. */
export function renderGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((each) => annotation(each)).join('');
}

function annotation({ severity, code, message, hint, file, line, column, end_line, end_column }: Diagnostic): string {
  const properties = { file, line, col: column, endLine: end_line, endColumn: end_column, title: code };
  return workflowCommand(severity, properties, hint === '' ? message : `${message}\n${hint}`);
}

/** One line that GitHub Actions shows on the page of the workflow run. */
export function workflowCommand(
  level: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number>>,
  text: string,
): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${level} ${list.join(',')}::${data(text)}\n`;
}

/** The ends of lines have signs of their own here; other control characters are shown as everywhere. */
function data(text: string): string {
  const shown = text.replace(/[^\P{Cc}\r\n]/gu, printableCharacter);
  return shown.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
