// An agent that writes without end and without a line end, to both streams: memory must not follow it, and the logs keep head and tail.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Most bytes of memory of the program, and of a log. */
const memoryLimit = 150 * 1024 ** 2;
const logLimit = 16 * 1024 ** 2;

/** Runs an agent that writes so many bytes to standard output and to standard error, at the same time. */
export async function flood(
  program: string,
  root: string,
  bytes: number,
): Promise<{ readonly faults: readonly string[]; readonly line: string }> {
  const folder = mkdtempSync(join(root, 'flood-'));
  const gush = (letter: string) =>
    `{ printf head; head -c ${Math.floor(bytes / 2)} /dev/zero | tr '\\\\0' ${letter}; printf tail; }`;
  const agents = [{ name: 'a', run: `${gush('x')} & ${gush('y')} >&2 & wait` }];
  const orchestra = {
    orchestra: { id: 'o' },
    agents,
    tasks: [{ name: 't', agent: 'a', description: '', timeout_seconds: 600 }],
  };
  writeFileSync(join(folder, 'o.yaml'), JSON.stringify(orchestra));
  const began = performance.now();
  const env = { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' };
  const child = spawn(process.execPath, [program, 'orchestra', 'run', 'o.yaml'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = 0;
  let [peak, onDisk] = [0, 0];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.length;
    });
  const timer = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid ?? 0));
    onDisk = Math.max(onDisk, sizeOf(join(folder, 'orchestra_workspaces')));
  }, 50);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearInterval(timer);
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(stdout|stderr)\.log$/.test(name),
  );
  const faults = [
    ...(code === 0 ? [] : [`exit code ${code}`]),
    ...(logs.length === 2 ? [] : [`${logs.length} logs`]),
    ...(peak < memoryLimit ? [] : [`the program had ${mebi(peak)} of memory`]),
    ...logs.flatMap((log) => faultsOf(join(folder, log))),
  ];
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const seconds = (performance.now() - began) / 1000;
  const line = `  ${mebi(bytes)} in ${seconds.toFixed(1)} s: ${mebi(peak)} of memory at most, ${mebi(onDisk)} on disk at most, ${mebi(printed)} printed`;
  return { faults, line };
}

function faultsOf(log: string): readonly string[] {
  const text = readFileSync(log, 'latin1');
  return [
    ...(text.length <= logLimit ? [] : [`${log} has ${text.length} bytes`]),
    ...(text.startsWith('head') && text.endsWith('tail') ? [] : [`${log} has lost its head or its tail`]),
    ...(/\n\[\.\.\. \d+ bytes cut here \.\.\.\]\n/.test(text) ? [] : [`${log} does not say what was cut`]),
  ];
}

function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended
  }
}

function sizeOf(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
      .reduce((sum, facts) => sum + (facts?.isFile() ? facts.blocks * 512 : 0), 0);
  } catch {
    return 0; // not there yet, or something went while it was looked at
  }
}

function mebi(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
