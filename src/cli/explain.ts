import { columnsOf, filled } from '../reporters/wrap.ts';
import { columns } from './columns.ts';
import { type Command, exit, flag, type Io, printJson, usageFault } from './command.ts';

export const explain: Command = {
  path: ['explain'],
  summary: 'say what a diagnostic or a failure means and what to do; without a code list them all',
  operands: '[code]',
  options: [{ flags: '--json', description: 'one JSON document' }],
  example: 'super explain unknown-agent',
  async run(call, io) {
    const [code] = call.operands;
    if (code === undefined) await listAll(flag(call, 'json'), io);
    else await explainOne(code, flag(call, 'json'), io);
    return exit.succeeded;
  },
};

async function listAll(json: boolean, io: Io): Promise<void> {
  const { catalogue } = await import('../diagnostics/catalogue.ts');
  const { failureReasons } = await import('./failure-reasons.ts');
  const [codes, reasons] = [Object.entries(catalogue), Object.entries(failureReasons)];
  if (json) {
    printJson(io, {
      codes: codes.map(([code, entry]) => ({ code, ...entry })),
      failure_reasons: reasons.map(([reason, entry]) => ({ reason, ...entry })),
    });
    return;
  }
  const rows = [
    ...codes.map(([code, { severity, title }]) => [code, severity, title]),
    ...reasons.map(([reason, { title }]) => [reason, 'failure', title]),
  ];
  io.stdout.write(columns(rows, io.stdout));
}

async function explainOne(code: string, json: boolean, io: Io): Promise<void> {
  const { catalogue } = await import('../diagnostics/catalogue.ts');
  const diagnostics = await import('../diagnostics/explain.ts');
  const { explainReason, failureReasons } = await import('./failure-reasons.ts');
  const reason = explainReason(code);
  if (reason !== undefined) {
    if (json) printJson(io, { reason: code, ...failureReasons[code as keyof typeof failureReasons] });
    else tellProse(reason, io);
    return;
  }
  const explained = diagnostics.explain(code, Object.keys(failureReasons));
  if (explained.type === 'unknown') throw usageFault(explained.message, explained.hint);
  if (json) printJson(io, { code, ...catalogue[code as keyof typeof catalogue] });
  else tellProse(explained.text, io);
}

/** What stands further in is YAML, which a break would change. */
function tellProse(text: string, io: Io): void {
  for (const part of text.split(/^(?= {4})|(?<=\n)(?! {4})/m)) {
    io.stdout.write(part.startsWith('    ') ? part : filled(part, columnsOf(io.stdout)));
  }
}
