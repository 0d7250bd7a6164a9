// What is wrong with a document that shall be an orchestra, as far as one value tells; names are checked by the rules.
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import { validate } from '../schema/orchestra.gen.js';
import type { Orchestra } from '../schema/types.gen.ts';
import { durationFaults, limitFaults } from './amounts.ts';
import { budgetFaults } from './budgets.ts';
import { explainFaults } from './faults.ts';
import { maxFaults } from './limits.ts';
import { type Sound, soundPart } from './sound.ts';
import { violations } from './stretches.ts';

/** What was found in a document, and what it is without its faults where it has any that keep it from being read. */
export interface Judged {
  readonly findings: readonly Finding[];
  readonly sound?: Sound;
}

/** Faults of shape, and what the schema cannot say of the values of what has the right shape. */
export function judgeOrchestra(data: unknown): Judged {
  const violated = violations(validate, data);
  if (violated.length === 0) {
    const findings = valueFaults(data as Orchestra);
    // No name and no edge depends on an amount.
    return { findings, sound: { document: data as Orchestra, isCertain: () => true } };
  }
  const findings = explainFaults(violated, data, 'orchestra');
  // A file of a thousand faults is another kind of file, or hostile.
  if (violated.length > 10 * maxFaults) return { findings };
  const sound = soundPart(data, (document) => violations(validate, document));
  if (sound === undefined) return { findings };
  return { findings: [...findings, ...valueFaults(sound.document).filter(sound.isCertain)], sound };
}

function valueFaults(orchestra: Orchestra): Finding[] {
  return [...dependencyTimeouts(orchestra), ...amountFaults(orchestra)];
}

/** Waiting has no timeout of its own: the specification does not keep these, so they are told here. */
function dependencyTimeouts({ tasks }: Orchestra): Finding[] {
  return tasks.flatMap((task, index) =>
    (task.dependencies ?? []).flatMap((dependency, which): Finding[] => {
      if (dependency.timeout_seconds == null) return [];
      return [
        {
          code: 'dependency-timeout',
          message: `waiting for "${dependency.task_name}" has no timeout of its own`,
          at: ['tasks', index, 'dependencies', which, 'timeout_seconds'],
          hint: `give task "${dependency.task_name}" a timeout_seconds instead`,
        },
      ];
    }),
  );
}

/** What the schema cannot say of amounts that are texts. */
function amountFaults({ tasks, orchestra, agents }: Orchestra): Finding[] {
  const at: Path = ['orchestra', 'execution'];
  const settings = orchestra.execution;
  const retry = settings?.retry_strategy;
  return [
    ...durationFaults(settings, at, ['task_timeout_seconds', 'run_timeout_seconds']),
    ...durationFaults(settings, at, ['grace_seconds'], true),
    ...limitFaults(settings?.limits, [...at, 'limits']),
    ...budgetFaults(settings?.budget, [...at, 'budget']),
    ...(typeof retry === 'object'
      ? durationFaults(retry, [...at, 'retry_strategy'], ['initial_delay_seconds', 'max_delay_seconds'], true)
      : []),
    ...(agents ?? []).flatMap((agent, index) =>
      typeof agent === 'string'
        ? []
        : [
            ...limitFaults(agent.limits, ['agents', index, 'limits']),
            ...budgetFaults(agent.budget, ['agents', index, 'budget']),
          ],
    ),
    ...tasks.flatMap((task, index) => [
      ...durationFaults(task, ['tasks', index], ['timeout_seconds', 'stall_seconds']),
      ...budgetFaults(task.budget, ['tasks', index, 'budget']),
    ]),
  ];
}
