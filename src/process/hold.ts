import { type Identity, identityIn, isAlive, type ProcessFacts, signalGroup, signalProcess } from './identity.ts';
import { monotonic } from './monotonic.ts';

/** Why processes are held: somebody paused the run, or they use more of the processor than they may. */
type HoldReason = 'frozen' | 'slowed';

/** A process, and the group in which it was seen. */
export interface Stray extends Identity {
  readonly group: number;
}

/** Those that live outside the group of this leader, each with the identity under which it may be signalled. */
export function straysAmong(members: Iterable<ProcessFacts>, leader: number): readonly Stray[] {
  return [...members]
    .filter((one) => one.group !== leader && isAlive(one))
    .map((one) => ({ ...identityIn(one), group: one.group }));
}

/** Holds all processes of an attempt as long as there is a reason. */
export interface Hold {
  /** Adds a reason, or takes it back. `strays` are processes outside the group, where they are known already. */
  set(reason: HoldReason, wanted: boolean, strays?: readonly Stray[]): void;
  /** Lets everything go on, for good. */
  end(): void;
  /** For how many milliseconds it has been held in all. */
  total(): number;
}

/** A hold on the group of this leader and on what `findStrays` finds outside of it. */
export function openHold(leader: Identity, findStrays: () => Promise<readonly Stray[]>): Hold {
  const reasons = new Set<HoldReason>();
  let stopped: Stray[] = [];
  let since: number | undefined;
  let total = 0;
  let times = 0;
  let ended = false;

  const stop = (strays: readonly Stray[]) => {
    for (const one of strays) if (one.group !== leader.pid && signalProcess(one, 'SIGSTOP')) stopped.push(one);
  };
  const hold = async (strays: readonly Stray[] | undefined) => {
    since = monotonic();
    times += 1;
    const time = times;
    signalGroup(leader, 'SIGSTOP');
    if (strays !== undefined) return stop(strays);
    const found = await findStrays();
    // Who was let go on meanwhile must not be stopped by a late hand.
    if (since !== undefined && time === times) stop(found);
  };
  const letGo = () => {
    total += monotonic() - (since ?? monotonic());
    since = undefined;
    signalGroup(leader, 'SIGCONT');
    for (const one of stopped) signalProcess(one, 'SIGCONT');
    stopped = [];
  };
  return {
    set(reason, wanted, strays) {
      if (ended) return;
      if (wanted) reasons.add(reason);
      else reasons.delete(reason);
      if (reasons.size > 0 && since === undefined) void hold(strays);
      else if (reasons.size === 0 && since !== undefined) letGo();
    },
    end() {
      ended = true;
      if (since !== undefined) letGo();
    },
    total: () => total + (since === undefined ? 0 : monotonic() - since),
  };
}
