// What `super doctor` looks at. Nothing is written, and of a key only its name is looked at: it is set, or it is not.
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claude } from '../agents/claude.ts';
import { codex } from '../agents/codex.ts';
import { gemini } from '../agents/gemini.ts';
import { isTested, testedWords } from '../agents/tested.ts';
import { ask, findPrograms } from '../process/probe.ts';
import { counted, someOf } from '../reporters/words.ts';
import { modelApis } from '../spec/model-apis.ts';
import { problemsOf } from './adapters.ts';
import type { Io } from './command.ts';
import { nameFor } from './paths.ts';
import { findProject, orchestraFiles, type Project, playbookFiles } from './project.ts';
import { configPath, filesAround } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';
import { namedVariables } from './variables.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /**
   * `unset` is a key, `unusable` is there but does not help, `untested` is of another version than those that were tried,
   * `foreign` is another program of the same name.
   */
  readonly state: 'ok' | 'untested' | 'missing' | 'unset' | 'unusable' | 'foreign';
  /** Whether nothing runs without it. */
  readonly essential: boolean;
  readonly detail: string;
}

/** Most milliseconds that a program gets to say its version. */
const patience = 5000;

/** Programs without which no agent can be started. */
const tools = ['sh', 'mkfifo', 'sleep', 'grep', 'tr', 'rm', 'env'];

const agentPrograms = ['claude', 'codex', 'gemini'] as const;

/** The versions with which each was tried. */
const tested = { claude: claude.tested, codex: codex.tested, gemini: gemini.tested };

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
    ...(await keyChecks(project, io)),
    projectCheck(project),
    ...(await settingsChecks(project, io)),
    workspaceCheck(project),
    limitsCheck,
    ...superCheck(io),
  ];
}

/** Which kinds of agents can run, in words. Whether a CLI is logged in shows only when it works. */
export function runnable(checks: readonly Check[]): string[] {
  const isUsable = (wanted: string) =>
    checks.some(({ name, state }) => name === wanted && (state === 'ok' || state === 'untested'));
  const clis = agentPrograms.filter(isUsable);
  const apis = Object.entries(modelApis).flatMap(([name, { keyVariable = '' }]) =>
    isUsable(keyVariable) ? [name] : [],
  );
  return [
    'commands and modules',
    clis.length === 0 ? 'no coding CLI' : `coding CLIs: ${clis.join(', ')}`,
    apis.length === 0 ? 'model APIs that need no key' : `model APIs with the keys that are set: ${apis.join(', ')}`,
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
    ? { name, state: 'ok', essential: false, detail: `${answer.line || 'tells no version'} (${file})` }
    : { name, state: 'unusable', essential: false, detail: `${file}: ${answer.why}` };
}

/** The agent CLIs, and the adapters that need none; with what keeps super from using them. */
async function adapterChecks(project: Project, io: Io): Promise<readonly Check[]> {
  const problems = await problemsOf(agentPrograms, project.root, io.env);
  const programs = await Promise.all(
    agentPrograms.map(async (name) => versionCheck(name, await programCheck(name, io))),
  );
  const known = programs.map((check) => {
    const problem = problems.get(check.name as (typeof agentPrograms)[number]);
    if (problem === undefined) return check;
    const state = check.state === 'ok' || check.state === 'untested' ? 'unusable' : check.state;
    return { ...check, state, detail: check.detail === '' ? problem : `${check.detail}; ${problem}` };
  });
  const needing = (name: string, detail: string): Check => ({ name, state: 'ok', essential: false, detail });
  return [
    ...known,
    needing('acp', 'for agents that name a program with argv:'),
    needing('llm', `for agents that name a model and a provider: ${Object.keys(modelApis).join(', ')}`),
  ];
}

/** A CLI of a version that nobody tried may work as well: it is told, and used. */
function versionCheck(name: (typeof agentPrograms)[number], check: Check): Check {
  if (check.state !== 'ok') return check;
  const range = testedWords(tested[name]);
  // Before the path of the program, which may hold a version of its own.
  const [version] = /\d+\.\d+\.\d+/.exec(check.detail.split(' (/')[0] ?? '') ?? [''];
  const isTried = version !== '' && isTested(version, tested[name]);
  if (isTried) return { ...check, detail: `${check.detail}; tested: ${range}` };
  return {
    ...check,
    state: 'untested',
    detail: `${check.detail}; warning: tested with ${range}, not with this version: it may tell its events in other words`,
  };
}

/** Keys that are looked for anyway, then what else agents of the project name. */
async function keyChecks(project: Project, { env }: Io): Promise<readonly Check[]> {
  const named = await namedVariables(project);
  return [...new Set([...keys, ...named.keys()])].map((name) => {
    const isSet = (env[name] ?? '') !== '';
    const who = named.get(name);
    const detail = `${isSet ? 'set' : 'not set'}${who === undefined ? '' : `; named by ${someOf(who, 5)}`}`;
    return { name, state: isSet ? 'ok' : 'unset', essential: false, detail };
  });
}

function projectCheck(project: Project): Check {
  const marker = join(project.root, '.super');
  const check = { name: 'project', essential: false };
  if (!existsSync(marker) && !existsSync(join(project.root, 'orchestras')))
    return { ...check, state: 'missing', detail: 'neither .super nor orchestras/ here or above: super init' };
  if (existsSync(marker) && project.marker === undefined)
    return { ...check, state: 'unusable', detail: `${nameFor(project, marker)} is not a file` };
  const counts = [
    counted(orchestraFiles(project).length, 'orchestra'),
    counted(playbookFiles(project).length, 'playbook'),
  ].join(', ');
  const detail = `${nameFor(project, project.root)}: ${counts}`;
  return project.marker === undefined
    ? { ...check, state: 'ok', detail }
    : fileCheck('project', project.marker, `${detail}; settings: ${project.marker.file}`);
}

/** The settings of the person and of the environment. */
async function settingsChecks(project: Project, { env }: Io): Promise<readonly Check[]> {
  const path = configPath(env);
  const file = path === undefined ? undefined : nameFor(project, path);
  const read = filesAround(project, env).find((each) => each.file === file && each !== project.marker);
  const check = { name: 'config', essential: false };
  const { readVariables } = await import('../spec/variables.ts');
  return [
    read === undefined
      ? { ...check, state: 'unset', detail: file === undefined ? 'HOME is not set' : `not there: ${file}` }
      : fileCheck('config', read, read.file),
    ...readVariables(env).faults.map(
      ({ variable, message }): Check => ({ name: variable, state: 'unusable', essential: true, detail: message }),
    ),
  ];
}

/** A file of settings. While it is faulty nothing runs. */
function fileCheck(name: string, { refusal, diagnostics }: SettingsFile, detail: string): Check {
  const [first] = [...diagnostics].sort((a, b) => (a.severity < b.severity ? -1 : 1));
  const fault = first && `${first.file}:${first.line}:${first.column}: ${first.message}`;
  const problem = refusal ?? (first?.severity === 'error' ? fault : undefined);
  if (problem !== undefined) return { name, state: 'unusable', essential: true, detail: problem };
  return { name, state: 'ok', essential: false, detail: fault === undefined ? detail : `${detail}; ${fault}` };
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

/** Limits are enforced where agents can be started at all; this tells by what means. */
const limitsCheck: Check = {
  name: 'limits',
  state: 'ok',
  essential: false,
  detail: 'memory and processors are measured by sampling processes, up to 50 times a second; cgroups are not used',
};

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
