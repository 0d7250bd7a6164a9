// Runs that are killed at random moments, and go on.
import { readdirSync } from 'node:fs';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import type { Ended, Stage } from './program.ts';
import { random } from './random.ts';
import { eventsOf, openScene, resumeWords, type Scene, startWords } from './scene.ts';
import { shapes } from './shapes.ts';
import { faultsAtEnd, type Model, modelOf } from './verdict.ts';

/** What a campaign came to. */
export interface KillTally {
  kills: number;
  /** Of them: while the run was being resumed. */
  duringResume: number;
  /** Of them: before its first event was written. */
  beforeBegin: number;
  /** Of them: after its last event was written. */
  afterEnd: number;
  runs: number;
  /** Processes that were over before their kill came. */
  tooLate: number;
  /** Longest time in milliseconds in which processes of a killed run were still there. */
  longestSilence: number;
  /** Successes that were on record at some kill. */
  kept: number;
  /** Tasks that were started again after their success. */
  repeated: number;
  readonly byShape: Record<string, number>;
  readonly violations: string[];
}

export interface KillOrder {
  /** How many kills, those before the first event not counted. */
  readonly kills: number;
  readonly seed: number;
  /** How often each shape is run undisturbed before; twice unless given. */
  readonly turns?: number;
  /** How many runs at the same time. */
  readonly workers: number;
  say(text: string): void;
}

/** Kills runs of every shape in turn until there were so many kills. */
export async function killCampaign(stage: Stage, order: KillOrder): Promise<KillTally> {
  const tally: KillTally = {
    kills: 0,
    duringResume: 0,
    beforeBegin: 0,
    afterEnd: 0,
    runs: 0,
    tooLate: 0,
    longestSilence: 0,
    kept: 0,
    repeated: 0,
    byShape: {},
    violations: [],
  };
  const models: Model[] = [];
  const waiting = [...shapes];
  const prepare = async () => {
    for (let shape = waiting.shift(); shape !== undefined; shape = waiting.shift()) {
      models.push(await modelOf(stage, shape, order.turns));
    }
  };
  await Promise.all(Array.from({ length: order.workers }, prepare));
  let cases = 0;
  const work = async () => {
    while (tally.kills - tally.beforeBegin < order.kills) {
      const number = cases++;
      const model = models[number % models.length] as Model;
      const took = await killOne(stage, model, number, order, tally);
      // On a machine that was busy then and is not now, kills would come too late.
      models[number % models.length] = { ...model, took: Math.min(model.took, took) };
    }
  };
  await Promise.all(Array.from({ length: order.workers }, work));
  return tally;
}

/** One run that is tried. */
interface Trial {
  readonly model: Model;
  readonly scene: Scene;
  readonly tally: KillTally;
  readonly next: () => number;
  violate(text: string): void;
}

/** One run: killed once or several times, then left alone until its end. Gives how long it took where no kill came in time. */
async function killOne(
  stage: Stage,
  model: Model,
  number: number,
  order: KillOrder,
  tally: KillTally,
): Promise<number> {
  const scene = openScene(stage, `kill-${number}`, model.shape);
  const moments: string[] = [];
  let faults = 0;
  const trial: Trial = {
    model,
    scene,
    tally,
    next: random(order.seed * 100_003 + number),
    violate(text) {
      faults += 1;
      const violation = `${model.shape.name}, case ${number}, killed at ${moments.join(', ')} ms: ${text}`;
      tally.violations.push(violation);
      order.say(violation);
    },
  };
  const last = await playToTheEnd(trial, moments);
  tally.runs += 1;
  tally.repeated += repeatsIn(eventsOf(scene.begun()));
  await checkSilence(trial);
  for (const fault of guarded(() => faultsAtEnd(model, scene, last))) trial.violate(fault);
  if (last === undefined) await checkNextRun(trial);
  if (faults === 0) scene.clear();
  return moments.length === 1 && last !== undefined ? last.took : model.took;
}

