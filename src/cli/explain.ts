import { columns } from './columns.ts';
import { type Command, exit, flag, printJson, usageFault } from './command.ts';

export const explain: Command = {
  path: ['explain'],
  summary: 'say what a diagnostic means, with wrong and right YAML; without a code list them all',
  operands: '[code]',
  options: [{ flags: '--json', description: 'one JSON document' }],
  example: 'super explain unknown-agent',
  async run(call, io) {
    const { catalogue } = await import('../diagnostics/catalogue.ts');
    const [code] = call.operands;
    if (code === undefined) {
      const entries = Object.entries(catalogue);
      if (flag(call, 'json')) printJson(io, { codes: entries.map(([name, entry]) => ({ code: name, ...entry })) });
      else {
        const rows = entries.map(([name, { severity, title }]) => [name, severity, title]);
        io.stdout.write(columns(rows, io.stdout));
      }
      return exit.succeeded;
    }
    const diagnostics = await import('../diagnostics/explain.ts');
    const explained = diagnostics.explain(code);
    if (explained.type === 'unknown') throw usageFault(explained.message, explained.hint);
    if (flag(call, 'json')) printJson(io, { code, ...catalogue[code as keyof typeof catalogue] });
    else io.stdout.write(explained.text);
    return exit.succeeded;
  },
};
