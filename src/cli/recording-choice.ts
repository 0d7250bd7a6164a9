// Which recorded run is to be replayed, and where the replay is written.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunId } from '../schema/types.gen.ts';
import { layoutIn, type RunLayout } from '../workspace/layout.ts';
import { ordinarySize } from '../workspace/ordinary.ts';
import { type RecordedRun, readRun } from '../workspace/recorded.ts';
import { exit, Refusal, setupFault } from './command.ts';
import { liveHolder } from './holder.ts';
import { isFile, nameFor } from './paths.ts';
import type { Project } from './project.ts';
import { chooseRun, findRuns, namesRun } from './runs.ts';

/** A run that was recorded, here or by somebody else. */
export interface ChosenRecording {
  readonly recorded: RecordedRun;
  /** Where the replay is written. */
  readonly workspace: string;
  /** Whether it was named by a path: it may be anybody's. */
  readonly foreign: boolean;
  /** Takes away what was only unpacked. */
  remove(): void;
}

/** The run that is meant. Throws a Refusal where there is none, or where it is still going on. */
export async function chooseRecording(
  project: Project,
  asked: string | undefined,
  workspace: string | undefined,
): Promise<ChosenRecording> {
  const path = asked === undefined ? undefined : resolve(project.cwd, asked);
  if (asked !== undefined && path !== undefined && isFile(path)) return unpacked(project, asked, workspace);
  const folder = asked === undefined || path === undefined ? undefined : folderOf(asked, path);
  if (folder !== undefined) {
    const recorded = read(layoutIn(folder, dirname(dirname(folder))), nameFor(project, folder));
    return { recorded, workspace: workspaceFor(project, recorded, workspace), foreign: true, remove() {} };
  }
  const runs = findRuns(project, workspace);
  if (asked !== undefined && /\.(json|gz)$/.test(asked) && !namesRun(runs, asked)) throw nothingAt(asked, 'file');
  const { layout, id } = chooseRun(runs, asked ?? '@last');
  return { recorded: read(layout, `run ${id}`), workspace: layout.workspace, foreign: false, remove() {} };
}

async function unpacked(project: Project, asked: string, workspace: string | undefined): Promise<ChosenRecording> {
  const { unpackAside } = await import('./recording.ts');
  const { layout, remove } = await unpackAside(project, asked);
  try {
    const recorded = read(layout, asked);
    return { recorded, workspace: workspaceFor(project, recorded, workspace), foreign: true, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A run from elsewhere is replayed where its orchestra's runs would be kept here, wherever it was written itself. */
function workspaceFor(project: Project, { plan }: RecordedRun, asked: string | undefined): string {
  const usual = join(project.root, 'orchestra_workspaces', plan.orchestra);
  return asked === undefined ? usual : resolve(project.cwd, asked);
}

/** The folder that a path names, if it is that of a run; undefined for a word that is no path. */
function folderOf(asked: string, path: string): string | undefined {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const isRun = isFolder && ordinarySize(join(path, 'events.jsonl')) !== undefined;
  if (isRun) return realpathSync(path);
  if (!/[/\\]/.test(asked)) return undefined;
  if (!isFolder) throw nothingAt(asked, /\.(json|gz)$/.test(asked) ? 'file' : 'file or folder');
  throw setupFault(`${asked} is not the folder of a run: it has no events.jsonl`, ofThisProject);
}

function nothingAt(asked: string, what: string): Refusal {
  return setupFault(`there is no ${what} ${asked}`, ofThisProject);
}

const ofThisProject = 'runs of this project: super runs list';

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
