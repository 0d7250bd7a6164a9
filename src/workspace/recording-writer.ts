// Writes a run into one file. The journal comes last of the files: it tells sizes and digests of outputs, and those are known
// when they have been written.
import { closeSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Privacy } from '../run/redaction/privacy.ts';
import { validate as validPlan } from '../schema/plan.gen.js';
import type { Output, Plan, TaskName } from '../schema/types.gen.ts';
import { withoutEnvValues } from '../spec/env-values.ts';
import { startSha256 } from './digest.ts';
import { foldersIn, namesIn } from './entries.ts';
import { outputPath, type RunLayout } from './layout.ts';
import { openOrdinary, ordinarySize, readWhole } from './ordinary.ts';
import {
  attemptFile,
  attemptFiles,
  isAttempt,
  isPlaybook,
  isTaskName,
  type RecordingEnd,
  type RecordingHead,
  resultFile,
} from './recording-form.ts';
import { carriedJournal } from './recording-journal.ts';
import { cutting, parting, type Step } from './recording-parts.ts';

/** Where a recording goes. It may resolve when its reader has taken what it was given. */
export type Sink = (bytes: Uint8Array) => Promise<void>;

/** What went into a recording. */
export interface Recorded {
  readonly files: number;
  /** How many files with something in them there are of each name; outputs of tasks are all called `outputs`. */
  readonly held: ReadonlyMap<string, number>;
  /** Files of which the middle was left out. */
  readonly cut: number;
  /** Bytes that were given to the sink. */
  readonly bytes: number;
}

/** Bytes that are read, or written, at once. */
const stretch = 262_144;

/** Writes a run, without what is private where there is a `privacy`. `goOn` is asked before each file, and may throw. */
export async function writeRecording(
  layout: RunLayout,
  head: RecordingHead,
  privacy: Privacy | undefined,
  sink: Sink,
  goOn: () => void = () => {},
): Promise<Recorded> {
  // What happens from here on, in a run that goes on, is not told.
  const journalBytes = ordinarySize(layout.journal) ?? 0;
  const lines = lineWriter(sink);
  const packer = packing(lines, privacy);
  await lines.write(head);
  for (const file of filesOf(layout, privacy)) {
    goOn();
    if (ordinarySize(file.path) !== undefined) await packer.file(file);
  }
  await packer.journal(layout.journal, journalBytes);
  const taken = privacy === undefined ? {} : { taken_out: Object.fromEntries(privacy.counts) };
  await lines.write({ end: true, files: packer.facts.files, ...taken } satisfies RecordingEnd);
  await lines.flush();
  return { ...packer.facts, bytes: lines.bytes };
}

interface Carried {
  /** Name in the recording. */
  readonly file: string;
  readonly path: string;
  /** What is special about its content. */
  readonly as: 'plan' | 'yaml' | 'output' | 'log';
}

/** The files of a run that are carried, but for its journal, in the order of the recording. */
function* filesOf(layout: RunLayout, privacy: Privacy | undefined): Iterable<Carried> {
  const nameOf = (task: string) => privacy?.name(task) ?? task;
  yield { file: 'plan.json', path: layout.plan, as: 'plan' };
  yield { file: 'orchestra.yaml', path: layout.orchestra, as: 'yaml' };
  const playbooks = new Set<string>();
  for (const name of namesIn(layout.agents).filter(isPlaybook).sort()) {
    const file = `agents/${privacy === undefined ? name : freeName(privacy.fileName(name), playbooks)}`;
    yield { file, path: join(layout.agents, name), as: 'yaml' };
  }
  for (const task of foldersIn(layout.attempts).filter(isTaskName).sort()) {
    const folder = join(layout.attempts, task);
    for (const number of foldersIn(folder)
      .filter(isAttempt)
      .sort((one, other) => Number(one) - Number(other))) {
      for (const name of attemptFiles) {
        yield { file: attemptFile(nameOf(task), number, name), path: join(folder, number, name), as: 'log' };
      }
    }
  }
  for (const task of namesIn(layout.outputs).flatMap(taskOfOutput).sort()) {
    yield { file: outputPath(nameOf(task) as TaskName), path: join(layout.folder, outputPath(task)), as: 'output' };
  }
  yield { file: resultFile, path: layout.result, as: 'log' };
}

/** A name that no other has got. */
function freeName(name: string, taken: Set<string>): string {
  const base = isPlaybook(name) ? name : 'playbook.yaml';
  let free = base;
  for (let number = 2; taken.has(free); number += 1) free = `${number}_${base}`;
  taken.add(free);
  return free;
}

function taskOfOutput(name: string): TaskName[] {
  const task = /^(.+)_output\.txt$/.exec(name)?.[1] ?? '';
  return isTaskName(task) ? [task] : [];
}

