import { type Launchers, openLaunchers } from '../process/launchers.ts';
import type { RunId } from '../schema/types.gen.ts';
import { type Call, flag, type Io, textOption } from './command.ts';

/** The launchers of a run, opened when they are first asked for. */
export interface Starter {
  open(goal: string): Launchers;
  close(): Promise<void>;
}

/**
 * Where processes will be needed and the goal is known, the launchers come up while the rest of the program still loads, and
 * while this process is still small: starting one from a process that has read a large orchestra takes far longer.
 */
export function startEarly(call: Call, io: Io, run: RunId, goal: string | undefined): Starter {
  const idle =
    flag(call, 'dryRun') ||
    flag(call, 'detach') ||
    flag(call, 'rehearse') ||
    textOption(call, 'adapter') === 'rehearsal';
  const starter = startLate(run, io);
  if (!idle && goal !== undefined) starter.open(goal);
  return starter;
}

/** The launchers of a run that come up when the first agent needs them. */
export function startLate(run: RunId, io: Io): Starter {
  let launchers: Launchers | undefined;
  const open = (goal: string) => {
    launchers ??= openLaunchers({ run, goal, env: io.env });
    return launchers;
  };
  return { open, close: async () => launchers?.close() };
}
