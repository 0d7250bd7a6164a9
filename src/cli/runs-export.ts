import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, textOption, usageFault } from './command.ts';
import { workspaceOption } from './run-options.ts';

/** `super runs export`: a run for other programs. */
export const runsExport: Command = {
  path: ['runs', 'export'],
  summary: 'give a run to other programs',
  operands: '[run]',
  options: [
    {
      flags: '--format <format>',
      description:
        'json: the whole run as one document (default); ndjson: its events; gadugi: monitoring files; recording: all of it, to be replayed',
      choices: ['json', 'ndjson', 'gadugi', 'recording'],
    },
    {
      flags: '-o, --output <path>',
      description:
        'a file (a recording in one called .gz is compressed), for gadugi a folder; without it: standard output',
    },
    {
      flags: '--redacted',
      description:
        'a recording without folders, names, e-mail addresses and keys of yours, to be attached to a bug report',
    },
    {
      flags: '--list',
      description: 'gadugi: "processes" is an array, for readers that filter it, instead of an object by task',
    },
    { flags: '--watch', description: 'gadugi: writes the files anew each second until the run has ended' },
    { flags: '--json', description: 'the same as --format json' },
    workspaceOption,
  ],
  example: 'super runs export @last --format gadugi --output .gadugi/monitoring',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { nameFor } = await import('./paths.ts');
    const { chooseRun, findRuns } = await import('./runs.ts');
    const project = await findProject(io.cwd);
    const workspace = textOption(call, 'workspacePath');
    const find = (asked = call.operands[0] ?? '@last') => chooseRun(findRuns(project, workspace), asked);
    const redacted = flag(call, 'redacted');
    const asked = textOption(call, 'format');
    if (flag(call, 'json') && (asked ?? 'json') !== 'json')
      throw usageFault(`--json is --format json, and --format ${asked} says another`, 'give one of them');
    const format = asked ?? (redacted && !flag(call, 'json') ? 'recording' : 'json');
    if (redacted && format !== 'recording') throw usageFault('--redacted goes with --format recording');
    const output = textOption(call, 'output');
    const { exportGadugi, exportedEvents, exportedRun, writeExport } = await import('./export.ts');
    if (format === 'gadugi') {
      if (output === undefined)
        throw usageFault('--format gadugi writes several files', 'name a folder: --output <folder>');
      const written = await exportGadugi(
        project,
        find,
        output,
        { list: flag(call, 'list'), watch: flag(call, 'watch') },
        io,
      );
      tellOn(io.stderr, `wrote ${written.join(', ')}\n`);
      return exit.succeeded;
    }
    if (flag(call, 'list') || flag(call, 'watch')) throw usageFault('--list and --watch go with --format gadugi');
    const run = find();
    if (format === 'recording') {
      const { exportRecording } = await import('./recording.ts');
      await exportRecording(project, run, { redacted, output }, io);
      return exit.succeeded;
    }
    const { resolve } = await import('node:path');
    const text = format === 'ndjson' ? exportedEvents(run) : undefined;
    if (output !== undefined) {
      const path = resolve(io.cwd, output);
      writeExport(path, text ?? `${JSON.stringify(exportedRun(run), null, 2)}\n`);
      tellOn(io.stderr, `wrote ${nameFor(project, path)}\n`);
    } else if (text !== undefined) io.stdout.write(text);
    else printJson(io, exportedRun(run));
    return exit.succeeded;
  },
};
