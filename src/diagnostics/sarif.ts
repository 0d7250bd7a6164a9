import { type Code, catalogue } from './catalogue.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Diagnostics as a SARIF 2.1.0 log, for tools that collect what linters say. */
export function toSarif(diagnostics: readonly Diagnostic[], version?: string): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'super', ...(version !== undefined && { version }), rules: codes.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((each) => result(each, codes.indexOf(each.code))),
      },
    ],
  };
}

function rule(code: Code): object {
  const { title, meaning, severity } = catalogue[code];
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text: `super explain ${code}` },
    defaultConfiguration: { level: severity },
  };
}

function result(diagnostic: Diagnostic, ruleIndex: number): object {
  const { code, severity, message, hint, file, line, column, end_line, end_column } = diagnostic;
  const region = { startLine: line, startColumn: column, endLine: end_line, endColumn: end_column };
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === '' ? message : `${message}\n${hint}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } }],
  };
}

/** A path as a relative URI reference; of a path from the root, as a file URI. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
