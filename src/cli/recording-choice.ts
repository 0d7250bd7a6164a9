// Which recorded run is to be replayed, and where the replay is written.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunId } from '../schema/types.gen.ts';
import { layoutIn, type RunLayout } from '../workspace/layout.ts';
import { ordinarySize } from '../workspace/ordinary.ts';
import { type RecordedRun, readRun } from '../workspace/recorded.ts';
import { exit, Refusal, setupFault } from './command.ts';
import { liveHolder } from './holder.ts';
import { nameFor, type Project } from './project.ts';
import { chooseRun, findRuns } from './runs.ts';

/** A run that was recorded, here or by somebody else. */
export interface ChosenRecording {
  readonly recorded: RecordedRun;
  /** Where the replay is written. */
  readonly workspace: string;
  /** Whether it was named by the path of its folder: it may be anybody's. */
  readonly foreign: boolean;
}

/** The run that is meant. Throws a Refusal where there is none, or where it is still going on. */
export function chooseRecording(
  project: Project,
  asked: string | undefined,
  workspace: string | undefined,
): ChosenRecording {
  const folder = asked === undefined ? undefined : folderOf(project, asked);
  if (folder !== undefined) {
    const recorded = read(layoutIn(folder, dirname(dirname(folder))), nameFor(project, folder));
    const usual = join(project.root, 'orchestra_workspaces', recorded.plan.orchestra);
    return { recorded, workspace: workspace === undefined ? usual : resolve(project.cwd, workspace), foreign: true };
  }
  const runs = findRuns(project, workspace);
  const newest = runs.findLast(({ replays }) => replays === null)?.id;
  const { layout, id } = chooseRun(runs, asked ?? newest ?? '@last');
  return { recorded: read(layout, `run ${id}`), workspace: layout.workspace, foreign: false };
}

/** The folder that a path names, if it is that of a run; undefined for a word that is no path. */
function folderOf(project: Project, asked: string): string | undefined {
  const path = resolve(project.cwd, asked);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const isRun = isFolder && ordinarySize(join(path, 'events.jsonl')) !== undefined;
  if (isRun) return realpathSync(path);
  if (!/[/\\]/.test(asked)) return undefined;
  const what = isFolder ? 'it has no events.jsonl' : 'there is no such folder';
  throw setupFault(`${asked} is not the folder of a run: ${what}`, 'runs of this project: super runs list');
}

function read(layout: RunLayout, name: string): RecordedRun {
  const holder = liveHolder(layout.workspace, basename(layout.folder) as RunId);
  if (holder !== undefined) {
    const hint = `to see it: super runs show ${holder.run}; to end it: super runs stop ${holder.run}`;
    throw new Refusal(exit.locked, `${name} is going on: its recording has no end yet`, hint);
  }
  const recorded = readRun(layout);
  if (recorded === undefined) throw setupFault(`${name} had not begun: there is nothing to replay`);
  return recorded;
}
