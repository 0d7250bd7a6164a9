// Holds an agent to its policy by what its stream tells of its tools. What the agent's own rules refuse is told; what it ran all the
// same, and what it has no rules for, ends the attempt. Only calls of tools are judged, never what tools print or what the agent says.
import { type Judgement, openJudge } from '../run/policy/policy.ts';
import type { Progress } from '../run/ports.ts';
import type { Policy } from '../schema/types.gen.ts';
import type { AgentEvent, ToolAnswered, ToolCalled } from './streams/events.ts';

/** Who is told. */
interface Wards {
  /** Whether whoever runs the tools may refuse it. */
  refuses(judgement: Judgement): boolean;
  /** The command by which a person has the task done again under another policy; undefined where there is none. */
  readonly again: string | undefined;
  report(progress: Progress): void;
  /** Ends the agent at once. */
  stop(): void;
}

/** A policy that is watched over. */
export interface Guard {
  take(event: AgentEvent): void;
  /** Whether it has told of the refusal of this call. */
  hasTold(id: string): boolean;
  /** Nothing comes any more. */
  end(): void;
  /** What ended the attempt; undefined where it was not ended. */
  violation(): string | undefined;
}

/** Most things that are told of one attempt, each of them once, and most calls that are remembered. */
const mostTold = 100;
const mostCalls = 1000;

/** Begins to watch. */
export function openGuard(policy: Policy, { refuses, again, report, stop }: Wards): Guard {
  const judge = openJudge(policy);
  const awaited = new Map<string, readonly Judgement[]>();
  const refused = new Set<string>();
  const told = new Set<string>();
  let violation: string | undefined;
  const end = (judgement: Judgement) => {
    if (violation !== undefined) return;
    violation = `ran "${judgement.command}", ${whyForbidden(judgement)}`;
    stop();
    const goOn = again === undefined ? '.' : `, and go on with: ${again}`;
    report({ kind: 'blocker', text: `the agent ${violation}, and was ended. ${afterwards}${goOn}` });
  };
  const tell = (progress: Progress) => {
    if (told.has(progress.text) || told.size >= mostTold) return;
    told.add(progress.text);
    report(progress);
  };
  const ran = (judgements: readonly Judgement[]) => {
    for (const { verdict, command, unread } of judgements) {
      if (verdict === 'watch')
        tell({ kind: 'finding', text: `ran${unread ? ', too long to be read' : ''}: ${command}` });
    }
    const [worst] = judgements;
    if (worst !== undefined && worst.verdict !== 'watch') end(worst);
  };
  const called = ({ id, command = '', running }: ToolCalled) => {
    const judgements = command === '' ? [] : judge(command);
    if (judgements.length === 0) return;
    const strict = judgements.filter(({ verdict }) => verdict !== 'watch');
    const isLeft = running !== true && strict.some(refuses);
    if (strict.length > 0 && !isLeft) return ran(judgements);
    // Of so many calls at once the oldest is taken to have run.
    const [oldest] = awaited.size < mostCalls ? [] : awaited.keys();
    if (oldest !== undefined) settle(oldest, ran);
    awaited.set(id, judgements);
  };
  const settle = (id: string, how: (judgements: readonly Judgement[]) => void) => {
    const judgements = awaited.get(id);
    awaited.delete(id);
    if (judgements !== undefined) how(judgements);
  };
  const answered = ({ id, denied, unused }: ToolAnswered) =>
    settle(id, (judgements) => {
      if (denied !== true && unused !== true) return ran(judgements);
      if (denied !== true) return;
      const strict = judgements.filter(({ verdict }) => verdict !== 'watch');
      if (strict.length > 0 && refused.size < mostCalls) refused.add(id);
      for (const judgement of strict) tell(refusalOf(judgement, again));
    });
  return {
    take(event) {
      if (event.type === 'tool-call') called(event);
      if (event.type === 'tool-result') answered(event);
    },
    hasTold: (id) => refused.has(id),
    end() {
      // A call without an answer may have begun. What is denied there was left to whoever refuses it.
      for (const judgements of awaited.values()) ran(judgements.filter(({ verdict }) => verdict === 'watch'));
      awaited.clear();
    },
    violation: () => violation,
  };
}

const afterwards = 'Look at what it has done. Then tell the agent not to do it, or change the policy';

/** Why a command is not to run, as the end of a sentence. */
export function whyForbidden({ verdict, pattern, unread }: Judgement): string {
  if (unread === true) return 'which is too long or too deep to be held against policy';
  return verdict === 'deny'
    ? `which policy denies ("${pattern}")`
    : `which policy lets nobody run without a person ("${pattern}")`;
}

function refusalOf(judgement: Judgement, again: string | undefined): Progress {
  const { verdict, pattern, command, unread } = judgement;
  if (unread === true) return { kind: 'finding', text: `"${command}" was refused, ${whyForbidden(judgement)}` };
  if (verdict === 'deny') return { kind: 'finding', text: `"${command}" was refused: policy denies "${pattern}"` };
  return {
    kind: 'blocker',
    text: `"${command}" was refused: policy asks a person to confirm "${pattern}", and nobody can be asked in a run. Run it yourself, or move the pattern to policy.watch and do the task again${again === undefined ? '.' : `: ${again}`}`,
  };
}
