// Records that name processes which have nothing to do with super: whatever stands in them, no signal goes there.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from './program.ts';

/** Processes that notice every signal that can be noticed, each in a group of its own but the last, and this one. */
export interface Innocents {
  readonly pids: readonly number[];
  /** Signals that arrived, and processes that are not what they were. */
  harm(): readonly string[];
  end(): void;
}

const innocent = `
  open my $log, '>>', $ARGV[0] or die; $log->autoflush;
  for my $signal (grep { !/^(KILL|STOP|NUM\\d+|ZERO|CLD|CHLD)$/ } split ' ', $Config{sig_name}) {
    $SIG{$signal} = sub { print $log "$$ got $_[0]\\n" };
  }
  $| = 1; print "up\\n"; sleep 1 while getppid() != 1`;

/** Starts innocents that log into this folder. */
export async function startInnocents(folder: string, count: number): Promise<Innocents> {
  const log = join(folder, 'signals.log');
  writeFileSync(log, '');
  const children: ChildProcess[] = [];
  for (let at = 0; at < count; at += 1) {
    const child = spawn('perl', ['-MConfig', '-MIO::Handle', '-e', innocent, log], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: at + 1 < count,
    });
    children.push(child);
    await new Promise((done) => child.stdout?.once('data', done));
  }
  const here = (signal: string) => () => writeFileSync(log, `${process.pid} got ${signal}\n`, { flag: 'a' });
  const listeners = (['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGCONT', 'SIGUSR2'] as const).map(
    (name) => [name, here(name)] as const,
  );
  for (const [name, listener] of listeners) process.on(name, listener);
  const pids = children.map(({ pid }) => pid ?? 0);
  return {
    pids: [...pids, process.pid],
    harm: () => [
      ...readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
      ...children
        .filter(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
        .map(({ pid }) => `${pid} was killed`),
      ...pids.filter((pid) => factsOf(pid).state === 'T').map((pid) => `${pid} was stopped`),
    ],
    end() {
      for (const [name, listener] of listeners) process.off(name, listener);
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function factsOf(pid: number): { readonly state: string; readonly began: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', began: fields[19] ?? '' };
  } catch {
    return { state: '', began: '' };
  }
}

/** A workspace with a run that was killed, to copy; gives its folder. */
export async function killedRun(program: string, root: string): Promise<string> {
  const folder = mkdtempSync(join(root, 'record-'));
  const agent = { name: 'a', run: 'touch began; [ "$SUPER_ATTEMPT" != 1 ] || sleep 1000' };
  const task = { name: 't', agent: 'a', description: '' };
  writeFileSync(join(folder, 'o.yaml'), JSON.stringify({ orchestra: { id: 'o' }, agents: [agent], tasks: [task] }));
  await launch({ program, words: ['orchestra', 'run', 'o.yaml'], cwd: folder, env: { HOME: folder }, killAfter: 1500 });
  await sleep(1000);
  return folder;
}

/** What a record says, of those that can be told by their number. */
interface Forgery {
  readonly lock: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

/** The n-th forgery of a lock: whose number, which start, which boot, which host, which run, and who is asked about it. */
function forgery(n: number, run: string, innocents: Innocents): Forgery {
  const pid = innocents.pids[n % innocents.pids.length] ?? 0;
  const { began } = factsOf(pid);
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const numbers: readonly unknown[] = [
    pid,
    pid,
    pid,
    pid,
    -pid,
    1,
    0,
    -1,
    2 ** 31,
    2 ** 53,
    1e300,
    `${pid}`,
    null,
    1.5,
  ];
  const starts: readonly unknown[] = [
    began,
    String(Number(began) - 1),
    String(Number(began) + 1),
    '',
    '0',
    '-1',
    'x',
    Number(began),
  ];
  const boots = [boot, boot, '00000000-0000-0000-0000-000000000000', ''];
  const hosts = [hostname(), hostname(), 'elsewhere.example', ''];
  const runs = [run, run, '', '20200101-000000-000-aaaa', '../..', 'x', '.*'];
  const words = [
    ['runs', 'list'],
    ['runs', 'stop', run],
    ['orchestra', 'resume', run],
    ['runs', 'stop', run, '--force'],
    ['orchestra', 'run', 'o.yaml', '--rehearse'],
    ['runs', 'show', run],
    ['runs', 'stop'],
  ];
  const pick = <T>(list: readonly T[], step: number) => list[Math.floor(n / step) % list.length] as T;
  const lock = {
    pid: pick(numbers, 3),
    start_time: pick(starts, 5),
    boot_id: pick(boots, 2),
    host: pick(hosts, 7),
    run: pick(runs, 11),
  };
  return { lock, words: pick(words, 1) };
}

/** Puts one forged lock, status and journal entry in place and asks the program; gives its exit code. */
export async function tryForgery(
  program: string,
  template: string,
  root: string,
  n: number,
  innocents: Innocents,
): Promise<string> {
  const folder = mkdtempSync(join(root, 'forged-'));
  cpSync(template, folder, { recursive: true, verbatimSymlinks: true });
  const workspace = join(folder, 'orchestra_workspaces/o');
  const [run = ''] = readdirSync(join(workspace, 'runs'));
  const { lock, words } = forgery(n, run, innocents);
  writeFileSync(join(workspace, 'run.lock'), `${JSON.stringify(lock)}\n`);
  writeFileSync(join(workspace, 'run.lock.takeover'), n % 5 === 0 ? `${JSON.stringify(lock)}\n` : '');
  if (n % 5 > 1) rmSync(join(workspace, 'run.lock.takeover'));
  const status = join(workspace, 'runs', run, 'status.json');
  writeFileSync(status, JSON.stringify({ ...JSON.parse(readFileSync(status, 'utf8')), pid: lock.pid, process: lock }));
  const ended = await launch({ program, words, cwd: folder, env: { HOME: folder }, killAfter: 20_000 });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return ended.code === null ? `${words.join(' ')} with ${JSON.stringify(lock)} did not end in 20 s` : '';
}
