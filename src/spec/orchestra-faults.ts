// What is wrong with a document that shall be an orchestra, as far as one value tells; names are checked by the rules.
import { brief } from '../diagnostics/brief.ts';
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import { validate } from '../schema/orchestra.gen.js';
import type { Orchestra } from '../schema/types.gen.ts';
import { toSeconds } from './durations.ts';
import { explainFaults } from './faults.ts';

/** Faults of shape; of a document that has the right shape, what the schema cannot say of its values. */
export function orchestraFaults(data: unknown): readonly Finding[] {
  if (!validate(data)) return explainFaults(validate.errors ?? [], data, 'orchestra');
  const orchestra = data as Orchestra;
  return [...dependencyTimeouts(orchestra), ...durationLimits(orchestra)];
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

const maxDuration = 31_536_000;

/** What the schema asks of numbers is asked here of durations that are texts: to be more than nothing, and a year at most. */
function durationLimits({ tasks, orchestra }: Orchestra): Finding[] {
  const findings: Finding[] = [];
  const check = (owner: object | undefined, at: Path, keys: readonly string[], least: number) => {
    for (const key of keys) {
      const written = (owner as Record<string, unknown> | undefined)?.[key];
      if (typeof written !== 'string') continue;
      const length = toSeconds(written);
      if (length > maxDuration)
        findings.push({
          code: 'out-of-range',
          message: `"${key}" must be a year at most, not ${brief(written)}`,
          at: [...at, key],
        });
      if (length < least)
        findings.push({
          code: 'out-of-range',
          message: `"${key}" must be more than 0, not ${brief(written)}`,
          at: [...at, key],
        });
    }
  };
  const execution: Path = ['orchestra', 'execution'];
  const settings = orchestra.execution;
  check(settings, execution, ['task_timeout_seconds', 'run_timeout_seconds'], Number.MIN_VALUE);
  const retry = settings?.retry_strategy;
  if (typeof retry === 'object')
    check(retry, [...execution, 'retry_strategy'], ['initial_delay_seconds', 'max_delay_seconds'], 0);
  tasks.forEach((task, index) => {
    check(task, ['tasks', index], ['timeout_seconds', 'stall_seconds'], Number.MIN_VALUE);
  });
  return findings;
}
