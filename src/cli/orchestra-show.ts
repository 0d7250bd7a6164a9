import { columnsOf, wrapLine } from '../reporters/wrap.ts';
import { type Command, exit, flag, type Io, printJson, textOption } from './command.ts';
import { findProject } from './project.ts';

export const orchestraShow: Command = {
  path: ['orchestra', 'show'],
  summary: 'draw the plan of an orchestra',
  operands: '<orchestra>',
  options: [
    { flags: '--format <format>', description: 'how it is drawn', choices: ['tree', 'mermaid', 'dot', 'json'] },
    { flags: '--json', description: 'the same as --format json' },
  ],
  example: 'super orchestra show repo_report --format mermaid',
  async run(call, io) {
    const project = await findProject(io.cwd);
    const { findOrchestra } = await import('./lookup.ts');
    const path = findOrchestra(project, call.operands[0] ?? '');
    const { choicesHere } = await import('./adapters.ts');
    const { compileFile, withSettings } = await import('./team.ts');
    const { printReport, reportDiagnostics } = await import('./diagnose.ts');
    const choices = await choicesHere(project, io.env);
    const compiled = withSettings(choices.around, () => compileFile(project, path, choices));
    const format = flag(call, 'json') ? 'json' : (textOption(call, 'format') ?? 'tree');
    const plan = compiled.value;
    if (plan === undefined) return printReport(compiled, format === 'json' ? 'json' : 'text', io);
    reportDiagnostics(compiled, io);
    const draw = await import('../plan/draw.ts');
    if (format === 'json') printJson(io, draw.drawJson(plan));
    else if (format === 'mermaid') io.stdout.write(draw.drawMermaid(plan));
    else if (format === 'dot') io.stdout.write(draw.drawDot(plan));
    else printTree(draw.drawTree(plan), io);
    return exit.succeeded;
  },
};

/** On a terminal that is too narrow for a task, what it waits for goes on below its name. */
function printTree(tree: string, io: Io): void {
  const room = columnsOf(io.stdout);
  const lines = tree.split('\n').flatMap((line) => {
    const lead = /^[ \d]*[\u2500-\u257f]{2} [* ] /.exec(line)?.[0].length ?? 0;
    return wrapLine(line, room, Math.max(lead, 2), lead);
  });
  io.stdout.write(lines.join('\n'));
}
