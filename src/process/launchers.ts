import { setTimeout as sleep } from 'node:timers/promises';
import type { RunId } from '../schema/types.gen.ts';
import { isNobodySince } from './census.ts';
import { endProcesses } from './ending.ts';
import type { Identity, ProcessFacts } from './identity.ts';
import { monotonic } from './monotonic.ts';
import { openNursery, type Report } from './nursery.ts';
import type { LaunchEnd, Launched, LaunchOrder } from './order.ts';
import { closePipe, openPipe, pipesOf } from './pipes.ts';
import {
  allWaiting,
  dispatch,
  exceptOurs,
  freezeWork,
  hangUp,
  onNurseryLost,
  onReport,
  startLauncher,
  stopWork,
} from './pool.ts';
import { openSampler } from './sampler.ts';
import { withinEntry } from './within.ts';
import type { Pool, Work } from './work.ts';

/** Starts processes at a rate, and without a pause, that do not depend on how large this process has become. */
export interface Launchers {
  /** Resolves to what keeps processes from being started here, in a sentence, or to undefined. */
  readonly ready: Promise<string | undefined>;
  launch(order: LaunchOrder): Launched;
  /** Ends everything that was started, wherever it has hidden. Resolves when nothing of it is left. */
  close(): Promise<void>;
}

export interface LauncherOptions {
  readonly run: RunId;
  readonly goal: string;
  /** The caller's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Between TERM and KILL, in milliseconds; 10 s unless given. */
  readonly graceMs?: number;
}

/** Most of the grace, in milliseconds, that is left to what still runs when everything is closed. */
const closingGrace = 1000;

/** A run so short, in milliseconds, that the numbers of processes cannot have come round. */
const shortRun = 1000;

/** Opens the launchers of a run. One process is started now, the others when they are needed. */
export function openLaunchers(options: LauncherOptions): Launchers {
  const inherited = {
    ...baseEnvironment(options.env),
    ...withinEntry(options.env),
    SUPER_RUN_ID: options.run,
    SUPER_GOAL: options.goal,
  };
  let setReady: (problem: string | undefined) => void = () => {};
  const ready = new Promise<string | undefined>((resolve) => {
    setReady = resolve;
  });
  const nursery = openNursery(options.run, inherited, {
    onReport(report) {
      if (report.type === 'ready') {
        pool.evaluate = report.evaluates;
        setReady(undefined);
      } else if (report.type === 'missing')
        setReady(`agents cannot be started here: there is no program "${report.tool}"`);
      else if (report.type === 'pipes') onPipes(pool, report);
      else onReport(pool, report);
    },
    onLost(why) {
      const more = pool.complaint === '' ? '' : ` (${pool.complaint})`;
      setReady(`agents cannot be started here: the process that would do so ${why}${more}`);
      onNurseryLost(pool, why);
    },
  });
  const pool: Pool = {
    nursery,
    sampler: openSampler({ since: nursery.began, except: (facts) => exceptOurs(pool)(facts) }),
    common: { inherited, folder: nursery.folder },
    evaluate: false,
    launchers: new Map(),
    idle: [],
    waiting: [],
    piping: new Map(),
    running: new Map(),
    graceMs: options.graceMs ?? 10_000,
    slots: 0,
    starting: 0,
    closing: false,
    lost: undefined,
    complaint: '',
    onEmpty() {},
    sampled: { at: Number.NEGATIVE_INFINITY, pid: 0 },
    opened: monotonic(),
  };
  // Nearly every run needs one; it comes up while the rest of the program is still loading.
  startLauncher(pool);
  let ids = 0;
  let closed: Promise<void> | undefined;
  return {
    ready,
    launch(order) {
      ids += 1;
      return launch(pool, ids, order);
    },
    close() {
      closed ??= close(pool, `SUPER_RUN_ID=${options.run}`);
      return closed;
    },
  };
}

/** What every agent gets of the caller's environment. */
function baseEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const base: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'LANG', 'TERM', 'TMPDIR']) {
    const value = env[name];
    if (value !== undefined) base[name] = value;
  }
  return base;
}

