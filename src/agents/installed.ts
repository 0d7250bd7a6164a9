// Which version of an agent's program is installed here, as its folder tells it: to ask the program takes longer than many a task.
import { readFileSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { isExecutable } from '../process/probe.ts';
import type { PlanAgent } from '../schema/types.gen.ts';
import type { AgentDoors } from './doors.ts';

/** Tells the version of the program of a coding agent; undefined for others, and where its folder does not tell it. Looks once for each. */
export function installedVersions({ env, root }: Pick<AgentDoors, 'env' | 'root'>) {
  const known = new Map<string, string | undefined>();
  return (agent: Pick<PlanAgent, 'adapter' | 'argv' | 'cwd' | 'env'>): string | undefined => {
    const name = programOf(agent);
    if (name === undefined) return undefined;
    const path = agent.env.set.PATH ?? env.PATH ?? '';
    const cwd = resolve(root, agent.cwd);
    const key = [name, path, cwd].join('\0');
    if (!known.has(key)) known.set(key, versionAt(fileOf(name, path, cwd)));
    return known.get(key);
  };
}

function programOf({ adapter, argv }: Pick<PlanAgent, 'adapter' | 'argv'>): string | undefined {
  if (adapter === 'acp') return argv?.[0];
  return adapter === 'claude' || adapter === 'codex' || adapter === 'gemini' ? adapter : undefined;
}

function fileOf(name: string, path: string, cwd: string): string | undefined {
  const folders = name.includes('/') ? [''] : path.split(delimiter);
  return folders.map((folder) => resolve(cwd, folder, name)).find(isExecutable);
}

/** The version that a package of npm has, else the one by which a folder or the file itself is named. */
function versionAt(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const real = realpathSync(file);
    const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(real) ?? [];
    if (folder === undefined) return real.split('/').findLast((name) => /^v?\d+\.\d+\.\d+(?![\d.])/.test(name));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined; // no such package, or none that can be read
  }
}
