// Where the files of a run are, and how its folder comes to be.
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Output, RunId, TaskName } from '../schema/types.gen.ts';
import { expectFolder, openOrdinary, removeTemporary } from './ordinary.ts';

/** Folders that are linked from the workspace to the latest run's. */
const linked = ['task_outputs', 'intermediate', 'final_results'] as const;

/** Absolute paths of one run. */
export interface RunLayout {
  readonly workspace: string;
  readonly folder: string;
  readonly journal: string;
  readonly plan: string;
  readonly orchestra: string;
  readonly agents: string;
  readonly outputs: string;
  readonly intermediate: string;
  readonly results: string;
  readonly result: string;
  readonly attempts: string;
  readonly status: string;
  /** Requests of other terminals; there only while one waits for its answer. */
  readonly control: string;
  /** An empty folder: the context of every attempt that receives nothing. */
  readonly noContext: string;
}

/** Where a run's files are in its workspace, whether they exist or not. */
export function layoutOf(workspace: string, run: RunId): RunLayout {
  return layoutIn(join(workspace, 'runs', run), workspace);
}

/** Where the files of a run are whose folder may have been taken out of its workspace. */
export function layoutIn(folder: string, workspace: string): RunLayout {
  return {
    workspace,
    folder,
    journal: `${folder}/events.jsonl`,
    plan: `${folder}/plan.json`,
    orchestra: `${folder}/orchestra.yaml`,
    agents: `${folder}/agents`,
    outputs: `${folder}/task_outputs`,
    intermediate: `${folder}/intermediate`,
    results: `${folder}/final_results`,
    result: `${folder}/final_results/orchestra_output.txt`,
    attempts: `${folder}/attempts`,
    status: `${folder}/status.json`,
    control: `${folder}/control`,
    noContext: `${folder}/attempts/.no-context`,
  };
}

/** Name of a task's output file, relative to the run's folder. Task names are checked before they come here. */
export function outputPath(task: TaskName): string {
  return `task_outputs/${task}_output.txt`;
}

/** A file that is stored with the run as it was read. */
export interface StoredFile {
  /** File name, without folders. */
  readonly name: string;
  readonly text: string;
}

/** Makes the folders of a new run and stores what it runs, byte for byte. */
export function createRun(
  layout: RunLayout,
  orchestra: string,
  playbooks: readonly StoredFile[],
  plan: string | Uint8Array,
): void {
  mkdirSync(layout.folder, { recursive: true });
  const { agents, outputs, intermediate, results, attempts } = layout;
  for (const folder of [agents, outputs, intermediate, results, attempts]) mkdirSync(folder);
  mkdirSync(join(intermediate, 'artifacts'));
  mkdirSync(layout.noContext, { mode: 0o555 });
  writeFileSync(layout.orchestra, orchestra);
  writeFileSync(layout.plan, plan);
  for (const { name, text } of playbooks) writeFileSync(join(agents, name), text);
}

/** Makes folders of a run again that are gone: what copies and cleans often takes empty ones for nothing. */
export function mendFolders(layout: RunLayout): void {
  for (const folder of [layout.outputs, join(layout.intermediate, 'artifacts'), layout.results, layout.attempts]) {
    mkdirSync(folder, { recursive: true });
    expectFolder(folder);
  }
  if (!existsSync(layout.noContext)) mkdirSync(layout.noContext, { mode: 0o555 });
}

/** Copies outputs of an earlier run into a new one, where they stand under the same names. No link is followed. */
export function copyOutputs(from: RunLayout, to: RunLayout, kept: readonly { readonly output: Output }[]): void {
  if (kept.length > 0) expectFolder(from.outputs);
  for (const { output } of kept) {
    const { fd } = openOrdinary(join(from.folder, output.path));
    try {
      copyFileSync(`/proc/self/fd/${fd}`, join(to.folder, output.path), constants.COPYFILE_FICLONE);
    } finally {
      closeSync(fd);
    }
  }
}

/** Points the workspace's links at this run, each in one rename. What somebody else put there is left alone. */
export function linkLatest(layout: RunLayout, run: RunId): void {
  for (const name of linked) {
    const link = join(layout.workspace, name);
    const there = lstatSync(link, { throwIfNoEntry: false });
    if (there !== undefined && !there.isSymbolicLink()) continue;
    const temporary = `${link}.${run}`;
    rmSync(temporary, { force: true }); // of this run, killed at this very place
    symlinkSync(join('runs', run, name), temporary);
    try {
      renameSync(temporary, link);
    } catch (error) {
      removeTemporary(temporary);
      throw error;
    }
  }
}
