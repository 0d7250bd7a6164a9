import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryName } from '../../src/workspace/ordinary.ts';
import { tidyWorkspace } from '../../src/workspace/tidy.ts';
import { folderWith } from '../cli/harness.ts';

const run = '20261120-073233-358-y6m0';

test('what never got its name goes, in every run and beside the links; what agents wrote stays', () => {
  const kept = [
    `runs/${run}/events.jsonl`,
    `runs/${run}/status.json`,
    `runs/${run}/task_outputs/a_output.txt`,
    `runs/${run}/intermediate/mine.x1.tmp`,
    `runs/${run}/attempts/a/1/notes.x1.tmp`,
    'task_outputs.of-mine',
  ];
  const gone = [
    temporaryName(`runs/${run}/status.json`),
    temporaryName(`runs/${run}/task_outputs/a_output.txt`),
    temporaryName(`runs/other/final_results/orchestra_output.txt`),
    `task_outputs.${run}`,
    `final_results.${run}`,
  ];
  const workspace = folderWith(Object.fromEntries([...kept, ...gone].map((path) => [path, ''])));
  tidyWorkspace(workspace);
  const paths = readdirSync(workspace, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(workspace.length + 1));
  expect(paths.sort()).toEqual(kept.sort());
});

test('where there is nothing to tidy nothing happens', () => {
  const workspace = folderWith();
  tidyWorkspace(workspace);
  tidyWorkspace(join(workspace, 'nowhere'));
  expect(readdirSync(workspace)).toEqual([]);
});
