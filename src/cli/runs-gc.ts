import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, textOption, usageFault } from './command.ts';
import type { Collected } from './garbage.ts';
import { jsonOption } from './run-options.ts';

/** `super runs gc`: removes old runs. */
export const runsGc: Command = {
  path: ['runs', 'gc'],
  summary: 'remove old runs, and what crashes left behind',
  options: [
    { flags: '--dry-run', description: 'says what would go, and removes nothing' },
    {
      flags: '--keep <number>',
      description:
        'how many of the newest runs of each workspace stay, whatever they are but replays, which go; 10 unless given',
    },
    { flags: '--older-than <duration>', description: 'only runs that ended before that: 90s, 12h, 30d' },
    { flags: '--all', description: 'runs that could be resumed, too; never one that is going on' },
    { flags: '--cache', description: 'outputs that are recorded to be taken again, too' },
    { flags: '-w, --workspace-path <folder>', description: 'this workspace only' },
    jsonOption,
  ],
  example: 'super runs gc --dry-run',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { collectGarbage } = await import('./garbage.ts');
    const dryRun = flag(call, 'dryRun');
    const keep = wholeNumber(textOption(call, 'keep') ?? '10');
    const { removed, kept, cached } = await collectGarbage(await findProject(io.cwd), {
      dryRun,
      all: flag(call, 'all'),
      keep,
      olderThan: olderThan(textOption(call, 'olderThan')),
      workspace: textOption(call, 'workspacePath'),
      cache: flag(call, 'cache'),
    });
    const bytes = removed.reduce((sum, each) => sum + each.bytes, 0);
    if (flag(call, 'json')) printJson(io, { dry_run: dryRun, removed, bytes, kept, cached_bytes: cached });
    else {
      const { printable } = await import('../diagnostics/printable.ts');
      const { size } = await import('../reporters/words.ts');
      const verb = dryRun ? 'would remove' : 'removed';
      for (const each of removed)
        tellOn(io.stdout, `${verb}  ${printable(each.path)}  ${each.why}, ${size(each.bytes)}\n`);
      tellOn(
        io.stdout,
        removed.length === 0 ? 'nothing to remove\n' : `${verb} ${removed.length}, ${size(bytes)} in all\n`,
      );
      tellOn(io.stdout, keptLine(kept, keep));
      if (cached > 0) tellOn(io.stdout, `kept ${size(cached)} of recorded outputs (with --cache they go, too)\n`);
    }
    return exit.succeeded;
  },
};

/** What stays and why; nothing where nothing does. */
function keptLine({ newest, linked, live, resumable, recent }: Collected['kept'], keep: number): string {
  const reasons = [
    ...(newest > 0 ? [`${newest} among the newest ${keep} of each workspace`] : []),
    ...(linked > 0 ? [`${linked} to which the links of its workspace point`] : []),
    ...(live > 0 ? [`${live} going on`] : []),
    ...(resumable > 0 ? [`${resumable} that could be resumed (with --all they go, too)`] : []),
    ...(recent > 0 ? [`${recent} that ended too recently`] : []),
  ];
  return reasons.length === 0 ? '' : `kept ${newest + linked + live + resumable + recent}: ${reasons.join(', ')}\n`;
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw usageFault(`--keep must be a whole number, not "${text}"`);
  return Number(text);
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Milliseconds; 0 where nothing is given. */
function olderThan(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, number, unit = ''] = /^([0-9]+(?:\.[0-9]+)?)([smhd])$/.exec(text) ?? [];
  if (number === undefined)
    throw usageFault(`--older-than must be a length of time, not "${text}"`, 'a number with s, m, h or d: 12h, 30d');
  return Number(number) * (units[unit] ?? 0) * 1000;
}
