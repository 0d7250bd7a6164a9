// The second net: what an orchestrator left behind that was killed together with its nursery.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Census, findProcesses } from './census.ts';
import { endProcesses } from './ending.ts';
import { identify, readProc, verdict } from './identity.ts';
import { monotonic } from './monotonic.ts';
import { removePrivateFolders } from './private-folders.ts';
import { stampsOf } from './stamp.ts';

/** Between TERM and KILL, in milliseconds: nobody waits for the work of these any more. */
const patience = 2000;

/**
 * Ends what an earlier orchestrator of a run left behind, found by the run's marks. Its nursery has usually done so already.
 * Nothing of this process may bear the marks yet. Where the run goes on in another place (its workspace may have been copied),
 * or where this is no id of a run, nothing is done. Says whether there was anything.
 */
export async function endLeftovers(run: string): Promise<boolean> {
  if (!/^\d{8}-\d{6}-\d{3}-[a-z0-9]{4}$/.test(run)) return false;
  const census: Census = {
    groups: new Set(),
    marks: [`SUPER_RUN_ID=${run}`],
    stamps: stampsOf(run),
    except: ({ pid }) => pid === process.pid || pid === process.ppid,
  };
  if (await isConducted(run, census)) return false;
  const deadline = monotonic() + patience;
  const ended = await endProcesses({
    ...census,
    leaders: [],
    tellings: 1,
    deadline: () => deadline,
    isOver: () => true,
    nap: (milliseconds) => sleep(milliseconds),
  });
  removePrivateFolders(run);
  return ended;
}

/** Whether a nursery of the run works for an orchestrator that lives. */
async function isConducted(run: string, census: Census): Promise<boolean> {
  return (await findProcesses(census)).some(({ pid }) => {
    const conductor = conductorOf(pid, run);
    return conductor !== undefined && verdict({ ...conductor, boot: identify(process.pid)?.boot ?? '' }) === 'ours';
  });
}

/** The orchestrator that a nursery was started by: it stands among its arguments (nursery.sh.ts). */
function conductorOf(pid: number, run: string): { readonly pid: number; readonly began: string } | undefined {
  try {
    const words = (readProc(`/proc/${pid}/cmdline`) ?? '').split('\0');
    if (words[3] !== 'super-nursery' || words[4] !== run) return undefined;
    const [, number = '', began = ''] = /^(\d+):(\d+)$/.exec(words[9] ?? '') ?? [];
    return number === '' ? undefined : { pid: Number(number), began };
  } catch {
    return undefined; // of another user, so none of ours
  }
}
