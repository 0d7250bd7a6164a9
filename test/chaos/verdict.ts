// What must hold of a run at its end, however often it was killed on the way.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { readRun } from '../../src/workspace/recorded.ts';
import type { Ended, Stage } from './program.ts';
import { contentsOf, eventsOf, openScene, pathsIn, type Scene, startWords, strangersIn } from './scene.ts';
import type { Shape } from './shapes.ts';

/** The end of a run that nobody disturbed. */
export interface Model {
  readonly shape: Shape;
  readonly code: number;
  readonly stdout: string;
  readonly took: number;
  /** Milliseconds until its first event. */
  readonly begin: number;
  readonly seen: Seen;
}

/** What is compared of two runs. */
interface Seen {
  readonly outcome: string;
  /** Status, message and counted failures of each task. */
  readonly tasks: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly result: string;
  readonly paths: readonly string[];
}

/** Runs a shape undisturbed, so many times; the fastest tells how long it usually takes, and all must end alike. */
export async function modelOf(stage: Stage, shape: Shape, turns = 2): Promise<Model> {
  const models: Model[] = [];
  for (let turn = 1; turn <= turns; turn++) {
    const scene = openScene(stage, `model-${shape.name.replaceAll(/\W+/g, '-')}-${turn}`, shape);
    const launched = Date.now();
    const { code, stdout, stderr, took } = await scene.play(startWords);
    if (code === null || code > 1) throw new Error(`${shape.name} cannot be run: ${stderr}`);
    const events = eventsOf(scene.begun());
    const begin = Date.parse(events[0]?.ts ?? '') - launched;
    const faults = faultsOfHistory(events, scene.ledger());
    if (faults.length > 0) throw new Error(`${shape.name}, undisturbed: ${faults.join('; ')}`);
    models.push({ shape, code, stdout, took, begin, seen: look(scene) });
    if ((await scene.silence()) === undefined) throw new Error(`${shape.name}, undisturbed, leaves processes behind`);
    scene.clear();
  }
  const [first, ...others] = models as [Model, ...Model[]];
  if (others.some(({ seen }) => !isDeepStrictEqual(seen, first.seen)))
    throw new Error(`${shape.name} differs by itself`);
  const least = (key: 'took' | 'begin') => Math.min(...models.map((model) => model[key]));
  return { ...first, took: least('took'), begin: least('begin') };
}

function look(scene: Scene): Seen {
  const layout = scene.begun();
  const recorded = layout && readRun(layout);
  if (layout === undefined || recorded === undefined) throw new Error('there is no run');
  const { state } = recorded;
  return {
    outcome: state.outcome ?? state.status,
    tasks: Object.fromEntries(
      state.inOrder.map((task) => [task.task.name, `${task.status} ${task.failures} ${task.message ?? ''}`]),
    ),
    outputs: contentsOf(layout.outputs),
    result: readFileSync(layout.result, 'latin1'),
    paths: pathsIn(scene),
  };
}

/**
 * Everything in which the end of a run differs from what it must be; `last` is its last process, if that was not killed.
 * Without `exact` its journal may have lost its end, so that something is done that was done before.
 */
export function faultsAtEnd(model: Model, scene: Scene, last: Ended | undefined, exact = true): string[] {
  const layout = scene.begun();
  if (layout === undefined) return ['there is no run'];
  const faults = exact ? faultsOfHistory(eventsOf(layout), scene.ledger()) : [];
  const seen = look(scene);
  if (seen.outcome !== model.seen.outcome) faults.push(`outcome ${seen.outcome}, not ${model.seen.outcome}`);
  // An attempt that a kill cut off has not failed: where attempts fail by their number, fewer failures are counted.
  const ends = (tasks: Seen['tasks']) =>
    Object.entries(tasks).map(([name, text]) => `${name} ${model.code === 0 ? text.split(' ')[0] : text}`);
  compare(faults, 'ends of tasks', ends(seen.tasks).sort(), ends(model.seen.tasks).sort());
  for (const [name, text] of Object.entries(model.seen.outputs)) {
    if (seen.outputs[name] !== text) faults.push(`output ${name} differs: ${seen.outputs[name]?.slice(0, 200)}`);
  }
  if (seen.result !== model.seen.result) faults.push(`the result differs: ${seen.result.slice(0, 200)}`);
  // What a process killed at its very end left is cleared away by the next run.
  const left = (path: string) => last === undefined && /(^run\.lock|\.tmp)$/.test(path);
  compare(
    faults,
    'files',
    seen.paths.filter((path) => !left(path)),
    model.seen.paths,
  );
  const strangers = exact ? strangersIn(layout) : [];
  if (strangers.length > 0) faults.push(`left in attempts: ${strangers.join(', ')}`);
  if (last !== undefined) {
    if (last.code !== model.code) faults.push(`exit code ${last.code}, not ${model.code}: ${last.stderr.slice(-600)}`);
    if (last.stdout !== model.stdout) faults.push(`standard output differs: ${last.stdout.slice(0, 200)}`);
  }
  return faults;
}

function compare(faults: string[], what: string, found: readonly string[], expected: readonly string[]): void {
  const more = found.filter((each) => !expected.includes(each));
  const less = expected.filter((each) => !found.includes(each));
  if (more.length > 0) faults.push(`${what}, too much: ${more.join(', ')}`);
  if (less.length > 0) faults.push(`${what}, missing: ${less.join(', ')}`);
}

/** What the events and the ledger of a run may never say. */
function faultsOfHistory(events: readonly RunEvent[], ledger: readonly string[]): string[] {
  const faults: string[] = [];
  const attempts = new Map<string, number>();
  const succeeded = new Map<string, number>();
  const started = new Set<string>();
  for (const event of events) {
    if (event.type === 'run.resumed' && event.again !== undefined) faults.push(`done again: ${event.again.join(', ')}`);
    if (event.type === 'task.started') {
      const { task, attempt } = event;
      if (succeeded.has(task)) faults.push(`${task} has succeeded and was started again (event ${event.seq})`);
      if (attempt !== (attempts.get(task) ?? 0) + 1) faults.push(`attempt ${attempt} of ${task} (event ${event.seq})`);
      attempts.set(task, attempt);
      started.add(`${task} ${attempt}`);
    }
    if (event.type === 'task.succeeded') succeeded.set(event.task, event.attempt);
  }
  for (const [at, line] of ledger.entries()) {
    if (ledger.indexOf(line) !== at) faults.push(`executed twice: ${line}`);
    if (!started.has(line)) faults.push(`executed, and not in the journal: ${line}`);
    const [task = '', attempt] = line.split(' ');
    const success = succeeded.get(task);
    if (success !== undefined && Number(attempt) > success) faults.push(`executed after its success: ${line}`);
  }
  for (const [task, attempt] of succeeded) {
    if (!ledger.includes(`${task} ${attempt}`)) faults.push(`succeeded without an execution: ${task} ${attempt}`);
  }
  return faults;
}
