// What a run meets: this machine, its time and its chance. Where recorded agents are played, a recording stands for all of that.
import { type Evidence, evidenceHere } from '../backends/evidence.ts';
import { machineOf, usualThresholds } from '../process/machine.ts';
import type { Backend, Clock, Machine, Random, Reuse } from '../run/ports.ts';
import type { Run } from '../run/runner.ts';
import { builtIn } from '../spec/orchestra.ts';
import { reuseHere } from '../workspace/reuse.ts';
import type { LocalRunOptions } from './local-run.ts';

/** What a run meets. */
export interface Surroundings {
  /** Of the run, and of its journal. */
  readonly clock: Clock;
  readonly random: Random;
  /** Where nothing is known of it, the run starts as much at once as is planned. */
  readonly machine?: Machine;
  /** The clock by which attempts are watched. */
  readonly watch: Clock;
  readonly evidence: Evidence;
  readonly reuse: Reuse;
  /** What stands between the run and the backend. */
  around(backend: Backend): Backend;
  /** The run has begun. */
  onBegun(run: Run): void;
}

/** This machine. */
export function thisMachine({ root, layout, plan, env, launchers, thresholds }: LocalRunOptions): Surroundings {
  const { free_disk_bytes: freeDisk, cache_bytes: bytes = builtIn.cache_bytes } = plan.limits ?? {};
  const { workspace } = layout;
  return {
    clock,
    random: { next: Math.random },
    machine: machineOf(workspace, { ...usualThresholds, ...(freeDisk !== undefined && { freeDisk }), ...thresholds }),
    watch: clock,
    evidence: evidenceHere(launchers, workspace),
    reuse: reuseHere({ root, layout, env, bytes }),
    around: (backend) => backend,
    onBegun() {},
  };
}

const clock: Clock = {
  now: Date.now,
  after(milliseconds, callback) {
    // A timer of Node holds 31 bits of milliseconds, 24 days; what is longer waits in pieces.
    const piece = Math.min(milliseconds, 2 ** 31 - 1);
    let forget = () => {};
    const timer = setTimeout(() => {
      if (piece === milliseconds) callback();
      else forget = clock.after(milliseconds - piece, callback);
    }, piece);
    return () => {
      clearTimeout(timer);
      forget();
    };
  },
};
