import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit } from './command.ts';

/** `super runs unpack`: a recording as a run that commands can be asked about. */
export const runsUnpack: Command = {
  path: ['runs', 'unpack'],
  summary: 'make a folder out of a recording, in which runs show, logs and why find its run',
  operands: '<recording> [folder]',
  more: 'A recording is made by super runs export --redacted. Nothing in it is executed; do not resume a run of somebody whom you do not trust.',
  example: 'super runs unpack run.json.gz bug',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { nameFor } = await import('./paths.ts');
    const { unpackTo } = await import('./recording.ts');
    const { printable } = await import('../diagnostics/printable.ts');
    const { quoted } = await import('../reporters/words.ts');
    const project = await findProject(io.cwd);
    const [recording = '', asked] = call.operands;
    const { folder, head, files } = await unpackTo(project, recording, asked);
    const name = nameFor(project, folder);
    tellOn(io.stdout, `${printable(`${name}: run ${head.run} of ${head.orchestra}, ${files} files`)}\n`);
    tellOn(io.stderr, `look at it: super runs show -w ${quoted(name)}\n`);
    return exit.succeeded;
  },
};
