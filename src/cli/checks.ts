// What `super doctor` looks at. Nothing is written, and of a key only its name is looked at: it is set, or it is not.
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ask, findPrograms } from '../process/probe.ts';
import { counted } from '../reporters/words.ts';
import { isSystemFault } from '../run/ports.ts';
import { decode } from '../spec/decode.ts';
import { atPath } from '../spec/fault-words.ts';
import { parseSource } from '../spec/source.ts';
import { problemsOf } from './adapters.ts';
import type { Io } from './command.ts';
import { findProject, nameFor, orchestraFiles, type Project, playbookFiles } from './project.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `unset` is a key, `unusable` is there but does not help, `foreign` is another program of the same name. */
  readonly state: 'ok' | 'missing' | 'unset' | 'unusable' | 'foreign';
  /** Whether nothing runs without it. */
  readonly essential: boolean;
  readonly detail: string;
}

/** Most milliseconds that a program gets to say its version. */
const patience = 5000;

/** Programs without which no agent can be started. */
const tools = ['sh', 'mkfifo', 'sleep', 'grep', 'tr', 'rm', 'env'];

const agentPrograms = ['claude', 'codex', 'gemini'] as const;

const keys = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'];

/** Looks at everything. */
export async function examine(io: Io): Promise<readonly Check[]> {
  const project = await findProject(io.cwd);
  return [
    { name: 'node', state: 'ok', essential: true, detail: process.versions.node },
    ...tools.map((tool) => toolCheck(tool, [tool], io)),
    // Agents are started in sessions of their own.
    toolCheck('setsid', ['setsid', 'perl'], io),
    await programCheck('git', io),
    ...(await adapterChecks(project, io)),
    ...keys.map((name) => keyCheck(name, io)),
    projectCheck(project),
    workspaceCheck(project),
    ...superCheck(io),
  ];
}

function toolCheck(name: string, programs: readonly string[], { env }: Io): Check {
  const file = programs.flatMap((program) => findPrograms(program, env.PATH))[0];
  return file === undefined
    ? { name, state: 'missing', essential: true, detail: `not on the PATH: ${programs.join(', ')}` }
    : { name, state: 'ok', essential: true, detail: file };
}

async function programCheck(name: string, io: Io): Promise<Check> {
  const [file] = findPrograms(name, io.env.PATH);
  if (file === undefined) return { name, state: 'missing', essential: false, detail: 'not on the PATH' };
  // Versions need no more than this; what else is set here is nobody's business.
  const { PATH, HOME, TMPDIR } = io.env;
  const answer = await ask({ file, args: ['--version'], env: { PATH, HOME, TMPDIR }, limit: patience });
  return answer.type === 'said'
    ? { name, state: 'ok', essential: false, detail: `${answer.line} (${file})` }
    : { name, state: 'unusable', essential: false, detail: `${file}: ${answer.why}` };
}

/** The agent CLIs, and the adapters that need none; with what keeps super from using them. */
async function adapterChecks(project: Project, io: Io): Promise<readonly Check[]> {
  const problems = await problemsOf([...agentPrograms, 'acp', 'llm'], project.root, io.env);
  const programs = await Promise.all(agentPrograms.map((name) => programCheck(name, io)));
  const others = (['acp', 'llm'] as const).map((name): Check => ({ name, state: 'ok', essential: false, detail: '' }));
  return [...programs, ...others].map((check) => {
    const problem = problems.get(check.name as (typeof agentPrograms)[number]);
    if (problem === undefined) return check;
    const state = check.state === 'ok' ? 'unusable' : check.state;
    return { ...check, state, detail: check.detail === '' ? problem : `${check.detail}; ${problem}` };
  });
}

function keyCheck(name: string, { env }: Io): Check {
  const isSet = (env[name] ?? '') !== '';
  return { name, state: isSet ? 'ok' : 'unset', essential: false, detail: isSet ? 'set' : 'not set' };
}

function projectCheck(project: Project): Check {
  const counts = [
    counted(orchestraFiles(project).length, 'orchestra'),
    counted(playbookFiles(project).length, 'playbook'),
  ].join(', ');
  const marker = join(project.root, '.super');
  const problem = existsSync(marker) ? markerProblem(project, marker) : undefined;
  if (problem !== undefined) return { name: 'project', state: 'unusable', essential: false, detail: problem };
  return existsSync(marker) || existsSync(join(project.root, 'orchestras'))
    ? { name: 'project', state: 'ok', essential: false, detail: `${nameFor(project, project.root)}: ${counts}` }
    : {
        name: 'project',
        state: 'missing',
        essential: false,
        detail: 'neither .super nor orchestras/ here or above: super init',
      };
}

/** What is wrong with .super; undefined for one that says what it should, or nothing at all. */
function markerProblem(project: Project, marker: string): string | undefined {
  const name = nameFor(project, marker);
  try {
    const bytes = readFileSync(marker);
    if (bytes.length === 0) return undefined;
    const text = decode(name, bytes);
    const source = text.value === undefined ? undefined : parseSource(name, text.value);
    const [fault] = [...text.diagnostics, ...(source?.diagnostics ?? [])].filter(({ code }) => code !== 'file-empty');
    if (fault !== undefined) return `${name}:${fault.line}:${fault.column}: ${fault.message}`;
    if (source?.value === undefined || typeof atPath(source.value.data, ['project']) === 'string') return undefined;
    return `${name} does not say "project:" and a name`;
  } catch (error) {
    if (!isSystemFault(error)) throw error;
    return `${name}: ${error.message}`;
  }
}

/** Runs are written below this folder, or the nearest one above it that is there. */
function workspaceCheck(project: Project): Check {
  let folder = join(project.root, 'orchestra_workspaces');
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const check = { name: 'workspace', essential: true, detail: folder };
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { ...check, state: 'ok' };
  } catch (error) {
    return { ...check, state: 'unusable', detail: `cannot be written: ${(error as Error).message}` };
  }
}

/** Whether `super` on the PATH means this program: others have that name too. */
function superCheck({ env }: Io): readonly Check[] {
  const [first] = findPrograms('super', env.PATH);
  if (first === undefined) return [];
  return packageOf(realpathSync(first)) === 'super-orchestra'
    ? [{ name: 'super', state: 'ok', essential: false, detail: first }]
    : [
        {
          name: 'super',
          state: 'foreign',
          essential: false,
          detail: `${first} is another program; this one is: npx super`,
        },
      ];
}

/** Name of the package that a file belongs to. */
function packageOf(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name;
    if (folder === dirname(folder)) return undefined;
  }
}
