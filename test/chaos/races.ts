// Several processes that want the same workspace at the same moment: one has it, each other says within a second who.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Who takes part: a new run, or a resume of the run that was killed there. */
export type Racer = 'run' | 'resume';

/** What came of a race. */
export interface RaceResult {
  /** Milliseconds from the winner's first task to the end of the slowest loser, and from each loser's start to its end. */
  readonly losers: readonly number[];
  readonly faults: readonly string[];
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly took: number;
}

/**
 * Lets racers loose in a workspace whose last holder was killed a moment before. The agent of whoever wins waits until all others
 * have ended.
 */
export async function race(program: string, root: string, racers: readonly Racer[]): Promise<RaceResult> {
  const folder = mkdtempSync(join(root, 'race-'));
  const script = 'echo $$ >> began; while [ ! -e go ]; do sleep 0.02; done';
  const agents = [{ name: 'a', run: script }];
  writeFileSync(
    join(folder, 'o.yaml'),
    JSON.stringify({ orchestra: { id: 'o' }, agents, tasks: [{ name: 't', agent: 'a', description: '' }] }),
  );
  const start = (racer: Racer) =>
    startProgram(program, racer === 'run' ? ['orchestra', 'run', 'o.yaml'] : ['orchestra', 'resume', '@last'], folder);
  const faults: string[] = [];
  const dead = start('run');
  while (!existsSync(join(folder, 'began'))) await sleep(10);
  dead.child.kill('SIGKILL');
  await dead.ended;
  rmSync(join(folder, 'began'));
  const all = racers.map(start);
  const ends: Ended[] = [];
  for (const { ended } of all) void ended.then((end) => ends.push(end));
  for (const end = Date.now() + 20_000; ends.length < all.length - 1 && Date.now() < end; ) await sleep(5);
  const losers = [...ends];
  for (const end = Date.now() + 20_000; !existsSync(join(folder, 'began')) && Date.now() < end; ) await sleep(5);
  const holder = readText(join(folder, 'orchestra_workspaces/o/run.lock'));
  writeFileSync(join(folder, 'go'), '');
  const verdicts = await Promise.all(all.map(({ ended }) => ended));
  const winners = verdicts.filter(({ code }) => code === 0);
  if (winners.length !== 1)
    faults.push(
      `${winners.length} winners, codes ${verdicts.map(({ code }) => code)}: ${verdicts.map(({ stderr }) => stderr.slice(-200)).join(' | ')}`,
    );
  if (readText(join(folder, 'began')).split('\n').length !== 2) faults.push('the agent did not begin exactly once');
  const { pid, run, host } = holder === '' ? {} : JSON.parse(holder);
  for (const { code, stderr } of losers) {
    const names = [run, `process ${pid}`, host].every((word) => stderr.includes(String(word)));
    if (code !== 9 || !names) faults.push(`a loser ended with ${code}: ${stderr.slice(-300)}`);
  }
  if (existsSync(join(folder, 'orchestra_workspaces/o/run.lock'))) faults.push('the lock is left');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { losers: losers.map(({ took }) => took), faults };
}

function startProgram(
  program: string,
  words: readonly string[],
  cwd: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  const began = performance.now();
  const env = { PATH: process.env.PATH, HOME: cwd, LANG: 'C.UTF-8' };
  const child = spawn(process.execPath, [program, ...words], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((done) =>
    child.on('close', (code) => done({ code, stderr, took: performance.now() - began })),
  );
  return { child, ended };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The n-th race: runs, resumes or both, two to eight of them. */
export function racersOf(n: number): readonly Racer[] {
  const kinds: readonly ((at: number) => Racer)[] = [
    () => 'run',
    () => 'resume',
    (at) => (at % 2 === 0 ? 'run' : 'resume'),
  ];
  const kind = kinds[n % 3] ?? (() => 'run');
  return Array.from({ length: 2 + (Math.floor(n / 3) % 7) }, (_, at) => kind(at));
}
