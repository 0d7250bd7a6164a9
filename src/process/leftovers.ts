import { setTimeout as sleep } from 'node:timers/promises';
import { endProcesses } from './ending.ts';
import { monotonic } from './monotonic.ts';
import { stampsOf } from './stamp.ts';

/** Between TERM and KILL, in milliseconds: nobody waits for the work of these any more. */
const patience = 2000;

/**
 * Ends what an earlier orchestrator of a run left behind, found by the run's mark in the environment. Its guardian has
 * usually done so already. Nothing of this process may bear the mark yet. Says whether there was anything.
 */
export function endLeftovers(run: string): Promise<boolean> {
  const deadline = monotonic() + patience;
  return endProcesses({
    leaders: [],
    marks: [`SUPER_RUN_ID=${run}`],
    stamps: stampsOf(run),
    except: ({ pid }) => pid === process.pid || pid === process.ppid,
    tellings: 1,
    deadline: () => deadline,
    isOver: () => true,
    nap: (milliseconds) => sleep(milliseconds),
  });
}