/** Gives the process that came to its end; undefined when it was killed with the last event on record. */
async function playToTheEnd(
  { model, scene, tally, next, violate }: Trial,
  moments: string[],
): Promise<Ended | undefined> {
  let kills = 1 + (next() < 0.5 ? Math.floor(next() * 3) : 0);
  let before: readonly RunEvent[] = [];
  for (;;) {
    const moment = kills > 0 ? momentIn(model, before.length > 0, next) : undefined;
    kills -= 1;
    const words = before.length === 0 ? startWords : resumeWords;
    if (moment !== undefined) moments.push(`${words[1]} ${moment.toFixed(1)}`);
    const ended = await scene.play(words, moment);
    const events = eventsOf(scene.begun());
    if (before.some((event, at) => JSON.stringify(event) !== JSON.stringify(events[at]))) {
      violate('what stood in the journal has changed');
    }
    if (ended.code !== null) {
      if (moment !== undefined) tally.tooLate += 1;
      return ended;
    }
    count(tally, model.shape.name, words === resumeWords, before, events);
    before = events;
    if (next() < 0.3) await checkSilence({ scene, tally, violate });
    if (events.at(-1)?.type === 'run.finished') return undefined;
    if (events.length === 0) await checkNothingToResume(scene, violate);
  }
}

/** How many tasks were started after their success. */
function repeatsIn(events: readonly RunEvent[]): number {
  const succeeded = new Set<string>();
  let repeats = 0;
  for (const event of events) {
    if (event.type === 'task.started' && succeeded.has(event.task)) repeats += 1;
    if (event.type === 'task.succeeded') succeeded.add(event.task);
  }
  return repeats;
}

/** Any moment of a run; what comes before its first event is a matter of loading the program, and gets a tenth. A resume has less to do. */
function momentIn({ begin, took }: Model, resumed: boolean, next: () => number): number {
  return next() < 0.1 ? next() * begin : begin + next() * (took - begin) * (resumed ? 0.7 : 1.05);
}

function guarded(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    return [String(error)];
  }
}

function count(
  tally: KillTally,
  shape: string,
  resumed: boolean,
  before: readonly RunEvent[],
  events: readonly RunEvent[],
): void {
  tally.kills += 1;
  tally.byShape[shape] = (tally.byShape[shape] ?? 0) + 1;
  if (resumed) tally.duringResume += 1;
  if (events.length === 0) tally.beforeBegin += 1;
  if (events.at(-1)?.type === 'run.finished' && events.length > before.length) tally.afterEnd += 1;
  tally.kept += events.filter(({ type }) => type === 'task.succeeded').length;
}

async function checkSilence({ scene, tally, violate }: Pick<Trial, 'scene' | 'tally' | 'violate'>): Promise<void> {
  const took = await scene.silence();
  if (took === undefined) violate('processes or temporary files are left after 5 s');
  else tally.longestSilence = Math.max(tally.longestSilence, took);
}

/** Killed before it began: there is nothing to go on with, and it says so. */
async function checkNothingToResume(scene: Scene, violate: (text: string) => void): Promise<void> {
  const { code, stderr } = await scene.play(resumeWords);
  if (code !== 4 || !/there are no runs here|had not begun/.test(stderr))
    violate(`resume of nothing: ${code} ${stderr}`);
}

/**
 * Killed with its last event on record: whoever asks for a success hears of it, the lock does not keep the next run out, and
 * that one clears away what was left.
 */
async function checkNextRun({ model, scene, violate }: Trial): Promise<void> {
  if (model.code === 0) {
    const { code, stdout } = await scene.play([...resumeWords, scene.begun()?.folder.split('/').at(-1) ?? '']);
    if (code !== 0 || stdout !== model.stdout)
      violate(`asked for its result: exit code ${code}, ${stdout.slice(0, 200)}`);
  }
  const { code, stderr } = await scene.play([...startWords, '--rehearse']);
  if (code !== 0) violate(`the next run ended with ${code}: ${stderr.slice(-300)}`);
  const left = readdirSync(scene.workspace, { recursive: true, encoding: 'utf8' });
  const stale = left.filter((path) => /^run\.lock|\.tmp$/.test(path));
  if (stale.length > 0) violate(`left after the next run: ${stale.join(', ')}`);
}
