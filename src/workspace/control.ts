// How another terminal speaks with a live run: a request is a file in <run>/control/, and its answer stands beside it.
import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskName } from '../schema/types.gen.ts';
import type { RunLayout } from './layout.ts';
import { readSome, writeWhole } from './ordinary.ts';

/** What can be asked of a live run. */
export type ControlRequest =
  | { readonly type: 'pause'; readonly freeze: boolean }
  | { readonly type: 'unpause' }
  | { readonly type: 'cancel'; readonly task: TaskName };

/** Why a request was not done; undefined when it was. */
export type ControlAnswer = { readonly refused?: string };

/** Who can do what is asked. */
export interface Controlled {
  pause(freeze: boolean): string | undefined;
  unpause(): string | undefined;
  cancel(task: TaskName, because: string): string | undefined;
}

/** How often requests are looked for, in milliseconds. */
const interval = 200;

/** Does what is asked of a run until it is closed. */
export function watchControl(layout: RunLayout, run: Controlled): { close(): void } {
  const look = () => {
    const files = filesIn(layout.control);
    // Nobody waits any more for what was asked long ago, as before a kill -9: it must not be done now.
    for (const name of files.filter(isStale)) remove(join(layout.control, name));
    for (const name of files.filter(isRequest)) if (!isStale(name)) serve(join(layout.control, name), run);
  };
  const timer = setInterval(look, interval);
  timer.unref();
  return {
    close() {
      clearInterval(timer);
      for (const name of filesIn(layout.control).filter(isRequest)) {
        answer(join(layout.control, name), { refused: 'the run has just ended' });
      }
    },
  };
}

/** How requests, answers and what is on its way to be one are called. */
const ours = /^\d+-[0-9a-z]+\.(?:request|answer)(?:\.[0-9a-z]+\.tmp)?$/;

/** Files of ours only: what else agents may have put there is left alone. A link in place of the folder is not followed. */
function filesIn(folder: string): string[] {
  try {
    if (!lstatSync(folder).isDirectory()) return [];
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() && ours.test(entry.name) ? [entry.name] : []));
  } catch {
    return []; // nobody has asked for anything yet
  }
}

function isRequest(name: string): boolean {
  return name.endsWith('.request');
}

/** Longest time, in milliseconds, that anybody waits for an answer. */
const longestPatience = 10_000;

/** Names begin with the time at which was asked. */
function isStale(name: string): boolean {
  const asked = Number(/^(\d+)-/.exec(name)?.[1] ?? 0);
  return Math.abs(Date.now() - asked) > longestPatience;
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A folder that was closed to us.
  }
}

function serve(path: string, run: Controlled): void {
  const request = requestIn(readObject(path));
  const refused = request === undefined ? 'the request cannot be read' : act(request, run);
  answer(path, refused === undefined ? {} : { refused });
}

/** Anybody who can write the file may have written it: what it holds is believed as far as it is text. */
function requestIn(found: object | undefined): ControlRequest | undefined {
  const { type, task, freeze } = (found ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || (type === 'cancel' && typeof task !== 'string')) return undefined;
  return { type, task, freeze: freeze === true } as ControlRequest;
}

function act(request: ControlRequest, run: Controlled): string | undefined {
  switch (request.type) {
    case 'pause':
      return run.pause(request.freeze);
    case 'unpause':
      return run.unpause();
    case 'cancel':
      return run.cancel(request.task, 'cancelled by a person');
    default:
      return `this version does not know how to "${(request satisfies never as { type: string }).type}"`;
  }
}

/** A request that was answered is gone; who asked takes the answer away. */
function answer(path: string, content: ControlAnswer): void {
  try {
    writeWhole(path.replace(/request$/, 'answer'), JSON.stringify(content));
    rmSync(path, { force: true });
  } catch {
    // Who asked hears nothing and says so; the run goes on.
  }
}

const longest = 65_536;

/** The map that a file holds; undefined for anything else. */
function readObject(path: string): object | undefined {
  try {
    const value: unknown = JSON.parse(readSome(path, 0, longest).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Asks a live run for something; undefined when it does not answer in time, at most ten seconds. */
export async function askRun(
  layout: RunLayout,
  request: ControlRequest,
  patience: number,
): Promise<ControlAnswer | undefined> {
  makeFolder(layout.control);
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const path = join(layout.control, `${id}.request`);
  const reply = join(layout.control, `${id}.answer`);
  writeWhole(path, JSON.stringify(request));
  try {
    for (const until = Date.now() + patience; Date.now() < until; await sleep(25)) {
      const found = readObject(reply);
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    rmSync(path, { force: true });
    rmSync(reply, { force: true });
    removeEmpty(layout.control);
  }
}

/** Throws what the system says when a link stands there: nothing is written through it. */
function makeFolder(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) mkdirSync(folder);
}

const stopName = 'stop';

/** Leaves word that a signal which is about to come is a stop from another terminal; gives what takes the word away again. */
export function announceStop(layout: RunLayout): () => void {
  const path = join(layout.control, stopName);
  try {
    makeFolder(layout.control);
    writeWhole(path, '');
  } catch {
    return () => {}; // the signal works without; only its sender stays unknown
  }
  return () => {
    remove(path);
    removeEmpty(layout.control);
  };
}

/** Whether a stop from another terminal was announced just now. */
export function isStopAnnounced({ control }: RunLayout): boolean {
  try {
    const facts = lstatSync(join(control, stopName));
    return facts.isFile() && Math.abs(Date.now() - facts.mtimeMs) < longestPatience;
  } catch {
    return false; // nothing is there, or nothing that may be seen
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else asks for something at the same time.
  }
}
