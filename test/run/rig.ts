// Whole runs in memory: scripted agents, a journal in an array, a clock that is cranked by hand.
import { createHash } from 'node:crypto';
import { arrange } from '../../src/plan/arrange.ts';
import { fold } from '../../src/run/fold.ts';
import type {
  Attempt,
  AttemptEnd,
  AttemptOrder,
  Clock,
  EventBody,
  FailureSigns,
  Reuse,
  Shortage,
} from '../../src/run/ports.ts';
import { type Run, startRun } from '../../src/run/runner.ts';
import type { RunState } from '../../src/run/state.ts';
import type {
  AgentName,
  Plan,
  PlanBudget,
  PlanTask,
  RunEvent,
  RunId,
  TaskName,
  Usage,
} from '../../src/schema/types.gen.ts';

/** A task of a test plan: what it needs, by name; `name!` waits for any end only. */
export interface Sketch {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly context?: readonly string[];
  readonly priority?: PlanTask['priority'];
  readonly attempts?: number;
  readonly timeout?: number;
  readonly group?: string;
  readonly agent?: string;
  readonly role?: PlanTask['role'];
  readonly budget?: PlanBudget;
  readonly cache?: PlanTask['cache'];
}

/** A plan made of sketches. */
export function planOf(sketches: readonly Sketch[], over: Partial<Plan> = {}): Plan {
  const tasks = sketches.map(
    (sketch) =>
      ({
        name: sketch.name,
        agent: sketch.agent ?? 'worker',
        role: sketch.role ?? 'task',
        depth: 0,
        description: `do ${sketch.name}`,
        needs: [
          ...(sketch.context ?? []).map((task) => ({ task, until: 'success' })),
          ...(sketch.needs ?? []).map((need) => ({
            task: need.replace('!', ''),
            until: need.endsWith('!') ? 'end' : 'success',
          })),
        ],
        context: sketch.context ?? [],
        priority: sketch.priority ?? 'medium',
        timeout_seconds: sketch.timeout ?? null,
        stall_seconds: null,
        max_attempts: sketch.attempts ?? 1,
        group: sketch.group ?? null,
        ...(sketch.budget !== undefined && { budget: sketch.budget }),
        ...(sketch.cache !== undefined && { cache: sketch.cache }),
      }) as unknown as PlanTask,
  );
  const indexOf = new Map(tasks.map((task, index) => [task.name, index]));
  const agent = (name: string) => ({
    name,
    adapter: 'command',
    why: 'test',
    file: 'test.yaml',
    description: '',
    system_prompt: '',
    shell: 'sh -eu',
    env: { pass: [], set: {} },
    secrets: [],
    cwd: '.',
    options: {},
  });
  return {
    version: 1,
    orchestra: 'test',
    name: 'Test',
    description: '',
    file: 'test.yaml',
    workspace: 'ws',
    strategy: 'parallel',
    max_parallel_tasks: 4,
    on_failure: 'continue',
    run_timeout_seconds: null,
    retry: { strategy: 'simple', initial_delay_seconds: 1, max_delay_seconds: 60, jitter: 0 },
    groups: [],
    delegation: null,
    orchestration_type: 'basic',
    agents: [...new Set(['worker', ...sketches.map((each) => each.agent ?? 'worker')])].map(
      agent,
    ) as unknown as Plan['agents'],
    tasks,
    ...arrange(
      tasks,
      tasks.map((task) => task.needs.map((need) => indexOf.get(need.task) as number)),
    ),
    ...over,
  };
}

/** What a scripted agent does in one attempt: its answer, after a time in milliseconds. */
export interface Behaviour {
  readonly after?: number;
  readonly fails?: string;
  /** By what the cause of its failure is known. */
  readonly signs?: FailureSigns;
  readonly says?: string;
  /** Keeps running until it is stopped. */
  readonly hangs?: boolean;
  /** What it has used when it ends, or is ended. */
  readonly usage?: Usage;
  /** What it tells of it while it runs, each after a time in milliseconds. */
  readonly tells?: readonly { readonly after: number; readonly usage: Usage }[];
}

export interface Rig {
  readonly events: RunEvent[];
  readonly run: Run;
  /** Every order that was started, in order. */
  readonly orders: AttemptOrder[];
  /** Most attempts at once. */
  most(): number;
  /** Number of journal syncs so far, and the seq that the latest one covered. */
  synced(): number;
  /** The seq up to which the journal was written: what survives the end of the process. */
  written(): number;
  /** Cranks the clock until the run has finished. */
  finish(): Promise<RunState>;
  /** Cranks the clock by this much. */
  crank(milliseconds: number): Promise<void>;
  now(): number;
}

