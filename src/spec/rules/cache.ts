import { hindranceOf, leadsOut, misreadIn } from '../reuse.ts';
import type { Rule } from './rule.ts';

/** An output is worth keeping where it is all of the work, and the files that it depends on are those of the project. */
export const cache: Rule = ({ tasks }, { agents }, report) => {
  tasks.forEach((task, index) => {
    if (task.cache === undefined || task.cache === false) return;
    const at = ['tasks', index, 'cache'];
    const hindrance = hindranceOf(task);
    if (hindrance !== undefined) {
      const message = `cache has no effect: ${hindrance}`;
      report({ code: 'cache-ignored', message, at, part: 'key', hint: 'delete cache, or what keeps it from working' });
    }
    const folder = agents.get(task.agent)?.cwd ?? '.';
    task.cache.files.forEach((pattern, nth) => {
      const place = [...at, 'files', nth];
      const misread = misreadIn(pattern);
      if (leadsOut(folder, pattern)) {
        const message = `${pattern} leads out of the project`;
        const hint = 'name files of the project, relative to the folder in which the agent works';
        report({ code: 'cache-outside', message, at: place, hint });
      } else if (misread !== undefined) {
        const message = `"${misread}" stands for nothing but itself here: only *, ** and ? are wildcards`;
        const hint = 'write one pattern for each, or ? where a name has this character';
        report({ code: 'cache-pattern', message, at: place, hint });
      }
    });
  });
};
