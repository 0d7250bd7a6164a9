// What a journal tells of the agents of a run, so that they can be played again: how each attempt ended, and what came from outside,
// in the order in which it happened.
import type {
  AdapterName,
  AgentName,
  FailureReason,
  FinishCause,
  Plan,
  RunEvent,
  TaskName,
} from '../schema/types.gen.ts';
import { apply, initialState } from './fold.ts';
import type { Found, Missed, StopCause } from './ports.ts';
import { chanceOf } from './retry.ts';
import { decide } from './schedule.ts';
import type { Level } from './throttle.ts';

/** How the process of a recorded attempt ended: by itself, not in its own power, or because the run told it to. */
type RecordedEnd =
  | { readonly type: 'exited'; readonly code: number; readonly lacking?: string }
  | { readonly type: 'lost'; readonly message: string }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'stopped'; readonly cause: StopCause; readonly message: string; readonly requested: boolean };

/** An attempt whose end was recorded. */
export interface RecordedAttempt {
  readonly task: TaskName;
  /** Its number in the recording, by which its files are found. */
  readonly attempt: number;
  readonly agent: AgentName;
  readonly adapter: AdapterName;
  /** Place of its end in the recording. */
  readonly seq: number;
  readonly time: number;
  readonly end: RecordedEnd;
  /** The random number by which the wait before the next attempt came to be so long; absent where none followed a failure. */
  readonly chance?: number;
}