/** Starts a run whose agents behave as told. */
export function rig(
  plan: Plan,
  behave: (order: AttemptOrder) => Behaviour = () => ({}),
  random = () => 0,
  before: readonly RunEvent[] = [],
  look?: () => Shortage | undefined,
  again: readonly TaskName[] = [],
  budget?: PlanBudget,
  reuse: (clock: Clock) => Partial<Reuse> = () => ({}),
  unusable: readonly string[] = [],
): Rig {
  const clock = handClock();
  const events: RunEvent[] = [...before];
  const orders: AttemptOrder[] = [];
  let running = 0;
  let most = 0;
  let synced = 0;
  let written = 0;
  const run = startRun(
    {
      run: 'r' as RunId,
      plan,
      goal: 'the goal',
      unusable: new Map(unusable.map((name) => [name as AgentName, 'program not found: x'])),
      ...(before.length === 0
        ? { opening: [opening()] }
        : {
            opening: [
              { type: 'run.resumed', ...(again.length > 0 && { again: [...again] }), ...(budget && { budget }) },
            ],
            state: fold(plan, before),
          }),
    },
    {
      clock,
      random: { next: random },
      ...(look !== undefined && { machine: { look } }),
      journal: {
        append(body) {
          const event = {
            v: 1,
            seq: events.length + 1,
            ts: new Date(clock.now()).toISOString(),
            run: 'r',
            ...body,
          } as RunEvent;
          events.push(event);
          return event;
        },
        write() {
          written = events.length;
        },
        get durable() {
          return synced;
        },
        async sync() {
          await Promise.resolve();
          synced = events.length;
          written = events.length;
        },
      },
      observe() {},
      async writeResult() {},
      reuse: { ...nothingRecorded, ...reuse(clock) },
      backend: {
        start(order) {
          orders.push(order);
          running += 1;
          most = Math.max(most, running);
          return attempt(order, behave, clock, () => {
            running -= 1;
          });
        },
      },
    },
  );
  let state: RunState | undefined;
  run.finished.then(
    (done) => {
      state = done;
    },
    () => {},
  );
  return {
    events,
    orders,
    run,
    most: () => most,
    synced: () => synced,
    written: () => written,
    now: clock.now,
    async crank(milliseconds) {
      await settle();
      await clock.crank(clock.now() + milliseconds);
    },
    async finish() {
      for (let turn = 0; state === undefined && turn < 1_000_000; turn++) {
        await settle();
        if (state !== undefined || (await clock.next())) continue;
        await settle();
        if (state === undefined) throw new Error(`the run hangs:\n${brief(events).join('\n')}`);
      }
      return run.finished;
    },
  };
}

/** Nothing was recorded, and nothing is kept. */
export const nothingRecorded: Reuse = {
  look: async () => ({ type: 'missed', key: '0'.repeat(64), because: ['nothing is recorded'] }),
  keep: async () => undefined,
  close: async () => {},
};

function opening(): EventBody {
  return {
    type: 'run.started',
    orchestra: 'test',
    plan_sha256: createHash('sha256').digest('hex'),
    goal: 'the goal',
    rehearsal: false,
    super: '0.0.0',
  };
}

function attempt(
  order: AttemptOrder,
  behave: (order: AttemptOrder) => Behaviour,
  clock: HandClock,
  over: () => void,
): Attempt {
  let settleWith: (end: AttemptEnd) => void = () => {};
  const ended = new Promise<AttemptEnd>((resolve) => {
    settleWith = (end) => {
      over();
      settleWith = () => {};
      resolve(end);
    };
  });
  let spent: { readonly usage?: Usage } = {};
  const begin = () => {
    const behaviour = behave(order);
    if (behaviour.usage !== undefined) spent = { usage: behaviour.usage };
    for (const { after, usage } of behaviour.tells ?? []) clock.after(after, () => order.spend?.(usage));
    const signs = behaviour.signs === undefined ? {} : { signs: behaviour.signs };
    const text = behaviour.says ?? `output of ${order.task.name}`;
    const end: AttemptEnd =
      behaviour.fails === undefined
        ? {
            type: 'succeeded',
            text,
            output: { path: `task_outputs/${order.task.name}_output.txt`, bytes: text.length, sha256: '0'.repeat(64) },
            ...spent,
          }
        : { type: 'failed', reason: 'agent-exit', message: behaviour.fails, exit_code: 1, ...spent, ...signs };
    if (behaviour.hangs !== true) clock.after(behaviour.after ?? 1, () => settleWith(end));
  };
  if (order.durable === undefined) begin();
  else order.durable.then(begin, () => {});
  return {
    ended,
    freeze() {},
    stop: (cause, _, message) =>
      settleWith(
        cause === 'cancelled'
          ? { type: 'cancelled', ...spent }
          : { type: 'failed', reason: cause, message: message ?? `${cause} of ${order.task.name}`, ...spent },
      ),
  };
}

interface HandClock extends Clock {
  crank(to: number): Promise<void>;
  /** Moves to the next timer; false when there is none. */
  next(): Promise<boolean>;
}

function handClock(): HandClock {
  let now = Date.UTC(2026, 10, 20);
  let timers: { at: number; callback: () => void }[] = [];
  const fire = async (to: number) => {
    now = to;
    const due = timers.filter(({ at }) => at <= to);
    timers = timers.filter(({ at }) => at > to);
    for (const { callback } of due.sort((a, b) => a.at - b.at)) callback();
    await settle();
  };
  const earliest = () => timers.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  return {
    now: () => now,
    after(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    async next() {
      const at = earliest();
      if (!Number.isFinite(at)) return false;
      await fire(at);
      return true;
    },
    async crank(to) {
      while (earliest() <= to) await fire(earliest());
      await fire(to);
    },
  };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Events as short texts: `task.started a 1`. */
export function brief(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    const parts: unknown[] = [event.type];
    if ('task' in event) parts.push(event.task);
    if ('attempt' in event) parts.push(event.attempt);
    if ('because' in event) parts.push(`(${event.because})`);
    if ('outcome' in event) parts.push(event.outcome);
    if (event.type === 'plan.extended') parts.push(event.by, event.tasks.map((task) => task.name).join(','));
    return parts.join(' ');
  });
}