/** Writes lines, many at once. */
function lineWriter(sink: Sink) {
  let pending: string[] = [];
  let waiting = 0;
  let bytes = 0;
  const flush = async () => {
    const data = Buffer.from(pending.join(''));
    pending = [];
    waiting = 0;
    bytes += data.length;
    if (data.length > 0) await sink(data);
  };
  const put = (line: object) => {
    const text = `${JSON.stringify(line)}\n`;
    pending.push(text);
    waiting += text.length;
  };
  const room = async () => void (waiting >= stretch && (await flush()));
  const write = (line: object) => {
    put(line);
    return room();
  };
  return {
    flush,
    put,
    /** Resolves when there is room for more. */
    room,
    write,
    get bytes() {
      return bytes;
    },
  };
}

/** Passes bytes on as they are. */
const same: Step & { readonly cut: number } = { push: (chunk) => chunk, end: () => new Uint8Array(), cut: 0 };

function packing(lines: ReturnType<typeof lineWriter>, privacy: Privacy | undefined) {
  const held = new Map<string, number>();
  const facts = { files: 0, held, cut: 0 };
  const digests = new Map<string, Omit<Output, 'path'>>();

  /** Writes a file whose content comes in chunks; gives its size and digest as it is carried. */
  const pack = async (file: string, chunks: Iterable<Uint8Array>, clean: Step, short = same) => {
    const digest = startSha256();
    let bytes = 0;
    const parts = parting(file, lines.put);
    const give = (chunk: Uint8Array) => {
      digest.update(chunk);
      bytes += chunk.length;
      parts.push(chunk);
      return lines.room();
    };
    for (const chunk of chunks) await give(short.push(clean.push(chunk)));
    await give(short.push(clean.end()));
    await give(short.end());
    parts.end(short.cut);
    await lines.room();
    facts.files += 1;
    facts.cut += short.cut > 0 ? 1 : 0;
    const name = file.startsWith('task_outputs/') ? 'outputs' : basename(file);
    if (bytes > 0) held.set(name, (held.get(name) ?? 0) + 1);
    return { bytes, sha256: digest.digest('hex') };
  };

  /** Notes as what a file is carried that the journal knows by its digest. */
  const carry = async (path: string, packed: () => Promise<Omit<Output, 'path'>>) => {
    digests.set(await digestOf(path), await packed());
  };
  const cleaning = () => privacy?.redactor.open() ?? same;
  /** A file of which all is carried, and what still cleans it. */
  const whole = (path: string, as: Carried['as']): { readonly chunks: Iterable<Uint8Array>; readonly clean: Step } => {
    if (privacy === undefined) return { chunks: chunksOf(path), clean: same };
    const data = readWhole(path);
    const plan = as === 'plan' ? planIn(data) : undefined;
    // A plan is cleaned member by member, so that it still is one.
    if (plan !== undefined) return { chunks: [Buffer.from(JSON.stringify(privacy.plan(plan)))], clean: same };
    const text = withoutEnvValues(data.toString('utf8'), privacy.envValue);
    return { chunks: [Buffer.from(text)], clean: cleaning() };
  };
  return {
    facts,
    async file({ file, path, as }: Carried) {
      if (as === 'log') return void (await pack(file, chunksOf(path), cleaning(), cutting()));
      if (as === 'output') return carry(path, () => pack(file, chunksOf(path), cleaning(), cutting()));
      const { chunks, clean } = whole(path, as);
      await carry(path, () => pack(file, chunks, clean));
    },
    async journal(path: string, bytes: number) {
      await pack('events.jsonl', carriedJournal(chunksOf(path, bytes), digests, privacy), same);
    },
  };
}

/** The plan of a run as it was written; undefined where it is none, as in a damaged run. */
export function planIn(data: Uint8Array): Plan | undefined {
  try {
    const plan: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    return validPlan(plan) ? (plan as Plan) : undefined;
  } catch {
    return undefined;
  }
}

async function digestOf(path: string): Promise<string> {
  const digest = startSha256();
  for (const chunk of chunksOf(path)) digest.update(chunk);
  return digest.digest('hex');
}

/** The content of an ordinary file, at most so many bytes of it. A chunk lasts until the next. */
function* chunksOf(path: string, most = Number.POSITIVE_INFINITY): Iterable<Uint8Array> {
  const { fd, size } = openOrdinary(path);
  try {
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(stretch, size, most)));
    for (let left = most; left > 0; ) {
      const read = readSync(fd, buffer, 0, Math.min(buffer.length, left), null);
      if (read === 0) return;
      left -= read;
      yield buffer.subarray(0, read);
    }
  } finally {
    closeSync(fd);
  }
}
