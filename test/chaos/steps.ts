// The same run over and over: killed, or out of room on its disk, at each single thing that it changes on the disk.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ended, Stage } from './program.ts';
import { eventsOf, openScene, resumeWords, type Scene, startWords } from './scene.ts';
import { stepShape } from './shapes.ts';
import { faultsAtEnd, type Model, modelOf } from './verdict.ts';

const preload = resolve(import.meta.dirname, 'faults.cjs');

/** No process takes that long, in milliseconds, unless it hangs. */
const longest = 45_000;

/** What happens at a step: the process is killed, or its disk is full from there on, or for that one step. */
type Mode = 'before' | 'middle' | 'after' | 'full' | 'once';

/** What a campaign came to. */
export interface StepTally {
  /** Steps at which something happened, by what the step is and what happened. */
  readonly steps: Record<string, number>;
  trials: number;
  /** Of trials without room: ended with exit code 10, or came to the right end all the same. */
  refused: number;
  unharmed: number;
  readonly violations: string[];
}

export interface StepOrder {
  readonly modes: readonly Mode[];
  /** Whether it happens to the run, or to a resume of it. */
  readonly during: 'run' | 'resume';
  /** Only steps that change files whose paths end in this. */
  readonly only?: string;
  /** Only every n-th step. */
  readonly every: number;
  readonly workers: number;
  say(text: string): void;
}

/** Has each of these things happen at each step. */
export async function stepCampaign(stage: Stage, order: StepOrder): Promise<StepTally> {
  const tally: StepTally = { steps: {}, trials: 0, refused: 0, unharmed: 0, violations: [] };
  const model = await modelOf(stage, stepShape);
  const queue: { readonly mode: Mode; readonly at: number }[] = [];
  for (const mode of order.modes) {
    // Timers may add a step or two: counted generously, the last ones are not reached.
    const most = (await countSteps(stage, model, order)) + 6;
    for (let at = 1; at <= most; at += order.every) queue.push({ mode, at });
  }
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await tryStep(stage, model, { ...order, ...next }, tally);
    }
  };
  await Promise.all(Array.from({ length: order.workers }, work));
  return tally;
}

/** The environment in which something happens at a step. */
function faultIn(scene: Scene, mode: Mode | 'count', at: number, only = '') {
  const log = join(scene.root, 'fault');
  const fault = { root: scene.workspace, log, mode, at, only };
  return { log, env: { CHAOS_FAULT: JSON.stringify(fault), NODE_OPTIONS: `--require ${preload}` } };
}

async function countSteps(stage: Stage, model: Model, { during, only }: StepOrder): Promise<number> {
  const scene = openScene(stage, `count-${during}`, model.shape);
  if (during === 'resume') await interrupt(scene);
  const { log, env } = faultIn(scene, 'count', 0, only);
  await scene.play(during === 'run' ? startWords : resumeWords, undefined, env);
  const steps = readFileSync(log, 'utf8').split('\n').length - 1;
  scene.clear();
  return steps;
}

/** Kills a run at an append to its journal, with some successes on record and more to do. */
export async function interrupt(scene: Scene): Promise<void> {
  for (let at = 10; eventsOf(scene.begun()).every(({ type }) => type !== 'task.succeeded'); at += 2) {
    const { env } = faultIn(scene, 'after', at, '/events.jsonl');
    await scene.play(scene.begun() === undefined ? startWords : resumeWords, undefined, env);
  }
}

interface Step {
  say(text: string): void;
  readonly mode: Mode;
  readonly at: number;
  readonly during: StepOrder['during'];
  readonly only?: string;
}

async function tryStep(stage: Stage, model: Model, step: Step, tally: StepTally): Promise<void> {
  const { mode, at, during, only } = step;
  const scene = openScene(stage, `step-${during}-${mode}-${at}`, model.shape);
  if (during === 'resume') {
    await interrupt(scene);
  }
  const before = eventsOf(scene.begun());
  const { log, env } = faultIn(scene, mode, at, only);
  const earlier = existsSync(log) ? readFileSync(log, 'utf8').length : 0;
  const ended = await scene.play(during === 'run' ? startWords : resumeWords, undefined, env);
  const what = existsSync(log) ? readFileSync(log, 'utf8').slice(earlier).trim() : '';
  const violate = (text: string) => {
    const violation = `${mode} step ${at} of ${during} (${what}): ${text}`;
    tally.violations.push(violation);
    step.say(violation);
  };
  if (what !== '') {
    tally.trials += 1;
    const kind = `${what.split(' ')[0]}${what.endsWith('/events.jsonl') ? ' of the journal' : ''}, ${mode}`;
    tally.steps[kind] = (tally.steps[kind] ?? 0) + 1;
  }
  if (ended.took > longest) violate(`it took ${Math.round(ended.took / 1000)} s`);
  const events = eventsOf(scene.begun());
  if (before.some((event, index) => JSON.stringify(event) !== JSON.stringify(events[index]))) {
    violate('what stood in the journal has changed');
  }
  const refusal = mode === 'full' || mode === 'once';
  // A process that ended by itself has left nothing; who was killed leaves it to the guardian, and to who goes on at once.
  if (refusal && (await scene.silence()) === undefined) violate('something of the refused run is left after 5 s');
  if (refusal) checkRefusal(model, ended, tally, violate, what);
  else if (what !== '' && ended.code !== null) violate(`it was not killed: ${ended.code} ${ended.stderr}`);
  await checkEnd(model, scene, ended, violate);
  if ((await scene.silence()) === undefined) violate('processes or temporary files are left after 5 s');
  if (tally.violations.length === 0) scene.clear();
}

/** A full disk is told with exit code 10, unless it hit something that nothing depends upon. */
function checkRefusal(model: Model, ended: Ended, tally: StepTally, violate: (text: string) => void, what: string) {
  if (what === '') return;
  if (ended.code === 10) {
    tally.refused += 1;
    if (!/cannot write: .*ENOSPC/.test(ended.stderr)) violate(`says nothing of the disk: ${ended.stderr}`);
  } else if (ended.code === model.code) tally.unharmed += 1;
  else violate(`exit code ${ended.code}: ${ended.stderr.slice(-800)}`);
}

/** Goes on until the end, and compares that. */
async function checkEnd(model: Model, scene: Scene, ended: Ended, violate: (text: string) => void): Promise<void> {
  let last: Ended | undefined = ended;
  const finished = () => eventsOf(scene.begun()).at(-1)?.type === 'run.finished';
  if (ended.code !== model.code) {
    if (finished()) last = undefined;
    else last = await scene.play(scene.begun() === undefined ? startWords : resumeWords);
  }
  try {
    for (const fault of faultsAtEnd(model, scene, last)) violate(fault);
  } catch (error) {
    violate(String(error));
  }
}
