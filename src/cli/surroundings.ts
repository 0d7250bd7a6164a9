// What a run meets: this machine, its time and its chance. Where recorded agents are played, a recording stands for all of that.
import { installedVersions } from '../agents/installed.ts';
import { type Evidence, evidenceHere } from '../backends/evidence.ts';
import type { Launchers } from '../process/launchers.ts';
import { machineOf, type Thresholds, usualThresholds } from '../process/machine.ts';
import type { Backend, Clock, Machine, Random, Reuse } from '../run/ports.ts';
import type { Run } from '../run/runner.ts';
import type { Governor } from '../run/throttle.ts';
import type { Plan } from '../schema/types.gen.ts';
import { builtIn } from '../spec/orchestra.ts';
import { filesUnder } from '../workspace/declared-files.ts';
import type { RunLayout } from '../workspace/layout.ts';
import { foldersOfRuns, reuseHere } from '../workspace/reuse.ts';

/** What a run meets. */
export interface Surroundings {
  /** Of the run, and of its journal. */
  readonly clock: Clock;
  readonly random: Random;
  /** Where nothing is known of it, the run starts as much at once as is planned. */
  readonly machine?: Machine;
  /** Where somebody else decides how much starts at once. */
  readonly governor?: Governor;
  /** The clock by which attempts are watched. */
  readonly watch: Clock;
  readonly evidence: Evidence;
  readonly reuse: Reuse;
  /** What stands between the run and the backend. */
  around(backend: Backend): Backend;
  /** The run has begun. */
  onBegun(run: Run): void;
}

/** What there is to say of a run on this machine. */
export interface Here {
  /** The project's root, absolute. */
  readonly root: string;
  readonly layout: RunLayout;
  readonly plan: Plan;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Those of the run, which are opened when they are needed. */
  readonly launchers: () => Pick<Launchers, 'launch'>;
  /** When the machine counts as short of something, where that is not to be as usual. */
  readonly thresholds?: Partial<Thresholds>;
}

/** This machine. */
export function thisMachine({ root, layout, plan, env, launchers, thresholds }: Here): Surroundings {
  const { free_disk_bytes: freeDisk, cache_bytes: bytes = builtIn.cache_bytes } = plan.limits ?? {};
  const { workspace } = layout;
  const apart = foldersOfRuns(root, workspace);
  return {
    clock,
    random: { next: Math.random },
    machine: machineOf(workspace, { ...usualThresholds, ...(freeDisk !== undefined && { freeDisk }), ...thresholds }),
    watch: clock,
    evidence: evidenceHere(launchers, workspace, (folder, name) => filesUnder(folder, name, apart)),
    reuse: reuseHere({ root, layout, env, bytes, programOf: installedVersions({ root, env }) }),
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
