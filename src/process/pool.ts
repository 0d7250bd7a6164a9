// Launchers and what they work at. A launcher is a small shell, leader of a process group, that runs one attempt at a time:
//
//   starting --up--> idle --message--> busy --end--> idle
//       \              \                 \--end, stopped or left something behind--> killed --> gone
//        \--------------\-- dies ---------\-- dies: the attempt is lost, its group is ended ----> gone
import { closeSync, constants, openSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { findProcesses, isNobodySince, lastPid } from './census.ts';
import { endProcesses } from './ending.ts';
import { type Identity, identify, type ProcessFacts, signalGroup, verdict } from './identity.ts';
import { firstLines } from './message.ts';
import { monotonic } from './monotonic.ts';
import type { Report } from './nursery.ts';
import { prepareOrder } from './prepare.ts';
import { type Restraint, restrain } from './restraint.ts';
import { launcherStamp } from './stamp.ts';
import type { Launcher, Pool, Work } from './work.ts';

/** How long what an attempt left behind has to end by itself, in milliseconds. */
const shortGrace = 1000;
/** Longest attempt, in milliseconds, in which the numbers of processes cannot have come round. */
const quickLook = 1000;
/** Youth of an attempt, in milliseconds. A plain script that ends in it is taken to have left nothing behind; closing looks again. */
const youth = 100;

/** Gives waiting work to idle launchers, and has one started for each that must wait. */
export function dispatch(pool: Pool): void {
  while (pool.waiting.length > 0 && pool.idle.length > 0) {
    const launcher = pool.idle.pop();
    const work = launcher && pool.waiting.shift();
    if (work) assign(pool, launcher, work);
  }
  while (pool.starting < pool.waiting.length) startLauncher(pool);
}

/** Has the nursery start one more launcher. */
export function startLauncher(pool: Pool): void {
  pool.slots += 1;
  pool.starting += 1;
  pool.launchers.set(pool.slots, { slot: pool.slots, up: false, gone: false, spent: false });
  pool.nursery.tell('start', pool.slots);
}

function assign(pool: Pool, launcher: Launcher, work: Work): void {
  try {
    work.prepared = prepareOrder(work.id, work.order, work.pipes, pool.common, pool.evaluate);
  } catch (error) {
    pool.idle.push(launcher);
    return work.settle({ type: 'refused', message: (error as Error).message });
  }
  launcher.work = work;
  work.launcher = launcher;
  work.began = monotonic();
  work.elder = work.prepared.plain ? recentPid(pool) : lastPid();
  pool.running.set(work.id, work);
  send(pool, launcher, work.prepared.lines);
  if (work.order.limits !== undefined) restraintOf(pool, work);
  if (work.frozen) freezeWork(pool, work, true);
}

/** A number that was the last one given to a process a moment ago: good enough for a plain script, and free. */
function recentPid(pool: Pool): number {
  const now = monotonic();
  if (now - pool.sampled.at > youth) pool.sampled = { at: now, pid: lastPid() };
  return pool.sampled.pid;
}

/** The FIFO is empty whenever something is sent and holds twice the longest message: it is taken whole, and at once. */
function send(pool: Pool, launcher: Launcher, text: string): void {
  try {
    const bytes = Buffer.from(text);
    const sent = launcher.fd === undefined ? 0 : writeSync(launcher.fd, bytes);
    if (sent !== bytes.length) throw new Error(`took ${sent} of ${bytes.length} bytes`);
  } catch (error) {
    lose(pool, launcher, `its shell does not listen: ${(error as Error).message}`);
  }
}

/** What follows from a report of the nursery or a launcher. */
export function onReport(pool: Pool, report: Report): void {
  if (report.type === 'end') return onEnd(pool, report.attempt, report.code, report.stopped);
  if (report.type === 'complaint') {
    pool.complaint = report.text.slice(0, 200);
    return;
  }
  if (report.type === 'ready' || report.type === 'missing' || report.type === 'pipes') return;
  const launcher = pool.launchers.get(report.slot);
  if (!launcher) return;
  if (report.type === 'fifo') onFifo(pool, launcher);
  else if (report.type === 'up') onUp(pool, launcher, report.pid);
  else onGone(pool, launcher);
}

/** Opening both ends at once keeps node from waiting for the shell, and ends the shell's waiting for us. */
function onFifo(pool: Pool, launcher: Launcher): void {
  try {
    launcher.fd = openSync(fifo(pool, launcher), constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    pool.complaint = (error as Error).message;
    return onGone(pool, launcher);
  }
  // Even where all is being closed: the shell would wait for ever for an end of the FIFO that it finds closed already.
  send(pool, launcher, firstLines(launcher.slot));
}

function onUp(pool: Pool, launcher: Launcher, pid: number): void {
  launcher.up = true;
  pool.starting -= 1;
  forget(fifo(pool, launcher));
  launcher.identity = identify(pid);
  if (launcher.identity) pool.nursery.tell('guard', pid, launcher.identity.began);
  if (pool.closing) return hangUp(launcher);
  pool.idle.push(launcher);
  dispatch(pool);
}

/** Both ends are open: its name has done its work. */
function forget(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody tidied the folder for temporary files before us.
  }
}

function fifo(pool: Pool, launcher: Launcher): string {
  return join(pool.nursery.folder, `${launcher.slot}`);
}

function onEnd(pool: Pool, id: number, code: number, stopped: boolean): void {
  const work = pool.running.get(id);
  const launcher = work?.launcher;
  if (!work || !launcher) return;
  work.code = code;
  launcher.spent ||= stopped;
  if (work.ending) work.wake();
  else if (!launcher.spent && leftNothing(pool, launcher, work)) {
    finish(pool, launcher, work);
  } else void endWork(pool, launcher, work, shortGrace);
}

/** The quick look: only processes younger than the attempt can be its own. It is no answer where these are many. */
function leftNothing(pool: Pool, launcher: Launcher, work: Work): boolean {
  const lasted = monotonic() - work.began;
  if (work.prepared?.plain && lasted < youth) return true;
  if (lasted > quickLook) return false;
  if (!launcher.identity) return false;
  const groups = new Set([launcher.identity.pid]);
  const [marks, stamps] = [marksOf(work), stampsOfWork(pool, work)];
  return isNobodySince(work.elder, { groups, marks, stamps, except: exceptOurs(pool) }) === true;
}

function marksOf(work: Work): readonly string[] {
  return work.prepared?.marks ?? [];
}

function stampsOfWork({ nursery: { stamp } }: Pool, { launcher }: Work): readonly string[] {
  return stamp === undefined || launcher === undefined ? [] : [launcherStamp(stamp, launcher.slot)];
}

/** A launcher that died, with or without our doing. */
function onGone(pool: Pool, launcher: Launcher): void {
  launcher.gone = true;
  pool.launchers.delete(launcher.slot);
  hangUp(launcher);
  if (pool.launchers.size === 0) pool.onEmpty();
  remove(pool.idle, launcher);
  if (launcher.identity) pool.nursery.tell('release', launcher.identity.pid, launcher.identity.began);
  if (launcher.work) {
    if (launcher.work.ending) launcher.work.wake();
    else lose(pool, launcher, 'its shell was ended from outside');
  } else if (!launcher.up) {
    pool.starting -= 1;
    pool.waiting.shift()?.settle({ type: 'lost', message: because(pool, 'no shell could be started for it') });
  }
}

/** The end of the nursery: nothing can be started any more, and what runs is not guarded. */
export function onNurseryLost(pool: Pool, why: string): void {
  if (pool.lost !== undefined || pool.closing) return;
  pool.lost = `the process that starts all others was lost: it ${why}`;
  for (const work of allWaiting(pool)) work.settle({ type: 'lost', message: pool.lost });
  for (const launcher of pool.launchers.values()) {
    if (launcher.work) lose(pool, launcher, pool.lost);
    else hangUp(launcher);
  }
}

/** All that has not begun, which now waits no longer. */
export function allWaiting(pool: Pool): readonly Work[] {
  const all = [...pool.waiting.splice(0), ...pool.piping.values()];
  pool.piping.clear();
  return all;
}

function lose(pool: Pool, launcher: Launcher, why: string): void {
  if (!launcher.work) return;
  launcher.work.lost ??= because(pool, why);
  launcher.spent = true;
  void endWork(pool, launcher, launcher.work, shortGrace);
}

function because(pool: Pool, why: string): string {
  return pool.complaint === '' ? why : `${why} (${pool.complaint})`;
}

/** Stops work, wherever it stands. */
export function stopWork(pool: Pool, work: Work, graceMs: number): void {
  if (remove(pool.waiting, work) || pool.piping.delete(work.id)) return work.settle({ type: 'exited', code: 143 });
  const { launcher } = work;
  if (launcher && pool.running.has(work.id)) void endWork(pool, launcher, work, graceMs);
}

/** Holds all of an attempt, or lets it go on. What waits has not begun: it is held when it does. */
export function freezeWork(pool: Pool, work: Work, frozen: boolean): void {
  work.frozen = frozen;
  if (pool.running.has(work.id) && !work.ending) restraintOf(pool, work)?.freeze(frozen);
}

function restraintOf(pool: Pool, work: Work): Restraint | undefined {
  const leader = work.launcher?.identity;
  if (leader === undefined) return undefined;
  const census = {
    groups: new Set<number>(),
    marks: marksOf(work),
    stamps: stampsOfWork(pool, work),
    except: exceptOurs(pool),
    since: pool.nursery.began,
  };
  work.restraint ??= restrain(pool.sampler, {
    leader,
    marks: census.marks,
    stamps: census.stamps,
    limits: work.order.limits,
    findStrays: () => findProcesses(census),
    stop(graceMs) {
      work.told = true;
      stopWork(pool, work, Math.min(graceMs, work.order.graceMs ?? pool.graceMs));
    },
  });
  return work.restraint;
}

/** Sees to it that nothing of an attempt is left, then settles it. Called again it can only shorten the grace. */
async function endWork(pool: Pool, launcher: Launcher, work: Work, graceMs: number): Promise<void> {
  work.deadline = Math.min(work.deadline, monotonic() + graceMs);
  work.wake();
  if (work.ending) return;
  work.ending = true;
  work.restraint?.letGo(); // what is held hears nothing
  const { identity } = launcher;
  const signalled = await endProcesses({
    leaders: identity ? [identity] : [],
    marks: marksOf(work),
    stamps: stampsOfWork(pool, work),
    except: exceptOurs(pool),
    since: pool.nursery.began,
    tellings: (monotonic() - work.began < youth ? 4 : 1) - (work.told ? 1 : 0),
    deadline: () => work.deadline,
    isOver: () => launcher.gone || work.code !== undefined || !isThere(identity),
    nap: (milliseconds) => nap(milliseconds, work),
  });
  launcher.spent ||= signalled || work.told === true;
  finish(pool, launcher, work);
}

function isThere(identity: Identity | undefined): boolean {
  return identity !== undefined && verdict(identity) === 'ours';
}

/** This process and the nursery's family may bear the mark of the run, too; of a lost nursery nothing is to stay. */
export function exceptOurs(pool: Pool): (facts: ProcessFacts) => boolean {
  return (facts) => facts.pid === process.pid || (facts.group === pool.nursery.pid && pool.lost === undefined);
}

function nap(milliseconds: number, work: Work): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    work.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** Settles work and gives its launcher the next, or an end. */
function finish(pool: Pool, launcher: Launcher, work: Work): void {
  pool.running.delete(work.id);
  launcher.work = undefined;
  for (const file of work.prepared?.spilled ?? []) rmSync(file, { force: true });
  work.restraint?.close();
  if (work.lost !== undefined) work.settle({ type: 'lost', message: work.lost });
  else if (work.restraint?.excess !== undefined) work.settle({ type: 'exceeded', message: work.restraint.excess });
  else work.settle({ type: 'exited', code: work.code ?? 137 });
  if (launcher.gone) return;
  if (launcher.spent || pool.lost !== undefined) retire(launcher);
  else if (!pool.closing) {
    pool.idle.push(launcher);
    if (pool.waiting.length > 0) dispatch(pool);
  }
}

function retire(launcher: Launcher): void {
  if (launcher.identity) signalGroup(launcher.identity, 'SIGKILL');
  hangUp(launcher);
}

/** Closes our end of the FIFO: a launcher that waits for attempts ends then. */
export function hangUp(launcher: Launcher): void {
  if (launcher.fd !== undefined) closeSync(launcher.fd);
  launcher.fd = undefined;
}

function remove<T>(list: T[], item: T): boolean {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}
