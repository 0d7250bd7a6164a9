// A project with one agent of a real CLI, a home directory of its own, dummy keys, and a stand-in for its model API.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { lives, orchestra, type Place, project, task } from '../rig/rig.ts';

/** The CLIs that are driven here. */
export type Cli = 'claude' | 'codex' | 'gemini';

const bin = resolve(import.meta.dirname, 'node_modules/.bin');

/** How the stand-in behaves, in the words of its own file. */
export type Mode =
  | 'ok'
  | 'tool'
  | 'toolbash'
  | 'toolrun'
  | 'tooldeny'
  | 'toolsleep'
  | '401'
  | '429'
  | '500'
  | 'flaky'
  | 'busy'
  | 'hang'
  | 'slow';

export interface Scene extends Place {
  readonly env: Readonly<Record<string, string>>;
  /** What the stand-in was asked, in order. */
  asked(): readonly { readonly t: number; readonly method: string; readonly path: string; readonly auth: string }[];
  /** All that was sent to it, as text. */
  sent(): string;
  /** The file that the stand-in has agents write. */
  readonly made: string;
}

/** Sets the scene: an orchestra of one task, whose agent says more than its adapter where it is given more. */
export function sceneOf(
  cli: Cli,
  mode: Mode,
  more: { agent?: object; task?: object; retries?: number; command?: string } = {},
): Promise<Scene> {
  const files = orchestra({
    agents: [{ ...agentOf(cli), ...more.agent }],
    tasks: [task('one', { description: 'Say hello.', ...more.task })],
  });
  return sceneWith(files, mode, { retries: more.retries ?? 1, command: more.command ?? 'true' });
}

/**
 * Sets the scene for these files. `answers`: what the stand-in says, by a text that stands in what it is asked. `command`: what it has
 * agents run in a shell with the mode toolrun.
 */
export async function sceneWith(
  files: Readonly<Record<string, string>>,
  mode: Mode,
  {
    retries = 1,
    answers = {},
    command = 'true',
  }: { retries?: number; answers?: Readonly<Record<string, string>>; command?: string },
): Promise<Scene> {
  const cwd = project(files);
  const home = join(cwd, 'home');
  const log = join(cwd, 'asked.jsonl');
  mkdirSync(join(home, '.codex'), { recursive: true });
  mkdirSync(join(home, '.gemini'));
  mkdirSync(join(cwd, 'work'));
  const port = await standIn(join(cwd, 'work'), log, answers, command);
  const base = `http://127.0.0.1:${port}/m/${mode}`;
  writeFileSync(join(home, '.codex/config.toml'), codexConfig(base, retries));
  writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(geminiSettings(retries)));
  // For gemini as an agent of the protocol, which gets no variables of its vendor by itself.
  writeFileSync(join(home, '.gemini/.env'), `GOOGLE_GEMINI_BASE_URL=${base}\n`);
  return {
    cwd,
    made: join(cwd, 'work/made-by-agent.txt'),
    env: {
      PATH: `${bin}:${resolve(import.meta.dirname, '../../node_modules/.bin')}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      TMPDIR: home,
      CODEX_HOME: join(home, '.codex'),
      CODEX_DUMMY_KEY: 'dummy-of-codex',
      ANTHROPIC_API_KEY: 'dummy-of-claude',
      ANTHROPIC_BASE_URL: base,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: String(retries),
      GEMINI_API_KEY: 'dummy-of-gemini',
      GOOGLE_GEMINI_BASE_URL: base,
    },
    sent: () => readFileSync(`${log}.bodies`, 'utf8'),
    asked: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
  };
}

/** The agent of a CLI. */
export function agentOf(cli: Cli): object {
  const own = {
    claude: {},
    codex: { args: ['--skip-git-repo-check'] },
    gemini: { model: 'gemini-2.5-flash', args: ['--skip-trust'] },
  };
  return { name: 'a', adapter: cli, cwd: 'work', instructions: 'You are a careful tester.', ...own[cli] };
}

function codexConfig(base: string, retries: number): string {
  return `model = "stand-in"
model_provider = "standin"
analytics = { enabled = false }
[model_providers.standin]
name = "standin"
base_url = "${base}/v1"
env_key = "CODEX_DUMMY_KEY"
wire_api = "responses"
request_max_retries = ${retries}
stream_max_retries = ${retries}
# With these it asks for names of its vendor and of GitHub.
[features]
plugins = false
apps = false
`;
}

function geminiSettings(retries: number): object {
  return {
    security: { auth: { selectedType: 'gemini-api-key' } },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false, maxAttempts: retries + 1 },
  };
}

/** Starts the stand-in; gives its port. It ends with the test. */
async function standIn(folder: string, log: string, answers: object, command: string): Promise<number> {
  const server = spawn(process.execPath, [resolve(import.meta.dirname, 'stand-in-model-server.mjs')], {
    env: {
      PORT: '0',
      WD: folder,
      LOG: log,
      DUMP: `${log}.bodies`,
      ANSWERS: JSON.stringify(answers),
      COMMAND: command,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  for await (const line of createInterface({ input: server.stdout })) return Number(line);
  throw new Error('the stand-in did not come up');
}

/** Living processes whose command line holds this text, by their ids. */
export function running(text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && lives(pid) && commandLine(pid).includes(text));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
