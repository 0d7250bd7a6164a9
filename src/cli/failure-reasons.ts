import type { FailureReason } from '../schema/types.gen.ts';

/** What a failure reason means: printed by `super explain`. */
export interface FailureEntry {
  /** One sentence. */
  readonly title: string;
  /** Who gives it, when, and what becomes of the task. */
  readonly meaning: string;
  /** What to do about it, one thing each. */
  readonly advice: readonly string[];
}

/** Every reason for which an attempt may fail. */
export const failureReasons: Readonly<Record<FailureReason, FailureEntry>> = {
  'agent-exit': {
    title: 'The agent ended by itself, and said that it had not succeeded.',
    meaning:
      'A command ended with an exit code other than 0 or by a signal, a module threw an error, a coding agent said so or broke off, or a model refused or could not be reached; or an agent ran what its policy denies, and was ended for that. The message says which.',
    advice: [
      'Read the end of the log; its path stands beside the failure.',
      'Run the command by hand in the same folder. It gets few variables of your environment: name the others under env:.',
      'Where it fails only now and then, give the task a retry_count.',
      'Where a model has no quota or a login is refused, let others take over: fallback_models: and fallback_agents: of the agent.',
    ],
  },
  timeout: {
    title: 'The attempt took longer than its task may take.',
    meaning:
      'The limit is timeout_seconds of the task, else task_timeout_seconds of the orchestra, else 300. All that the agent had started was ended, and what it had written so far is no output.',
    advice: [
      'Look in the log whether it was at work or waited for something, for example for an answer to a question.',
      'Give it more time: timeout_seconds: 30m for one task, --timeout 30m for all that say nothing.',
      'Divide the task into smaller ones.',
    ],
  },
  stalled: {
    title: 'The agent wrote nothing for as long as stall_seconds allows.',
    meaning:
      'Tasks with stall_seconds are watched for it, and those of coding CLIs, which get 30 minutes. The agent was ended as after a timeout.',
    advice: [
      'Look at the last line of the log: what came after it did not end, or told nothing.',
      'Raise stall_seconds above the longest silence that is normal, or leave it out: timeout_seconds still counts.',
    ],
  },
  'no-output': {
    title: 'The agent ended well and left no output, or not what its task expects.',
    meaning:
      'An agent that is asked for a text must give one, on standard output or in the file that SUPER_OUTPUT names. Commands may leave none: theirs is then empty. A task with expects: also wants its files to be there, or something to have changed in the git repository; the message says what is missing.',
    advice: [
      'Look in the log for a refusal, or for an output that went to another file.',
      'Say in the description what the answer shall contain, and by their paths the files that are expected.',
      'Look in the log for what the agent was not allowed to do; permissions: and allowed_tools: say what it may.',
    ],
  },
  'invalid-output': {
    title: 'There is an output, and it is not what the task has to give.',
    meaning:
      'The brief of a manager may delegate tasks as JSON, which is checked like a written file. The output of a task with output_schema must be JSON that conforms. What was faulty was handed back once with its faults, and was faulty again.',
    advice: [
      'The message names the first fault: an unknown agent, a name that is taken, a limit of delegation, or the place in the JSON.',
      'Say in the instructions of the manager which agents there are; max_depth and max_delegated_tasks say how much it may delegate.',
      'Show in the description an output that conforms; the agent is told the schema, but an example says more.',
    ],
  },
  'resource-limit': {
    title: 'The attempt used more of the machine than it may.',
    meaning:
      'The message says what was used and what the limit is. Limits come from limits: of the agent, and from those of the run.',
    advice: [
      'Raise the limit where the work needs it.',
      'Let fewer tasks run at once: --max-parallel 2.',
      'Look in the log for something that grows without end.',
    ],
  },
  budget: {
    title: 'What the attempt was paid from was used up.',
    meaning:
      'The message says whose budget it was. That of a task or of an agent fails the attempt that exceeds it, and every further one without a start. That of the run ends attempts only where it is hard; if not, they end by themselves and the rest is skipped. An agent that counts its own money may give this reason, too.',
    advice: [
      'The run: go on with more, super orchestra resume --max-cost-usd 10 (or --max-tokens, --max-wall).',
      'A task or an agent: raise its budget in the file, then super orchestra resume --with-changes, which keeps what has succeeded.',
      'Let a smaller model do the simple tasks. What an attempt wrote that went too far stands in its output file.',
    ],
  },
  'merge-conflict': {
    title: 'What the agent changed does not fit together with what others changed.',
    meaning:
      'The work is there, and it could not be joined with that of tasks that changed the same lines. This version joins no work of several tasks, so that it does not occur yet.',
    advice: [
      'Let one of the tasks wait for the other: name it under context:.',
      'Divide the work so that tasks change different files.',
    ],
  },
  adapter: {
    title: 'The agent could not be started or heard, whatever it would have done.',
    meaning:
      'The adapter is missing or was refused by the machine, or the files of the attempt could not be handled. It says nothing about the work itself.',
    advice: [
      'The message names what is missing.',
      'See what can be used here: super doctor. See what a run would refuse: --dry-run.',
    ],
  },
  'worker-lost': {
    title: 'Nobody can say how the attempt ended.',
    meaning:
      'What had started the agent was killed or broke off, or no process could be started at all. Whatever was left of the attempt was ended.',
    advice: [
      'Look whether the machine ran out of memory or of processes: dmesg, ulimit -u.',
      'Run it again; with a retry_count that happens by itself.',
    ],
  },
};

/** What there is to say about a reason, for people; undefined for what is no reason. */
export function explainReason(reason: string): string | undefined {
  if (!Object.hasOwn(failureReasons, reason)) return undefined;
  const { title, meaning, advice } = failureReasons[reason as FailureReason];
  return `${reason} (failure): ${title}\n\n${meaning}\n\nWhat to do:\n\n${advice.map((each) => `  - ${each}\n`).join('')}`;
}
