// Runs on a real disk that is too small, which then gets room.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Stage } from './program.ts';
import { eventsOf, openScene, resumeWords, startWords } from './scene.ts';
import { carelessShape, type Shape, stepShape } from './shapes.ts';
import { faultsAtEnd, type Model, modelOf } from './verdict.ts';

/** What a campaign came to. */
export interface DiskTally {
  /** Why nothing could be tried. */
  skipped?: string;
  disks: number;
  /** Runs that ended with exit code 10; with a task that failed, because its agent had no room; without a fault. */
  refused: number;
  failed: number;
  unharmed: number;
  readonly violations: string[];
}

/** Runs on disks of these sizes, in KiB, then gives them room and goes on. Of the smallest also one that heeds its free space. */
export async function diskCampaign(stage: Stage, sizes: readonly number[]): Promise<DiskTally> {
  const tally: DiskTally = { disks: 0, refused: 0, failed: 0, unharmed: 0, violations: [] };
  const trials = [...sizes.map((size) => ({ size, shape: carelessShape })), { size: sizes[0] ?? 0, shape: stepShape }];
  const models = new Map<Shape, Model>();
  for (const { size, shape } of trials) {
    const model = models.get(shape) ?? (await modelOf(stage, shape));
    models.set(shape, model);
    const scene = openScene(stage, `disk-${shape.name}-${size}`, shape);
    const place = dirname(scene.workspace);
    mkdirSync(place);
    const fault = mount(place, size);
    if (fault !== undefined) return { ...tally, skipped: fault };
    try {
      const violate = (text: string) => void tally.violations.push(`a disk of ${size} KiB: ${text}`);
      tally.disks += 1;
      const ended = await scene.play(startWords);
      if (ended.code === 10) tally.refused += 1;
      else if (ended.code === 1) tally.failed += 1;
      else if (ended.code === 0) tally.unharmed += 1;
      else violate(`exit code ${ended.code}: ${ended.stderr}`);
      if (ended.code === 10 && !/ENOSPC|KiB left, and nothing starts below/.test(ended.stderr))
        violate(`not told: ${ended.stderr}`);
      if ((await scene.silence()) === undefined) violate('processes or temporary files are left after 5 s');
      execFileSync('mount', ['-o', 'remount,size=600m', place]);
      const words = eventsOf(scene.begun()).length === 0 ? startWords : [...resumeWords, '--retry-failed'];
      const last = ended.code === 0 ? ended : await scene.play(words);
      // What failed for want of room is done again: its history is not that of an undisturbed run.
      for (const each of faultsAtEnd(model, scene, last, ended.code !== 1)) violate(each);
    } catch (error) {
      tally.violations.push(`a disk of ${size} KiB: ${error}`);
    } finally {
      execFileSync('umount', ['-l', place]);
    }
    rmSync(scene.root, { recursive: true, force: true });
  }
  return tally;
}

function mount(place: string, size: number): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', place], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no small disk can be made here: ${(error as Error).message.split('\n').join(' ')}`;
  }
}
