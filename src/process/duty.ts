/** Keeps what is used within a share of the processor, by saying for how long its user has to be held. */
export interface Duty {
  /** Takes in processor time that was used since the last call; both in milliseconds, `now` on any steady clock. Gives how long to hold. */
  spend(used: number, now: number): number;
}

/** Time of its share, in milliseconds, that somebody who was idle may use at once. */
const credit = 250;
/** Longest time in milliseconds for which somebody is held without a break: what is left is held the next time. */
const longest = 1000;

/** Begins to keep somebody within so many processors. */
export function dutyOf(cpus: number, now: number): Duty {
  let debt = 0;
  let last = now;
  return {
    spend(used, at) {
      debt = Math.max(-credit * cpus, debt + used - cpus * (at - last));
      last = at;
      return debt <= 0 ? 0 : Math.min(longest, Math.ceil(debt / cpus));
    },
  };
}
