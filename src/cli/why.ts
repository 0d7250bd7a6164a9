// Why a task of a run was done, or did not have to be, as its journal tells it.
import { whyNotReused } from '../plan/reuse.ts';
import { counted, duration } from '../reporters/words.ts';
import { notKept } from '../run/lookups.ts';
import type { TaskState } from '../run/state.ts';
import type { RunEvent, Saved } from '../schema/types.gen.ts';
import type { RecordedRun } from '../workspace/recorded.ts';
import { type ShownStatus, shownStatus } from './run-facts.ts';
import type { FoundRun } from './runs.ts';

/** How it was decided whether a task had to be done. */
type Decision =
  /** Nothing that its output depends on has changed. */
  | 'reused'
  /** It is a success of the run that this one continues. */
  | 'kept'
  /** It was reused in the run that this one replays. */
  | 'replayed'
  /** What was recorded, if anything, is not what it would make. */
  | 'to-do'
  /** It was not looked for: it never is. */
  | 'never'
  /** It has not come so far. */
  | 'open';

/** What `runs why` knows of a task; printed as JSON as it is. */
export interface WhyFacts {
  readonly run: string;
  readonly task: string;
  readonly state: ShownStatus;
  readonly decision: Decision;
  /** What has changed; of what was reused, what has not. */
  readonly because: readonly string[];
  readonly from_run: string | null;
  readonly key: string | null;
  readonly saved: Saved | null;
  /** Why the output that was made cannot be taken by a later run. */
  readonly not_kept: string | null;
}

/** What is known of why a task was done. */
export function whyFacts(run: FoundRun, { plan, events }: RecordedRun, task: TaskState): WhyFacts {
  const { name } = task.task;
  const facts = { run: run.id, task: name, state: shownStatus(run, task) };
  const last = events.findLast((event) => isVerdict(event) && event.task === name);
  const none = { from_run: null, key: null, saved: null, not_kept: null };
  if (last?.type === 'task.reused') {
    const { key = null, from_run = null, saved = null, because } = last;
    const kept = ['the task, its agent and its context'];
    return {
      ...facts,
      decision: key !== null ? 'reused' : run.replays === null ? 'kept' : 'replayed',
      because: because ?? (run.replays === null ? kept : []),
      from_run,
      key,
      saved,
      not_kept: null,
    };
  }
  if (last?.type === 'reuse.missed') {
    const { key = null, because } = last;
    return { ...facts, decision: 'to-do', because, ...none, key, not_kept: notKeptIn(events, last) };
  }
  const never = whyNotReused(
    task.task,
    plan.agents.find((agent) => agent.name === task.task.agent),
  );
  if (never !== undefined) return { ...facts, decision: 'never', because: [never], ...none };
  return { ...facts, decision: 'open', because: task.message === undefined ? [] : [task.message], ...none };
}

type Verdict = Extract<RunEvent, { type: 'task.reused' | 'reuse.missed' }>;

function isVerdict(event: RunEvent): event is Verdict {
  return event.type === 'task.reused' || event.type === 'reuse.missed';
}

function notKeptIn(events: readonly RunEvent[], { task, seq }: Verdict): string | null {
  for (const event of events) {
    const told = event.type === 'task.progressed' && event.task === task && event.seq > seq;
    if (told && event.text.startsWith(notKept)) return event.text.slice(notKept.length);
  }
  return null;
}

/** The same in words. */
export function whyLines(facts: WhyFacts): string[] {
  const { task, state, decision, because, from_run, saved, not_kept } = facts;
  switch (decision) {
    case 'reused':
      return [
        `${task}: reused, because nothing has changed since run ${from_run}:`,
        ...because.map((each) => `  ${each}`),
        ...(saved === null ? [] : [`it saved ${savedWords(saved)}`]),
      ];
    case 'kept':
      return [
        `${task}: reused, kept from run ${from_run}, which this run continues: unchanged are ${because.join(', ')}`,
      ];
    case 'replayed':
      return [`${task}: reused, as in run ${from_run}, which this one replays; that run tells more`];
    case 'to-do':
      return [
        `${task}: ${state === 'pending' ? 'to be done' : state === 'succeeded' ? 'done' : state}, because:`,
        ...because.map((each) => `  ${each}`),
        ...(not_kept === null ? [] : [`a later run cannot take its output: ${not_kept}`]),
      ];
    case 'never':
      return [`${task}: ${state}; it may not reuse: ${because.join(', ')}`];
    case 'open':
      return [`${task}: ${state}; nothing was looked for${because.length === 0 ? ' yet' : `: ${because.join(', ')}`}`];
    default:
      return decision satisfies never;
  }
}

function savedWords({ duration_ms, usage }: Saved): string {
  const tokens = usage === undefined ? 0 : usage.input_tokens + usage.output_tokens;
  return `${tokens === 0 ? '' : `${counted(tokens, 'token')}, `}${duration(duration_ms)}`;
}
