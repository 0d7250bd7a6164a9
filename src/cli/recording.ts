// Recordings as commands meet them: a run goes into one, and one is read as if it were a run.

import { once } from 'node:events';
import { createWriteStream, mkdtempSync, realpathSync, renameSync, rmSync, statSync, type WriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { makePrivacy, type Privacy } from '../run/privacy.ts';
import { readWhole, removeTemporary, temporaryName } from '../workspace/ordinary.ts';
import { recordingVersion } from '../workspace/recording-form.ts';
import { isRecording, RecordingFault, type UnpackedRecording, unpackRecording } from '../workspace/recording-reader.ts';
import { planIn, type Recorded, type Sink, writeRecording } from '../workspace/recording-writer.ts';
import { exit, exitOf, type Io, Refusal, type Signal } from './command.ts';
import { privateFacts } from './private-facts.ts';
import { nameFor, type Project } from './project.ts';
import type { FoundRun } from './runs.ts';
import { version } from './version.ts';

/** Writes a run into one file, or to standard output; tells what it holds, and what was taken out. */
export async function exportRecording(
  project: Project,
  run: FoundRun,
  how: { readonly redacted: boolean; readonly output: string | undefined },
  io: Io,
): Promise<void> {
  const privacy = how.redacted ? privacyOf(project, run, io) : undefined;
  const orchestra = privacy?.name(run.orchestra) ?? run.orchestra;
  const head = { recording: recordingVersion, super: version, run: run.id, orchestra, redacted: how.redacted } as const;
  let signal: Signal | undefined;
  const forget = io.onSignal((which) => {
    signal = which;
  });
  const goOn = () => {
    if (signal !== undefined) throw new Refusal(exitOf(signal), 'stopped: nothing was written');
  };
  try {
    const write = (sink: Sink) => writeRecording(run.layout, head, privacy, sink, goOn);
    const path = how.output === undefined ? undefined : resolve(io.cwd, how.output);
    const recorded =
      path === undefined ? await write((bytes) => io.stdout.writeBytes(bytes)) : await intoFile(path, write);
    const place = path === undefined ? '' : `wrote ${nameFor(project, path)}: `;
    io.stderr.write(`${place}${summaryOf(recorded, run, privacy)}`);
  } finally {
    forget();
  }
}

function privacyOf(project: Project, { layout }: FoundRun, io: Io): Privacy {
  const plan = planIn(readWhole(layout.plan));
  return makePrivacy(privateFacts(project, layout, plan, io), plan);
}

/** Writes a file, whole or not at all; compressed where its name says so. What is no ordinary file is written to as it is. */
async function intoFile<T>(path: string, write: (sink: Sink) => Promise<T>): Promise<T> {
  const facts = statSync(path, { throwIfNoEntry: false });
  const target = facts === undefined ? path : realpathSync(path);
  const temporary = facts === undefined || facts.isFile() ? temporaryName(target) : undefined;
  try {
    const file = createWriteStream(temporary ?? target, { flags: temporary === undefined ? 'w' : 'wx' });
    const result = await through(file, path.endsWith('.gz'), write);
    if (temporary !== undefined) renameSync(temporary, target);
    return result;
  } catch (error) {
    if (temporary !== undefined) removeTemporary(temporary);
    throw error;
  }
}

async function through<T>(file: WriteStream, compressed: boolean, write: (sink: Sink) => Promise<T>): Promise<T> {
  const { finished, pipeline } = await import('node:stream/promises');
  const gzip = compressed ? (await import('node:zlib')).createGzip() : undefined;
  const entry: Writable = gzip ?? file;
  const done = gzip === undefined ? finished(file) : pipeline(gzip, file);
  done.catch(() => {}); // told below
  try {
    const result = await write(async (bytes) => {
      if (!entry.write(bytes)) await Promise.race([once(entry, 'drain'), done]);
    });
    entry.end();
    await done;
    return result;
  } catch (error) {
    entry.destroy();
    file.destroy();
    throw error;
  }
}

function summaryOf({ files, bytes, held, cut }: Recorded, run: FoundRun, privacy: Privacy | undefined): string {
  const middle = cut === 0 ? '' : `; ${counted(cut, 'long file')} without ${cut === 1 ? 'its' : 'their'} middle`;
  const first = `run ${run.id} in ${counted(files, 'file')}, ${Math.ceil(bytes / 1000).toLocaleString('en-US')} kB${middle}\n`;
  const kept = [
    counted(held.get('prompt.md') ?? 0, 'prompt'),
    counted(held.get('outputs') ?? 0, 'output'),
    counted(held.get('transcript.jsonl') ?? 0, 'transcript'),
    counted((held.get('stdout.log') ?? 0) + (held.get('stderr.log') ?? 0), 'log'),
  ].join(', ');
  if (privacy === undefined) {
    return `${first}it holds ${kept}, and whatever is private in them; --redacted takes out what can be told by its form\n`;
  }
  const taken = [...privacy.counts].map(([kind, count]) => counted(count, kind)).join(', ');
  return `${first}taken out: ${taken || 'nothing'}\nit still holds what agents were told and what they said, ${kept}: look at it before you attach it\n`;
}

function counted(count: number, thing: string): string {
  const [first = '', ...rest] = thing.split(' ');
  const several = thing === 'e-mail address' ? 'e-mail addresses' : [`${first}s`, ...rest].join(' ');
  return `${count.toLocaleString('en-US')} ${count === 1 ? thing : several}`;
}

/** Whether a word of a command line names a recording. */
export function namesRecording(word: string, cwd: string): boolean {
  try {
    return isRecording(realpathSync(resolve(cwd, word)));
  } catch {
    return false; // there is no such file
  }
}

/** Does something with a recording as if it were the only run of a workspace, which is gone afterwards. */
export async function withRecording<T>(
  word: string,
  cwd: string,
  use: (unpacked: UnpackedRecording) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'super-recording-'));
  try {
    return await use(await unpackRecording(realpathSync(resolve(cwd, word)), folder));
  } catch (error) {
    if (!(error instanceof RecordingFault)) throw error;
    throw new Refusal(
      exit.invalid,
      error.message,
      'ask for it again: super runs export <run> --redacted -o run.json.gz',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