/** Where something stands in a recording: its sequence number, and its time, as if nothing had ever cut the run off. */
interface Place {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Something that happened to a run and did not follow from what had happened before. */
export type Moment = Place &
  (
    | { readonly type: 'start' | 'end'; readonly of: RecordedAttempt }
    /** It was looked for a recorded output of a task. */
    | { readonly type: 'look'; readonly task: TaskName; readonly what: Found | Missed }
    /** A person cancelled a task that had not begun. */
    | { readonly type: 'cancel'; readonly task: TaskName; readonly because: string }
    | { readonly type: 'pause'; readonly freeze: boolean }
    | { readonly type: 'unpause' }
    /** The budget was used up. */
    | { readonly type: 'exceed'; readonly budget: string }
    | { readonly type: 'stop'; readonly because: FinishCause; readonly message: string }
  );

/** What is so much behind an end in its place came before that end was taken in. */
export const withIt = 0.25;

/** A change of how many tasks may run at once, by how many attempts had begun and ended before it. */
export interface RecordedLevel extends Level, Place {
  readonly starts: number;
  readonly ends: number;
}

/** What can be played again. */
export interface Recording {
  /** Attempts of each task, in order: those since it was last set back by a resume. */
  readonly attempts: ReadonlyMap<TaskName, readonly RecordedAttempt[]>;
  /** In order. */
  readonly moments: readonly Moment[];
  /** In order. */
  readonly levels: readonly RecordedLevel[];
  /**
   * Places of ends and finds that the run took in with the one before: by that it had something to do, which it did only after both.
   */
  readonly together: ReadonlySet<number>;
  /** When the run began, in milliseconds since 1970. */
  readonly startedAt: number;
}

type AttemptEvent = Extract<
  RunEvent,
  { type: 'task.succeeded' | 'task.retry-scheduled' | 'task.failed' | 'task.cancelled' }
>;
type LookEvent = Extract<RunEvent, { type: 'task.reused' | 'reuse.missed' }>;
type Begun = Extract<RunEvent, { type: 'task.started' }>;

interface Part {
  readonly attempts: RecordedAttempt[];
  readonly moments: Moment[];
}

/** An attempt under way. */
interface Running {
  readonly begun: Begun;
  readonly place: Place;
}

/** Reads a journal that folds over its plan. What a resume did again replaces what had been. */
export function recordingOf(plan: Plan, events: readonly RunEvent[]): Recording {
  const state = initialState(plan);
  const parts = new Map<TaskName, Part>();
  const running = new Map<TaskName, Running>();
  const startedAt = Date.parse(events[0]?.ts ?? '');
  const pauses: Moment[] = [];
  const levels: (Place & Level)[] = [];
  let idle = 0;
  let ending: Ending = {};
  let failing: Place | undefined;
  const together = new Set<number>();
  let isUndone = false;
  const partOf = (task: TaskName): Part => {
    const part = parts.get(task) ?? { attempts: [], moments: [] };
    parts.set(task, part);
    return part;
  };
  for (const event of events) {
    const before = state.spending.seenAt;
    const failures = 'task' in event ? (state.tasks.get(event.task)?.failures ?? 0) : 0;
    apply(state, event);
    if (event.type === 'run.resumed') idle += Math.max(0, Date.parse(event.ts) - before);
    const place = { seq: event.seq, time: Date.parse(event.ts) - idle };
    if (event.type === 'run.paused') pauses.push({ type: 'pause', ...place, freeze: event.frozen === true });
    if (event.type === 'run.unpaused') pauses.push({ type: 'unpause', ...place });
    if (event.type === 'parallelism.changed') {
      const { max_parallel_tasks, because } = event;
      levels.push({ ...place, max_parallel_tasks, because });
    }
    if (event.type === 'run.resumed') {
      const { max_parallel_tasks: planned } = plan;
      const throttled = (levels.at(-1)?.max_parallel_tasks ?? planned) < planned;
      if (throttled) levels.push({ ...place, max_parallel_tasks: planned, because: 'the run was resumed' });
      running.clear();
      ending = {};
      if (pauses.at(-1)?.type === 'pause') pauses.push({ type: 'unpause', ...place });
      for (const task of event.again ?? []) parts.delete(task);
      // What was delegated by an attempt that did not end has left the run.
      for (const task of parts.keys()) if (!state.tasks.has(task)) parts.delete(task);
    } else if (event.type === 'task.reused' || event.type === 'reuse.missed') {
      const { task } = event;
      const what = lookOf(event);
      if (what !== undefined) partOf(task).moments.push({ type: 'look', ...place, task, what });
    } else if (event.type === 'task.started') {
      running.set(event.task, { begun: event, place });
    } else if (isAttemptEvent(event)) {
      const open = running.get(event.task);
      running.delete(event.task);
      if (open !== undefined) addAttempt(partOf(event.task), open, event, place, chanceIn(plan, event, failures));
      else if (event.type === 'task.cancelled' && event.requested === true) {
        const { task, because } = event;
        partOf(task).moments.push({ type: 'cancel', ...place, task, because });
      }
    }
    if (isArrival(event)) {
      if (isUndone) together.add(event.seq);
      isUndone = decide(state, Date.parse(event.ts)).type !== 'wait';
    } else if (!isTold(event)) isUndone = false;
    ending = endingAfter(ending, event, place, failing);
    failing = failingAfter(failing, event, place);
  }
  const attempts = new Map([...parts].map(([task, part]) => [task, part.attempts]));
  const ofTasks = [...parts.values()].flatMap((part) => part.moments);
  const moments = [...ofTasks, ...pauses, ...endingMoments(ending, attempts)];
  moments.sort((a, b) => a.seq - b.seq);
  return { attempts, together, moments, levels: levelsAmong(moments, levels), startedAt };
}

function levelsAmong(moments: readonly Moment[], levels: readonly (Place & Level)[]): readonly RecordedLevel[] {
  const before = { start: 0, end: 0 };
  let at = 0;
  return levels.map((level) => {
    for (let moment = moments[at]; moment !== undefined && moment.seq < level.seq; moment = moments[++at]) {
      if (moment.type === 'start' || moment.type === 'end') before[moment.type] += 1;
    }
    return { ...level, starts: before.start, ends: before.end };
  });
}

/** What the run takes in before it decides what to do next. */
function isArrival(event: RunEvent): boolean {
  return isAttemptEvent(event) || event.type === 'task.reused' || event.type === 'reuse.missed';
}

/** What is told before an end, or at any time. */
function isTold({ type }: RunEvent): boolean {
  return type === 'task.progressed' || type === 'recovery.applied' || type === 'plan.extended';
}

function isAttemptEvent(event: RunEvent): event is AttemptEvent {
  return /^task\.(succeeded|failed|cancelled|retry-scheduled)$/.test(event.type);
}

function addAttempt(part: Part, { begun, place }: Running, event: AttemptEvent, end: Place, chance?: number): void {
  const { task, attempt, agent, adapter } = begun;
  const how = { ...end, end: endOf(event), ...(chance !== undefined && { chance }) };
  const of: RecordedAttempt = { task, attempt, agent, adapter, ...how };
  part.attempts.push(of);
  part.moments.push({ type: 'start', ...place, of }, { type: 'end', ...end, of });
}

/** What was found; undefined of an output that was kept from the beginning. */
function lookOf(event: LookEvent): Found | Missed | undefined {
  const { key, because = [] } = event;
  if (event.type === 'reuse.missed') return { type: 'missed', because, ...(key !== undefined && { key }) };
  const { output, from_run: run, saved } = event;
  if (key === undefined || run === undefined || saved === undefined) return undefined;
  return { type: 'found', key, run, output, saved, because };
}

/** `failures`: those before this event. */
function chanceIn({ retry }: Plan, event: AttemptEvent, failures: number): number | undefined {
  if (event.type !== 'task.retry-scheduled' || event.feedback !== undefined) return undefined;
  return chanceOf(retry, failures + 1, Date.parse(event.at) - Date.parse(event.ts));
}

/** Reasons for which an attempt is ended from outside. An agent that counts its own money ends by itself, with an exit code. */
const stopReasons: readonly FailureReason[] = ['timeout', 'stalled', 'resource-limit', 'budget'] satisfies StopCause[];

function endOf(event: AttemptEvent): RecordedEnd {
  if (event.type === 'task.succeeded') return { type: 'exited', code: 0 };
  if (event.type === 'task.cancelled') {
    return { type: 'stopped', cause: 'cancelled', message: event.because, requested: event.requested === true };
  }
  const { reason, message = '', exit_code: code } = event;
  if (code !== undefined) return { type: 'exited', code };
  if (stopReasons.includes(reason)) return { type: 'stopped', cause: reason as StopCause, message, requested: false };
  if (reason === 'worker-lost') return { type: 'lost', message };
  if (reason === 'adapter') return { type: 'refused', message };
  if (reason === 'no-output') return { type: 'exited', code: 0, lacking: message };
  return { type: 'exited', code: reason === 'agent-exit' ? 1 : 0 };
}

/** What ended the run before its tasks did. */
interface Ending {
  readonly exceed?: Extract<Moment, { type: 'exceed' }>;
  readonly stop?: Extract<Moment, { type: 'stop' }>;
}

function endingMoments({ exceed, stop }: Ending, attempts: Recording['attempts']): Moment[] {
  const moments: Moment[] = exceed === undefined ? [] : [exceed];
  if (stop === undefined) return moments;
  // A run that used more than it may fails its running attempts for that.
  const first = [...attempts.values()]
    .flat()
    .filter(({ end }) => stop.because === 'limit' && end.type === 'stopped' && end.message === stop.message)
    .reduce((least, { seq }) => Math.min(least, seq), stop.seq);
  return [...moments, { ...stop, seq: first - 0.5 }];
}

/** A run that is told to end first cancels what runs; why it does is told last. `failing`: since when nothing but ends was recorded. */
function endingAfter(ending: Ending, event: RunEvent, place: Place, failing: Place | undefined): Ending {
  if (event.type === 'budget.exceeded')
    return { ...ending, exceed: { type: 'exceed', ...place, budget: event.budget } };
  // What failed last neither was tried again nor had anybody skipped: the run was ending by then.
  const at = failing === undefined ? place : { ...failing, seq: failing.seq + withIt };
  if (event.type === 'task.cancelled' && event.requested !== true && ending.stop === undefined) {
    return { ...ending, stop: { type: 'stop', ...at, because: 'signal', message: event.because } };
  }
  if (event.type !== 'run.finished' || event.because === undefined || event.because === 'budget') return ending;
  const { because, message = because } = event;
  return { ...ending, stop: { type: 'stop', ...at, ...ending.stop, because, message } };
}

/** The first failure since which nothing but ends of attempts was recorded. */
function failingAfter(failing: Place | undefined, event: RunEvent, place: Place): Place | undefined {
  if (event.type === 'task.failed' && event.duration_ms !== undefined) return failing ?? place;
  if (event.type === 'task.succeeded' || event.type === 'task.progressed') return failing;
  return event.type === 'task.cancelled' && event.requested !== true ? failing : undefined;
}
