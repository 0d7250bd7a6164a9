// Runs ./bench.yaml, or starts as many processes with Node's own spawn, while this process holds some gigabytes, and prints
// how long the event loop was blocked. Arguments: run | spawn, gigabytes, count (of spawn).
import childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadApi } from './api.ts';

/** What a process has to tell about its loop; times in milliseconds. */
export interface LoopReport {
  readonly longestBlock: number;
  /** The same from the first end of a task on. */
  readonly longestLater: number;
  /** Longest time inside child_process.spawn, and how often it was called. */
  readonly longestSpawn: number;
  readonly spawns: number;
  /** The whole run, and its rate from the first end of a task on, as time for each task. */
  readonly took: number;
  readonly perTask: number;
}

/** Tick of the monitor, in milliseconds: what it sees of an idle loop. */
const tick = 1;

const [subject, gigabytes, count] = process.argv.slice(2);
const held = Array.from({ length: Number(gigabytes) * 16 }, () => Buffer.alloc(64 * 1024 * 1024, 1));
const spawned = watchSpawn();
const work = subject === 'run' ? await running() : () => spawning(Number(count));
const whole = monitorEventLoopDelay({ resolution: tick });
const later = monitorEventLoopDelay({ resolution: tick });
whole.enable();
later.enable();
await sleep(50);
whole.reset();
// A monitor counts from its first tick on.
await sleep(20);
const began = performance.now();
const { tasks, since } = await work();
const end = performance.now();
await sleep(5);
whole.disable();
later.disable();
if (held.some((buffer) => buffer[0] !== 1)) throw new Error('the memory was not held');
const report: LoopReport = {
  longestBlock: longest(whole),
  longestLater: longest(later),
  longestSpawn: Math.max(0, ...spawned),
  spawns: spawned.length,
  took: end - began,
  perTask: (end - since) / tasks,
};
console.log(JSON.stringify(report));

/** In milliseconds. */
function longest(monitor: typeof whole): number {
  return Math.max(0, monitor.max / 1e6 - tick);
}

async function running() {
  const { compile, run } = await loadApi();
  const { value: plan, diagnostics } = await compile(readFileSync('bench.yaml', 'utf8'));
  if (plan === undefined) throw new Error(`no plan: ${diagnostics[0]?.message}`);
  return async () => {
    const begun = run(plan);
    for await (const { type } of begun) if (type === 'task.succeeded') break;
    later.reset();
    const since = performance.now();
    const { outcome } = await begun.result;
    if (outcome !== 'succeeded') throw new Error(`the run has ${outcome}`);
    return { tasks: plan.tasks.length - 1, since };
  };
}

/** Starts `true` that often, four at a time. */
async function spawning(tasks: number) {
  const since = performance.now();
  let left = tasks;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await new Promise((resolve) => childProcess.spawn('true', { stdio: 'ignore' }).on('exit', resolve));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return { tasks, since };
}

/** The times that every later call of spawn takes, whoever calls it. */
function watchSpawn(): number[] {
  const times: number[] = [];
  const { spawn } = childProcess;
  childProcess.spawn = ((...args: Parameters<typeof spawn>) => {
    const start = performance.now();
    try {
      return spawn(...args);
    } finally {
      times.push(performance.now() - start);
    }
  }) as typeof spawn;
  syncBuiltinESMExports();
  return times;
}
