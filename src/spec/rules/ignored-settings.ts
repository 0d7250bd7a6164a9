import { defaultMaxDelegatedTasks, defaultMaxDepth } from '../orchestra.ts';
import type { Rule } from './rule.ts';

/** Settings that say something to a strategy that does not listen. */
export const ignoredSettings: Rule = ({ tasks, execution }, _team, report) => {
  const { strategy, retry } = execution;
  const at = (key: string) => ['orchestra', 'execution', key];
  if (strategy === 'sequential' && execution.max_parallel_tasks > 1)
    report({
      code: 'limit-ignored',
      message: 'a chain runs one task at a time, whatever max_parallel_tasks says',
      at: at('max_parallel_tasks'),
      hint: 'choose another strategy, or delete it',
    });
  if (strategy !== 'hierarchical') {
    const written = {
      manager: execution.manager !== undefined,
      max_depth: execution.max_depth !== defaultMaxDepth,
      max_delegated_tasks: execution.max_delegated_tasks !== defaultMaxDelegatedTasks,
    };
    for (const [key, isWritten] of Object.entries(written)) {
      if (!isWritten) continue;
      const message = `${key} has no effect with strategy ${strategy}`;
      report({
        code: 'manager-ignored',
        message,
        at: at(key),
        part: 'key',
        hint: 'set strategy: hierarchical, or delete it',
      });
    }
  }
  if (retry.strategy !== 'none') return;
  tasks.forEach(({ retry_count = 0 }, index) => {
    if (retry_count === 0) return;
    const message = 'retry_count has no effect, because retry_strategy is none';
    const hint = 'set retry_strategy: simple, or delete retry_count';
    report({ code: 'retry-ignored', message, at: ['tasks', index, 'retry_count'], hint });
  });
};
