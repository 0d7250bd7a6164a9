import { tellOn } from '../reporters/wrap.ts';
import type { Check } from './checks.ts';
import { columns } from './columns.ts';
import { type Command, exit, flag, printJson } from './command.ts';
import { version } from './version.ts';

export const doctor: Command = {
  path: ['doctor'],
  summary: 'say what is usable here: programs, agent CLIs, keys by name, the project',
  options: [{ flags: '--json', description: 'one JSON document' }],
  example: 'super doctor',
  async run(call, io) {
    const { examine, runnable } = await import('./checks.ts');
    const checks = await examine(io);
    const lacking = checks.filter(({ state, essential }) => essential && state !== 'ok').map(({ name }) => name);
    const ok = lacking.length === 0;
    if (flag(call, 'json')) printJson(io, { ok, version, checks });
    else {
      const verdict = ok
        ? `can run here: ${runnable(checks).join('; ')}\nto see any orchestra move without its agents: --rehearse`
        : `nothing can run here before this is mended: ${lacking.join(', ')}`;
      io.stdout.write(`super ${version}\n\n${columns(checks.filter(isTelling).map(rowOf), io.stdout)}\n`);
      tellOn(io.stdout, `${verdict}\n`);
    }
    return ok ? exit.succeeded : exit.setup;
  },
};

/** Small tools are only worth a line when they are missing. */
function isTelling({ name, state }: Check): boolean {
  return state !== 'ok' || !['mkfifo', 'sleep', 'grep', 'tr', 'rm', 'env'].includes(name);
}

function rowOf({ name, state, detail }: Check): readonly string[] {
  return [state, name, detail];
}
