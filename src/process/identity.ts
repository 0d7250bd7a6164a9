import { readFileSync } from 'node:fs';

/** What /proc says of a process. */
export interface ProcessFacts {
  readonly pid: number;
  /** One letter; Z and X are dead already. */
  readonly state: string;
  readonly group: number;
  /** Clock ticks between the boot and the start of the process: field 22 of its stat file, as text. */
  readonly began: string;
}

/** A process that cannot be mistaken for a later one with the same number. */
export interface Identity {
  readonly pid: number;
  readonly began: string;
  readonly boot: string;
}

/** Whether a number still means the process it meant: only `ours` may be signalled. */
export type Verdict = 'ours' | 'other' | 'gone' | 'unknown';

/** Facts of a process; undefined when it does not exist. Throws when /proc cannot be read. */
export function processFacts(pid: number): ProcessFacts | undefined {
  const fields = statFields(pid);
  return fields && factsIn(pid, fields);
}

/** Fields of a process's stat file from the third on, state first; undefined when it does not exist. */
export function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The name in brackets may hold anything, brackets too; behind the last one stand plain fields from the third on.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The facts that these fields hold. Throws when they hold none. */
export function factsIn(pid: number, fields: readonly string[]): ProcessFacts {
  const [state, , group] = fields;
  const began = fields[19];
  if (state === undefined || group === undefined || began === undefined)
    throw new Error(`unreadable: /proc/${pid}/stat`);
  return { pid, state, group: Number(group), began };
}

/** The identity of a living process; undefined when there is none, or none that can be known. */
export function identify(pid: number): Identity | undefined {
  try {
    const facts = processFacts(pid);
    return facts && isAlive(facts) ? identityIn(facts) : undefined;
  } catch {
    return undefined;
  }
}

/** The identity of the process that these are the facts of. */
export function identityIn({ pid, began }: ProcessFacts): Identity {
  return { pid, began, boot: bootId() };
}

/** Compares an identity with what lives under its number now. */
export function verdict(identity: Identity): Verdict {
  try {
    if (identity.boot !== bootId()) return 'gone';
    const facts = processFacts(identity.pid);
    if (facts === undefined) return 'gone';
    if (facts.began !== identity.began) return 'other';
    return isAlive(facts) ? 'ours' : 'gone';
  } catch {
    return 'unknown';
  }
}

/** False for a zombie: dead, and only waiting for its parent to notice. */
export function isAlive(facts: ProcessFacts): boolean {
  return facts.state !== 'Z' && facts.state !== 'X';
}

/** Whether a number still means the process that these facts are of, dead or alive. */
export function isSame({ pid, began }: ProcessFacts): boolean {
  try {
    return processFacts(pid)?.began === began;
  } catch {
    return false;
  }
}

/** Signals a process if it is still the one that was identified; says whether it was. */
export function signalProcess(identity: Identity, signal: NodeJS.Signals): boolean {
  return identity.pid > 0 && verdict(identity) === 'ours' && kill(identity.pid, signal);
}

/**
 * Signals the group that this process led; says whether there was one. The number of a dead leader is not given away while
 * its group lives, so a leader that is gone leaves a group that is still ours, or none.
 */
export function signalGroup(leader: Identity, signal: NodeJS.Signals): boolean {
  // Minus one would be everybody.
  if (!Number.isInteger(leader.pid) || leader.pid <= 1) return false;
  const found = verdict(leader);
  return (found === 'ours' || (found === 'gone' && leader.boot === bootId())) && kill(-leader.pid, signal);
}

function kill(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false; // it ended between the look and the signal, or belongs to another user
  }
}

let boot: string | undefined;

function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

/** A file below /proc as bytes in a string; undefined when its process is gone. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
