// The conduct of a replay. A backend plays recorded attempts; here it is decided when each of them ends: in the recorded order, and
// only when all that run have come to their ends, so that two replays do the same. Its clock tells the time of the recording.
import type { Output, TaskName, Usage } from '../schema/types.gen.ts';
import type {
  Attempt,
  AttemptEnd,
  AttemptOrder,
  Backend,
  Clock,
  Found,
  Missed,
  Progress,
  Random,
  Reuse,
} from './ports.ts';
import { type Moment, type RecordedAttempt, type Recording, withIt } from './recording.ts';
import { governorOfReplay } from './replay-levels.ts';
import type { Run } from './runner.ts';
import type { Governor } from './throttle.ts';

/** Resolves when all that follows from what has happened has happened, but for what reads and writes files. */
export type Settled = () => Promise<void>;

/** The conduct of one replay. */
export interface Replay {
  /** The clock of its run and of its journal. */
  readonly clock: Clock;
  /** What was chance in the recording. */
  readonly random: Random;
  /** Has as many tasks at once as ran then, however the machine is now. */
  readonly governor: Governor;
  /** A backend whose attempts end when it is their turn. */
  around(backend: Backend): Backend;
  /** What was found is found again. `bring` brings a recorded output into the run. */
  reuse(bring: (output: Output) => Promise<void>): Reuse;
  /** The recorded attempt that the running attempt of a task plays; undefined where nothing is recorded of it. */
  playedBy(task: TaskName): RecordedAttempt | undefined;
  /**
   * All that there is of the running attempt of a task has been played, and it did not end by itself. Resolves where nothing has
   * stopped it when its turn has come.
   */
  awaitTurn(task: TaskName): Promise<void>;
  /** Tasks of which an attempt was to be played that is not recorded. */
  readonly lacking: ReadonlySet<TaskName>;
  /** Begins to conduct. */
  conduct(run: Conducted): void;
}

/** What happens to a run from outside. */
type Conducted = Pick<Run, 'cancel' | 'pause' | 'stop' | 'unpause'>;

/** An attempt that is played. */
interface Playing {
  readonly order: AttemptOrder;
  readonly recorded: RecordedAttempt | undefined;
  attempt?: Attempt;
  /** What it has to tell is told when it ends: what is told while several play would come in any order. */
  readonly said: Progress[];
  usage?: Usage;
  /** Whether nothing is missing but its turn. */
  arrived: boolean;
  /** Gives its end to the run; undefined until there is one. */
  deliver?: () => void;
  /** Its turn has come before its end. */
  due: boolean;
  /** Has it go on to its end. */
  goOn?: () => void;
}

/** A look for a recorded output. */
interface Look {
  readonly seq: number;
  /** Undefined until nothing is missing but its turn. */
  tell?: () => void;
}

interface Wait {
  readonly until: number;
  readonly callback: () => void;
}

/** Milliseconds that one turn of a run may have taken, in which it writes down all that came in. */
const oneTurn = 50;

