// What is done about a failure whose cause is known: another launch, or the word of a person. Pure.
//
// A launch by recovery is never one that has failed before: it has other arguments, another model or another agent, or comes
// after a wait that was asked for. There are at most three for a task, until a resume does it again.
import type { AgentName, PlanAgent, RecoveryApplied } from '../schema/types.gen.ts';
import { launchedAgent, launchOf } from './launch.ts';
import type { AttemptFailed, FailureSigns } from './ports.ts';
import { adviceFor, type RecoveryAction, ruleFor } from './recovery-rules.ts';
import type { RunState, TaskState } from './state.ts';

/** Most launches by recovery of one task. */
const mostRecoveries = 3;

/** Shortest wait: who asks for none is not asked again in the same moment. */
const shortestWaitMs = 1000;

/** Longest wait that nobody asked for. */
const longestPauseMs = 60_000;

/** What is done about a failure. */
export type Recovery =
  /** It is launched again, so changed, at this time in milliseconds since 1970. */
  | { readonly type: 'relaunch'; readonly change: Change; readonly at: number }
  /** A person is told this, when the task fails. `usual`: the attempts that the task has may help before, each after this pause at least. */
  | { readonly type: 'escalate'; readonly usual: boolean; readonly pauseMs: number; readonly words: string };

/** What an event tells of it. */
type Change = Pick<RecoveryApplied, 'rule' | 'action' | 'arguments' | 'model' | 'agent' | 'until'>;

/** What else it depends on. */
export interface Ground {
  /** In milliseconds since 1970. */
  readonly now: number;
  /** Why no attempt of this agent can be started, or paid; undefined where one can. */
  hindrance(agent: AgentName): string | undefined;
}

/** What is done about the failure of a task's running attempt; undefined where its cause is not known. */
export function recoveryAfter(
  state: RunState,
  task: TaskState,
  { signs = {} }: Pick<AttemptFailed, 'signs'>,
  ground: Ground,
): Recovery | undefined {
  const agent = launchedAgent(state, task);
  const rule = ruleFor(agent.adapter, signs);
  if (rule === undefined) return undefined;
  const used = task.recovery?.applied.length ?? 0;
  for (const action of used < mostRecoveries ? rule.actions : []) {
    const change = changeBy(action, { state, task, agent, signs, ground });
    if (change === undefined) continue;
    const at = change.until === undefined ? ground.now : Date.parse(change.until);
    return { type: 'relaunch', change: { rule: rule.name, ...change }, at };
  }
  const tooLong = (signs.retryAfterMs ?? 0) > longestWaitMs(rule.actions);
  const passedOver = fallbacksOf({ state, task, agent }).flatMap((name) => {
    const why = ground.hindrance(name);
    return why === undefined ? [] : [`${name} (${why})`];
  });
  const words = [
    adviceFor(agent.adapter, signs),
    ...(tooLong ? [`it asks to wait until ${isoTime(ground.now + (signs.retryAfterMs ?? 0))}`] : []),
    ...(used === 0 ? [] : [`tried before: ${task.recovery?.applied.map(({ action }) => action).join('; ')}`]),
    ...(passedOver.length === 0 ? [] : [`passed over: ${passedOver.join(', ')}`]),
  ];
  const last = rule.actions.at(-1);
  const usual = last?.type === 'retry' && !tooLong;
  const pauseMs = last?.type === 'retry' && last.later === true ? pauseAfter(task.failures + 1) : 0;
  return { type: 'escalate', usual, pauseMs, words: words.join('; ') };
}

/** Milliseconds until what may pass is tried again, after so many failures: 1 s, 2 s, 4 s, a minute at most. */
function pauseAfter(failures: number): number {
  return Math.min(longestPauseMs, shortestWaitMs * 2 ** Math.min(failures - 1, 20));
}

interface Case {
  readonly state: RunState;
  readonly task: TaskState;
  /** As it was launched. */
  readonly agent: PlanAgent;
  readonly signs: FailureSigns;
  readonly ground: Ground;
}

/** What an action changes; undefined where it is not possible here, or would lead to what has failed. */
function changeBy(action: RecoveryAction, each: Case): Omit<Change, 'rule'> | undefined {
  const { agent, signs, ground } = each;
  switch (action.type) {
    case 'arguments': {
      const words = action.words.filter((word) => !(agent.args ?? []).includes(word));
      return words.length === 0 ? undefined : { action: `adds ${words.join(' ')}`, arguments: words };
    }
    case 'project': {
      const folder = projectFrom(agent.cwd);
      const word = `--include-directories=${folder}`;
      const vain = folder === undefined || (folder === '.' && signs.outside === true);
      return vain || agent.args?.includes(word) === true ? undefined : { action: `adds ${word}`, arguments: [word] };
    }
    case 'wait': {
      const asked = signs.retryAfterMs;
      const inVain = action.once === true && each.task.recovery?.waited === true;
      if (asked === undefined || asked > action.mostSeconds * 1000 || inVain) return undefined;
      const wait = Math.max(shortestWaitMs, Math.ceil(asked));
      return { action: `waits ${spanWords(wait)}, as it was asked to`, until: isoTime(ground.now + wait) };
    }
    case 'model': {
      const model = nextModel(each);
      return model === undefined ? undefined : { action: `takes model ${model}`, model };
    }
    case 'agent': {
      const next = nextAgent(each);
      return next === undefined ? undefined : { action: `hands over to agent ${next}`, agent: next };
    }
    case 'escalate':
    case 'retry':
      return undefined;
    default:
      return action satisfies never;
  }
}

/** The folder of the project, seen from one of its folders; undefined from anywhere else. */
function projectFrom(cwd: string): string | undefined {
  const steps = cwd.split('/').filter((step) => step !== '' && step !== '.');
  if (cwd.startsWith('/') || steps.includes('..')) return undefined;
  return steps.map(() => '..').join('/') || '.';
}

function longestWaitMs(actions: readonly RecoveryAction[]): number {
  const waits = actions.flatMap((action) => (action.type === 'wait' ? [action.mostSeconds * 1000] : []));
  return waits.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...waits);
}

/** All that the task was and is launched with. */
function launchesOf(task: TaskState) {
  return task.recovery?.launches ?? [launchOf(task)];
}

function nextModel({ task, agent, state }: Case): string | undefined {
  const planned = state.spending.agents.get(agent.name)?.agent.model;
  const tried = launchesOf(task).flatMap((each) => (each.agent === agent.name ? [each.model ?? planned] : []));
  return agent.fallback_models?.find(({ model }) => !tried.includes(model))?.model;
}

/** Fallbacks of the task's own agent, then of the one that took over from it, without those that have failed. */
function fallbacksOf({ state, task, agent }: Pick<Case, 'state' | 'task' | 'agent'>): AgentName[] {
  const own = state.spending.agents.get(task.task.agent)?.agent.fallback_agents ?? [];
  const tried = launchesOf(task).map((each) => each.agent);
  const all = new Set([...own, ...(agent.fallback_agents ?? [])]);
  return [...all].filter((name) => !tried.includes(name));
}

function nextAgent(each: Case): AgentName | undefined {
  return fallbacksOf(each).find((name) => each.ground.hindrance(name) === undefined);
}

/** Longest time that a date can hold, in milliseconds since 1970: others may ask for any. */
const lastTime = 8.64e15;

function isoTime(milliseconds: number): string {
  return new Date(Math.min(milliseconds, lastTime)).toISOString();
}

function spanWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
