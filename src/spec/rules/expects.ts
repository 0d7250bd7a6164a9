import { misreadIn } from '../reuse.ts';
import type { Rule } from './rule.ts';

/** The names of files that a task expects hold no wildcards but those that are known here. */
export const expects: Rule = ({ tasks }, _team, report) => {
  tasks.forEach((task, index) => {
    task.expects?.files?.forEach((name, nth) => {
      const misread = misreadIn(name);
      if (misread === undefined) return;
      const message = `"${misread}" stands for nothing but itself here: only *, ** and ? are wildcards`;
      const hint = 'write one name for each, or ? where a name has this character';
      report({ code: 'cache-pattern', message, at: ['tasks', index, 'expects', 'files', nth], hint });
    });
  });
};
