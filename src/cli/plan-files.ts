// The files that a recorded plan was made from: as they are today, and as they are stored with the run.
import { basename, dirname, join, resolve } from 'node:path';
import type { Plan } from '../schema/types.gen.ts';
import type { RunLayout } from '../workspace/layout.ts';
import { isFolder, ordinarySize, readSome } from '../workspace/ordinary.ts';
import { isFile } from './paths.ts';
import type { Project } from './project.ts';

/** The orchestra's file and those of the agents, as the plan names them. */
export function filesOf(plan: Plan): readonly string[] {
  return [...new Set([plan.file, ...plan.agents.map(({ file }) => file)])];
}

/** Where a file is today; undefined where it is gone. It is named as seen from where people stood. */
export function todaysFile(project: Project, file: string): string | undefined {
  return [resolve(project.cwd, file), resolve(project.root, file)].find(isFile);
}

/** Where a file is stored with the run. */
export function storedFile(layout: RunLayout, plan: Plan, file: string): string {
  if (file === plan.file) return layout.orchestra;
  const [flat = '', long = ''] = [basename(file), file.replaceAll(/[/\\]/g, '_')].map((name) =>
    join(layout.agents, name),
  );
  return ordinarySize(long) === undefined ? flat : long;
}

/** Most bytes that are read of a stored file: no longer one can be run. */
const longest = 67_108_864;

/** The stored texts of all files by name; empty for one that is gone. */
export function storedTexts(layout: RunLayout, plan: Plan): ReadonlyMap<string, string> {
  const text = (path: string) => {
    // The run may be anybody's, and the folder of its playbooks a link.
    const isThere = isFolder(dirname(path)) && ordinarySize(path) !== undefined;
    return isThere ? readSome(path, 0, longest).toString('utf8') : '';
  };
  return new Map(filesOf(plan).map((file) => [file, text(storedFile(layout, plan, file))]));
}
