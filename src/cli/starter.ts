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
  const idle = flag(call, 'dryRun') || flag(call, 'rehearse') || textOption(call, 'adapter') === 'rehearsal';
  let launchers: Launchers | undefined;
  const open = (known: string) => {
    launchers ??= openLaunchers({ run, goal: known, env: io.env });
    return launchers;
  };
  if (!idle && goal !== undefined) open(goal);
  return { open, close: async () => launchers?.close() };
}
