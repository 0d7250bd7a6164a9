// Whether outputs can be measured by the schemas of their tasks. Asked here, because the validator is loaded from a file.
import { schemaFault } from '../backends/output-schema.ts';
import { brief } from '../diagnostics/brief.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { atPath } from '../spec/fault-words.ts';
import { pathOf } from '../spec/faults.ts';
import type { Source } from '../spec/source.ts';
import type { OrchestraSpec } from '../spec/spec.ts';

/** An error for each output_schema that is no JSON Schema, at the first part of it that is wrong. */
export function unusableSchemas({ tasks }: OrchestraSpec, source: Source): readonly Diagnostic[] {
  return tasks.flatMap(({ name, output_schema }, index) => {
    if (output_schema === undefined) return [];
    const fault = schemaFault(output_schema);
    if (fault === undefined) return [];
    const inside = pathOf(fault.pointer, output_schema);
    const value = atPath(output_schema, inside);
    const words = fault.allowed.map(String);
    const meant = typeof value === 'string' ? didYouMean(value, words) : undefined;
    const hint = words.length === 0 ? '' : (meant ?? `values: ${words.join(', ')}`);
    const what = inside.length === 0 ? '' : `"${brief(String(inside.at(-1)))}" `;
    const message = `no output of task "${name}" can be measured by this: ${what}${fault.message}`;
    return [source.locate({ code: 'output-schema', message, at: ['tasks', index, 'output_schema', ...inside], hint })];
  });
}