function launch(pool: Pool, id: number, order: LaunchOrder): Launched {
  const { promise: ended, resolve: settle } = Promise.withResolvers<LaunchEnd>();
  const refused = pool.lost ?? (pool.closing ? 'the run is over' : undefined);
  if (refused !== undefined) {
    settle({ type: 'lost', message: refused });
    for (const { sink } of pipesOf(order, '', id)) sink.end();
    return { ended, stop() {}, freeze() {}, held: () => 0 };
  }
  const pipes = pipesOf(order, pool.common.folder, id);
  const work: Work = {
    id,
    order,
    pipes,
    settle(end) {
      for (const pipe of pipes) closePipe(pipe);
      settle(end);
    },
    began: 0,
    elder: 0,
    deadline: Number.POSITIVE_INFINITY,
    ending: false,
    frozen: false,
    wake() {},
  };
  if (pipes.length > 0) {
    pool.piping.set(id, work);
    pool.nursery.tell('pipes', id, ...pipes.map(({ stream }) => stream));
  } else {
    pool.waiting.push(work);
    dispatch(pool);
  }
  return {
    ended,
    stop: (force) => stopWork(pool, work, force ? 0 : (order.graceMs ?? pool.graceMs)),
    freeze: (frozen) => freezeWork(pool, work, frozen),
    held: () => work.restraint?.held() ?? 0,
  };
}

/** Work begins when somebody reads its pipes. */
function onPipes(pool: Pool, { attempt, made }: Extract<Report, { type: 'pipes' }>): void {
  const work = pool.piping.get(attempt);
  if (!work || !pool.piping.delete(attempt)) return;
  try {
    if (!made) throw new Error('mkfifo failed');
    for (const pipe of work.pipes) openPipe(pipe);
  } catch (error) {
    return work.settle({ type: 'lost', message: `no pipes could be made for it: ${(error as Error).message}` });
  }
  pool.waiting.push(work);
  dispatch(pool);
}

async function close(pool: Pool, mark: string): Promise<void> {
  pool.closing = true;
  const grace = Math.min(pool.graceMs, closingGrace);
  const leaders: Identity[] = [];
  for (const work of allWaiting(pool)) work.settle({ type: 'lost', message: 'the run is over' });
  for (const work of pool.running.values()) stopWork(pool, work, grace);
  while (pool.running.size > 0) await sleep(5);
  for (const launcher of pool.launchers.values()) {
    if (launcher.identity) leaders.push(launcher.identity);
    if (launcher.up) hangUp(launcher);
  }
  const deadline = monotonic() + grace;
  // The launchers end by themselves now; what may have hidden from them is looked for meanwhile.
  if (!leftNothing(pool, leaders, mark)) {
    await endProcesses({
      leaders,
      marks: [mark],
      stamps: stampsOfRun(pool),
      except: exceptOurs(pool),
      since: pool.nursery.began,
      tellings: 1,
      deadline: () => deadline + grace,
      isOver: () => true,
      nap: (milliseconds) => sleep(milliseconds),
    });
  }
  await allGone(pool, deadline);
  await pool.nursery.end();
}

/** The quick look after a short run: only the few processes that are younger than the nursery can be of this run. */
function leftNothing(pool: Pool, leaders: readonly Identity[], mark: string): boolean {
  if (pool.nursery.pid === undefined || monotonic() - pool.opened > shortRun) return false;
  const pids = new Set(leaders.map(({ pid }) => pid));
  const ours = exceptOurs(pool);
  const except = (facts: ProcessFacts) => pids.has(facts.pid) || ours(facts);
  return isNobodySince(pool.nursery.pid, { groups: pids, marks: [mark], stamps: stampsOfRun(pool), except }) === true;
}

function stampsOfRun({ nursery }: Pool): readonly string[] {
  return nursery.stamp === undefined ? [] : [nursery.stamp];
}

/** Resolves when every launcher has been reported gone, or at the deadline. */
async function allGone(pool: Pool, deadline: number): Promise<void> {
  if (pool.launchers.size === 0 || pool.lost !== undefined) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  pool.onEmpty = resolve;
  const timer = setTimeout(resolve, Math.max(0, deadline - monotonic()));
  await promise;
  clearTimeout(timer);
}
