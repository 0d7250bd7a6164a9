import { readdirSync } from 'node:fs';
import { type Identity, identityIn, isAlive, type ProcessFacts, processFacts, readProc } from './identity.ts';
import { monotonic } from './monotonic.ts';
import { isStamped, stampNumber } from './stamp.ts';
import { isWithin } from './within.ts';

/** Which processes are looked for: members of these groups, those that bear a stamp, and those whose environment holds all marks. */
export interface Census {
  readonly groups: ReadonlySet<number>;
  /** Entries of the form NAME=value; none: the environment is not looked at. */
  readonly marks: readonly string[];
  /** Stamps, each of a run or of one launcher (stamp.ts). */
  readonly stamps: readonly string[];
  /** Processes that do not count, whatever they belong to. */
  readonly except: (facts: ProcessFacts) => boolean;
  /** What began before this, in clock ticks since the boot, cannot be what is looked for. */
  readonly since?: number | undefined;
}

/** A process, and the group in which it was seen. */
export interface Found extends Identity {
  readonly group: number;
  /** Whether it bears one of the stamps. It has that from its parents, and so has all of its group. */
  readonly stamped: boolean;
}

/** A census that waits for its answer. */
interface Question {
  readonly census: Census;
  readonly found: Found[];
  readonly answer: PromiseWithResolvers<readonly Found[]>;
}

let questions: Question[] = [];
let sweeping = false;

/**
 * Living processes that the census asks for, each with the identity under which it may be signalled. All that ask while a sweep
 * through /proc is under way share the next: many attempts that end together cost no more than one.
 */
export function findProcesses(census: Census): Promise<readonly Found[]> {
  const question: Question = { census, found: [], answer: Promise.withResolvers() };
  questions.push(question);
  if (!sweeping) void sweepAll();
  return question.answer.promise;
}

async function sweepAll(): Promise<void> {
  sweeping = true;
  while (questions.length > 0) {
    const asked = questions;
    questions = [];
    try {
      await sweep(asked);
      for (const { answer, found } of asked) answer.resolve(found);
    } catch (error) {
      for (const { answer } of asked) answer.reject(error);
    }
  }
  sweeping = false;
}

/** Looks at each process once, for all. */
async function sweep(asked: readonly Question[]): Promise<void> {
  let began = monotonic();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const sight = Number.isInteger(pid) ? sightOf(pid) : undefined;
    if (sight === undefined) continue;
    for (const { census, found } of asked) {
      const one = soughtIn(sight, census);
      if (one) found.push(one);
    }
    if (monotonic() - began < sliceMs) continue;
    await new Promise(setImmediate); // a full machine must not hold up everything else
    began = monotonic();
  }
}

const sliceMs = 2;
/** How many numbers before the last one are looked at again by who lies in wait. */
const slice = 20;

/**
 * Calls back for what the census asks for and what begins in the next few milliseconds, again and again: a process may have a
 * child and end before a census has come so far as to list it. Holds up everything else. Says whether there was anything.
 */
export function lieInWait(census: Census, milliseconds: number, onFound: (found: Found) => void = () => {}): boolean {
  const end = monotonic() + milliseconds;
  let found = false;
  for (let before = lastPid(); monotonic() < end; ) {
    const last = lastPid();
    for (let pid = Math.max(1, before - 1, last - slice); pid <= last; pid += 1) {
      const one = sought(pid, census);
      if (one) onFound(one);
      found ||= one !== undefined;
    }
    before = last;
  }
  return found;
}

/** The number that was last given to a new process, here or in another program. */
export function lastPid(): number {
  return Number(readProc('/proc/loadavg')?.trim().split(' ').at(-1));
}

/**
 * Whether nothing that the census asks for was born after this process and is still there, whoever has a child and ends while
 * this looks; undefined when it cannot be known: too many were born, or their numbers have started again from the lowest.
 */
export function isNobodySince(pid: number, census: Census): boolean | undefined {
  for (let elder = pid; ; ) {
    const last = lastPid();
    if (last === elder) return true;
    if (last < elder || last - elder > many) return undefined;
    for (; elder < last; elder += 1) if (sought(elder + 1, census) !== undefined) return false;
  }
}

const many = 100;

function sought(pid: number, census: Census): Found | undefined {
  const sight = sightOf(pid);
  return sight && soughtIn(sight, census);
}

/** What is seen of one process; what costs more is read when it is first asked for. */
interface Sight {
  readonly facts: ProcessFacts;
  stamp(): string | undefined;
  environment(): string | undefined;
}

/** The facts come before the look at the marks: should the number have changed hands in between, no signal goes there. */
function sightOf(pid: number): Sight | undefined {
  try {
    const facts = processFacts(pid);
    if (!facts || !isAlive(facts)) return undefined;
    return { facts, stamp: once(() => stampNumber(pid)), environment: once(() => environmentOf(pid)) };
  } catch {
    return undefined; // of another user, so none of ours
  }
}

function once(read: () => string | undefined): () => string | undefined {
  let known: { readonly text: string | undefined } | undefined;
  return () => {
    known ??= { text: readOrNothing(read) };
    return known.text;
  };
}

function readOrNothing(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined; // of another user, so none of ours
  }
}

function soughtIn(sight: Sight, { groups, marks, stamps, except, since }: Census): Found | undefined {
  const { facts } = sight;
  if (except(facts) || (since !== undefined && Number(facts.began) < since)) return undefined;
  // The stamp can be read where the environment cannot.
  const stamped = stamps.length > 0 && stamps.some((stamp) => isStamped(sight.stamp(), stamp));
  const isSought = stamped || groups.has(facts.group) || (marks.length > 0 && holdsMarks(sight.environment(), marks));
  return isSought ? { ...identityIn(facts), group: facts.group, stamped } : undefined;
}

/**
 * Whether all of these entries, of the form NAME=value, stand in the environment of a process, or it belongs to a run that was
 * started within what they mark.
 */
export function hasMarks(pid: number, marks: readonly string[]): boolean {
  return holdsMarks(environmentOf(pid), marks);
}

/** The environment of a process, each entry between NULs; undefined when it has none, or is gone. Throws when it may not be read. */
export function environmentOf(pid: number): string | undefined {
  const entries = readProc(`/proc/${pid}/environ`);
  return entries ? `\0${entries}\0` : undefined;
}

/** What `hasMarks` says, of an environment that was read. */
export function holdsMarks(environment = '\0\0', marks: readonly string[]): boolean {
  const holds = marks.every((mark) => environment.includes(`\0${Buffer.from(mark).toString('latin1')}\0`));
  return holds || isWithin(environment, marks);
}
