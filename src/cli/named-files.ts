// Files and folders that agents and tasks name. Whether they are there shows only on the machine that looks, which need not be the one
// that runs: they are warned of, and a run that lacks them is refused by the adapter.
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Diagnostic, Finding, Path } from '../diagnostics/diagnostic.ts';
import { isExecutable } from '../process/probe.ts';
import type { AgentName } from '../schema/types.gen.ts';
import { hindranceOf, leadsOut, misreadIn } from '../spec/reuse.ts';
import type { Source } from '../spec/source.ts';
import type { AgentSpec, OrchestraSpec } from '../spec/spec.ts';
import { matchesAny } from '../workspace/declared-files.ts';
import { foldersOfRuns } from '../workspace/reuse.ts';
import { nameFor } from './paths.ts';
import type { Project } from './project.ts';

/** A warning where a file or a folder is missing here, the first that the agent would need; `at` is where `source` describes the agent. */
export function missingFiles(project: Project, agent: AgentSpec, source: Source, at: Path): readonly Diagnostic[] {
  const fault = folderFault(project, agent) ?? moduleFault(project, agent) ?? programFault(project, agent);
  if (fault === undefined) return [];
  const { keys, message, hint } = fault;
  const finding: Finding = { code: 'missing-file', message, at: [...at, ...keys], hint };
  // The flat form of a playbook has its keys at the top.
  return [source.locate(source.has(finding.at) ? finding : { ...finding, at: keys })];
}

/** A warning for each pattern of files on which a task says it depends and that matches nothing here: it would guard nothing. */
export function unmatchedPatterns(
  project: Project,
  { tasks, workspace }: OrchestraSpec,
  agents: ReadonlyMap<AgentName, AgentSpec>,
  source: Source,
): readonly Diagnostic[] {
  const apart = foldersOfRuns(project.root, resolve(project.root, workspace));
  const known = new Map<string, boolean>();
  const isMatched = (folder: string, pattern: string) => {
    const key = `${folder}\0${pattern}`;
    const matched = known.get(key) ?? matchesAny(folder, pattern, apart);
    known.set(key, matched);
    return matched;
  };
  return tasks.flatMap((task, index) => {
    const { agent, cache } = task;
    if (cache === undefined || cache === false || hindranceOf(task) !== undefined) return [];
    return cache.files.flatMap((pattern, nth) => {
      const cwd = agents.get(agent)?.cwd ?? '.';
      const folder = resolve(project.root, cwd);
      // What is wrong with the pattern or with the folder is told by itself.
      if (leadsOut(cwd, pattern) || misreadIn(pattern) !== undefined || !isFolder(folder)) return [];
      if (isMatched(folder, pattern)) return [];
      const message = `no file matches ${pattern}: no change of a file is noticed by it`;
      const literal = /[[{(]/.test(pattern) ? '; brackets stand for themselves' : '';
      const hint = `looked in ${nameFor(project, folder)}${literal}; leave it as it is where an earlier task makes the files`;
      return [source.locate({ code: 'cache-unmatched', message, at: ['tasks', index, 'cache', 'files', nth], hint })];
    });
  });
}

/** The module of an agent, absolute. Written relative to the file that describes the agent, whose name is relative to where people stand. */
export function modulePath(project: Project, agent: AgentSpec, module: string): string {
  return resolve(project.cwd, dirname(agent.file), module);
}

interface Fault {
  readonly keys: Path;
  readonly message: string;
  readonly hint: string;
}

function folderFault(project: Project, { cwd }: AgentSpec): Fault | undefined {
  const folder = resolve(project.root, cwd);
  if (cwd === '.' || isFolder(folder)) return undefined;
  const hint = `looked for ${nameFor(project, folder)}; cwd: is relative to the folder of the project`;
  return { keys: ['cwd'], message: 'the working folder of this agent is not here', hint };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function moduleFault(project: Project, agent: AgentSpec): Fault | undefined {
  if (agent.adapter !== 'module' || agent.module === undefined) return undefined;
  const file = modulePath(project, agent, agent.module);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  const hint = `looked for ${nameFor(project, file)}; module: is relative to this file`;
  return { keys: ['module'], message: 'the module of this agent is not here', hint };
}

/** Of a program only a path is looked for: which names are on the PATH differs from machine to machine. */
function programFault(project: Project, { adapter, argv, cwd }: AgentSpec): Fault | undefined {
  if (adapter !== 'command' && adapter !== 'acp') return undefined;
  const [program = ''] = argv ?? [];
  if (!program.includes('/')) return undefined;
  const file = resolve(project.root, cwd, program);
  if (isExecutable(file)) return undefined;
  if (existsSync(file)) {
    const hint = `${nameFor(project, file)} is there: chmod +x makes a program of it`;
    return { keys: ['argv', 0], message: 'the program of this agent cannot be executed', hint };
  }
  const hint = `looked for ${nameFor(project, file)}; a path in argv: is relative to the working folder of the agent`;
  return { keys: ['argv', 0], message: 'the program of this agent is not here', hint };
}
