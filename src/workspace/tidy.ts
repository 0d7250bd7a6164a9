// What a process that was killed left half done. Only who holds the workspace may tidy it: nobody else writes there then.
import { join } from 'node:path';
import type { RunId } from '../schema/types.gen.ts';
import { namesIn } from './entries.ts';
import { layoutOf, type RunLayout } from './layout.ts';
import { isTemporary, removeTemporary } from './ordinary.ts';

/** Removes files that never got their names: in every run of a workspace, and beside its links. */
export function tidyWorkspace(workspace: string): void {
  for (const name of namesIn(workspace)) {
    if (/^(task_outputs|intermediate|final_results)\.\d{8}-/.test(name)) removeTemporary(join(workspace, name));
  }
  for (const run of namesIn(join(workspace, 'runs'))) tidyRun(layoutOf(workspace, run as RunId));
}

/** Agents write elsewhere in a run's folder: what stands there under such a name is theirs. */
function tidyRun(layout: RunLayout): void {
  for (const folder of [layout.folder, layout.outputs, layout.results]) {
    for (const name of namesIn(folder)) if (isTemporary(name)) removeTemporary(join(folder, name));
  }
}