/** Opens the conduct of a replay. */
export function openReplay(recording: Recording, settled: Settled): Replay {
  const { moments } = recording;
  const playing = new Map<TaskName, Playing>();
  const taken = new Map<TaskName, number>();
  const begun = new Set<RecordedAttempt>();
  const lacking = new Set<TaskName>();
  const waits = new Set<Wait>();
  const looks = new Map<TaskName, Look>();
  let chances: number[] = [];
  let ends = 0;
  let at = 0;
  let now = recording.startedAt;
  let wake = () => {};

  const clock: Clock = {
    now: () => now,
    after(milliseconds, callback) {
      const wait = { until: now + milliseconds, callback };
      waits.add(wait);
      wake();
      return () => waits.delete(wait);
    },
  };

  /** The k-th attempt of a task plays the k-th recorded one, if that was one of the same agent. */
  const take = ({ task, agent }: AttemptOrder): RecordedAttempt | undefined => {
    const count = taken.get(task.name) ?? 0;
    taken.set(task.name, count + 1);
    const recorded = recording.attempts.get(task.name)?.[count];
    return recorded?.agent === agent.name ? recorded : undefined;
  };

  const start = (backend: Backend, order: AttemptOrder): Attempt => {
    const recorded = take(order);
    if (recorded === undefined) lacking.add(order.task.name);
    else begun.add(recorded);
    const one: Playing = { order, recorded, said: [], arrived: false, due: false };
    playing.set(order.task.name, one);
    const attempt = backend.start({
      ...order,
      // It makes nothing that is not recorded already.
      durable: undefined,
      report: (progress) => one.said.push(progress),
      spend: (usage) => {
        one.usage = usage;
      },
    });
    one.attempt = attempt;
    const ended = new Promise<AttemptEnd>((resolve, reject) => {
      const arrive = (give: () => void) => {
        one.deliver = () => {
          playing.delete(order.task.name);
          ends += 1;
          for (const progress of one.said) order.report(progress);
          give();
        };
        one.arrived = true;
        if (one.due) one.deliver();
        wake();
      };
      attempt.ended.then(
        (end) => arrive(() => resolve(end)),
        (error: unknown) => arrive(() => reject(error)),
      );
    });
    wake();
    return {
      ended,
      ...(recorded !== undefined && { endedAt: () => recorded.time }),
      freeze: attempt.freeze,
      stop(cause, force, message) {
        // How long it took then is no matter of now.
        if (cause !== 'timeout') attempt.stop(cause, force, message);
      },
    };
  };

  const recordedLooks = new Map(moments.flatMap((each) => (each.type === 'look' ? [[each.task, each] as const] : [])));
  const look = (task: TaskName, bring: (output: Output) => Promise<void>): Promise<Found | Missed> =>
    new Promise((resolve, reject) => {
      const { what = nothingFound, seq = Number.POSITIVE_INFINITY } = recordedLooks.get(task) ?? {};
      const one: Look = { seq };
      looks.set(task, one);
      const arrive = () => {
        one.tell = () => resolve(what);
        wake();
      };
      if (what.type === 'found') bring(what.output).then(arrive, reject);
      else arrive();
    });
  const told = (task: TaskName): boolean => {
    looks.get(task)?.tell?.();
    return looks.delete(task);
  };

  const hasPassed = (seq: number): boolean =>
    moments.slice(at).every((moment) => moment.seq > seq || (moment.type === 'start' && begun.has(moment.of)));
  const governor = governorOfReplay(recording.levels, {
    ends: () => ends,
    hasPassed,
    reach(time) {
      now = Math.max(now, time);
    },
  });

  const release = (one: Playing, run: Conducted): void => {
    const { end, chance } = one.recorded ?? {};
    if (chance !== undefined) chances.push(chance);
    if (one.deliver !== undefined) return one.deliver();
    one.due = true;
    if (end?.type !== 'stopped') return one.goOn?.();
    if (end.requested) run.cancel(one.order.task.name, end.message);
    else one.attempt?.stop(end.cause, true, end.message);
  };

  /** Who has waited until now is called back; says whether there was anybody. */
  const callBack = (): boolean => {
    const over = [...waits].filter(({ until }) => until <= now);
    for (const wait of over) waits.delete(wait);
    for (const { callback } of over) callback();
    return over.length > 0;
  };

  /** Lets the next wait be over; false where nobody waits. */
  const waitOver = (): boolean => {
    if (waits.size === 0) return false;
    now = Math.max(now, Math.min(...[...waits].map(({ until }) => until)));
    return callBack();
  };

  /** Does what a moment says; false where that has happened, or cannot happen here. */
  const enact = (moment: Moment, run: Conducted): boolean => {
    if (moment.type === 'start' && (begun.has(moment.of) || waits.size === 0)) return false;
    if (moment.type === 'look' && !looks.has(moment.task)) return false;
    if (moment.type === 'end' && playing.get(moment.of.task)?.recorded !== moment.of) return false;
    now = Math.max(now, moment.time);
    switch (moment.type) {
      case 'start':
        return callBack() || waitOver();
      case 'end':
        release(playing.get(moment.of.task) as Playing, run);
        return true;
      case 'look':
        return told(moment.task);
      case 'cancel':
        run.cancel(moment.task, moment.because);
        return true;
      case 'pause':
        run.pause(moment.freeze);
        return true;
      case 'unpause':
        run.unpause();
        return true;
      case 'exceed':
        for (const { order, usage } of playing.values()) if (usage !== undefined) order.spend?.(usage);
        callBack();
        return true;
      case 'stop':
        run.stop(moment.because, moment.message);
        return true;
      default:
        return moment satisfies never;
    }
  };

  const isReady = (moment: Moment): boolean => {
    if (moment.type === 'look') return looks.get(moment.task)?.tell !== undefined;
    return moment.type === 'end' && playing.get(moment.of.task)?.deliver !== undefined;
  };

  const nobodyIsDue = () => [...playing.values()].every(({ due }) => !due);

  /** What was taken in together, with all ends before it given to the run. */
  const isTogether = (one: Moment, next: Moment) =>
    (one.type === 'end' || one.type === 'look') &&
    (next.type === 'stop'
      ? next.seq - one.seq === withIt
      : recording.together.has(next.seq) && next.time - one.time <= oneTurn && isReady(next) && nobodyIsDue());

  /** Takes the next step; false where there is none. */
  const step = (run: Conducted): boolean => {
    chances = [];
    const seq = moments[at]?.seq ?? Number.POSITIVE_INFINITY;
    const looked = [...looks].find(([, look]) => look.seq < seq);
    if (looked !== undefined) return told(looked[0]);
    const late = belated(playing.values(), seq);
    if (late !== undefined) {
      release(late, run);
      return true;
    }
    for (let moment = moments[at]; moment !== undefined; moment = moments[at]) {
      // Whether a start has come of a wait shows in the next step; perhaps it was another wait.
      if (moment.type === 'start' && enact(moment, run)) return true;
      at += 1;
      if (moment.type === 'start' || !enact(moment, run)) continue;
      for (let next = moments[at]; next !== undefined && isTogether(moment, next); next = moments[at]) {
        enact(next, run);
        at += 1;
      }
      return true;
    }
    const [unrecorded] = looks.keys();
    if (unrecorded !== undefined) return told(unrecorded);
    const [first] = playing.values();
    // A recording that was cut off in a pause has no end of it.
    if (first === undefined) return waitOver() || run.unpause() === undefined;
    release(first, run);
    return true;
  };

  const conduct = async (run: Conducted): Promise<never> => {
    for (;;) {
      await settled();
      const ready =
        [...playing.values()].every(({ arrived, due }) => arrived && !due) &&
        [...looks.values()].every(({ tell }) => tell !== undefined);
      if (ready && step(run)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = () => {};
    }
  };

  return {
    clock,
    governor,
    random: { next: () => chances.shift() ?? 0 },
    around: (backend) => ({ start: (order) => start(backend, order) }),
    reuse: (bring) => ({
      look: ({ task }) => look(task.name, bring),
      keep: async () => undefined,
      close: async () => {},
    }),
    playedBy: (task) => playing.get(task)?.recorded,
    awaitTurn: (task) =>
      new Promise((resolve) => {
        const one = playing.get(task);
        if (one === undefined) return resolve();
        const { end } = one.recorded ?? {};
        // Who was ended for what it used waits for its turn with its end, as others do.
        if (end?.type === 'stopped' && end.cause !== 'cancelled') {
          return void Promise.resolve().then(() => one.attempt?.stop(end.cause, true, end.message));
        }
        one.goOn = resolve;
        one.arrived = true;
        wake();
      }),
    lacking,
    conduct: (run) => void conduct(run),
  };
}

const nothingFound: Missed = { type: 'missed', because: [] };

/** Of those whose turn is over already the one whose turn was first. */
function belated(playing: Iterable<Playing>, seq: number): Playing | undefined {
  let first: Playing | undefined;
  for (const one of playing) {
    const its = one.recorded?.seq;
    if (its !== undefined && its < seq && its < (first?.recorded?.seq ?? seq)) first = one;
  }
  return first;
}
