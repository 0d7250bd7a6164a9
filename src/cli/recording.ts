// Recordings as commands meet them: a run goes into one file, and comes out of it as a folder.
import { once } from 'node:events';
import {
  chmodSync,
  createWriteStream,
  existsSync,
  lstatSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { tellOn } from '../reporters/wrap.ts';
import { makePrivacy, type Privacy } from '../run/redaction/privacy.ts';
import { ordinarySize, readWhole, removeTemporary, temporaryName } from '../workspace/ordinary.ts';
import { recordingVersion } from '../workspace/recording-form.ts';
import { RecordingFault, type UnpackedRecording, unpackRecording } from '../workspace/recording-reader.ts';
import { planIn, type Recorded, type Sink, writeRecording } from '../workspace/recording-writer.ts';
import { exit, exitOf, type Io, Refusal, type Signal, setupFault, usageFault } from './command.ts';
import { nameFor, orRefuse } from './paths.ts';
import { namesLeft, privateFacts } from './private-facts.ts';
import type { Project } from './project.ts';
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
    if (signal !== undefined) throw new Refusal(exitOf(signal), 'stopped before the recording was whole');
  };
  try {
    const write = (sink: Sink) => writeRecording(run.layout, head, privacy, sink, goOn);
    const path = how.output === undefined ? undefined : resolve(io.cwd, how.output);
    const recorded =
      path === undefined ? await write((bytes) => io.stdout.writeBytes(bytes)) : await intoFile(path, write);
    const place = path === undefined ? '' : `wrote ${nameFor(project, path)}: `;
    tellOn(io.stderr, `${place}${summaryOf(recorded, run, privacy, namesLeft(io))}`);
    if (run.holder !== undefined) {
      tellOn(io.stderr, `super: note: run ${run.id} is still going on: the recording ends here\n`);
    }
  } finally {
    forget();
  }
}

function privacyOf(project: Project, { layout }: FoundRun, io: Io): Privacy {
  const plan = ordinarySize(layout.plan) === undefined ? undefined : planIn(readWhole(layout.plan));
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

/** `left`: names that are as they were. */
function summaryOf(
  { files, bytes, held, cut }: Recorded,
  run: FoundRun,
  privacy: Privacy | undefined,
  left: readonly string[],
): string {
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
  const common = left.length === 0 ? '' : `${left.join(', ')}, too common to be told apart; `;
  return `${first}taken out: ${taken || 'nothing'}\nleft: ${common}IP addresses\nit still holds what agents were told and what they said, ${kept}: look at it before you attach it\n`;
}

function counted(count: number, thing: string): string {
  const [first = '', ...rest] = thing.split(' ');
  const several = thing === 'e-mail address' ? 'e-mail addresses' : [`${first}s`, ...rest].join(' ');
  return `${count.toLocaleString('en-US')} ${count === 1 ? thing : several}`;
}

/** Unpacks a recording into a new folder, named after its run where nothing else is asked for. */
export async function unpackTo(project: Project, word: string, asked: string | undefined) {
  const path = realpathOf(resolve(project.cwd, word), word);
  const folder = asked === undefined ? undefined : resolve(project.cwd, asked);
  if (folder !== undefined && `${folder}/`.startsWith(`${join(project.root, 'orchestra_workspaces')}/`)) {
    throw usageFault(
      `${asked} is where runs of this project are kept`,
      'a resume would find it there: name another folder',
    );
  }
  if (folder !== undefined && lstatSync(folder, { throwIfNoEntry: false }) !== undefined) {
    throw usageFault(`${asked} is there already`, 'name a folder that is not');
  }
  const temporary = mkdtempSync(join(dirname(folder ?? project.cwd), '.unpacked-'));
  try {
    const { head, files } = await unpacked(path, word, temporary);
    const target = folder ?? join(project.cwd, head.run);
    if (existsSync(target)) throw usageFault(`${nameFor(project, target)} is there already`, 'name another folder');
    chmodSync(temporary, 0o755);
    renameSync(temporary, target);
    return { folder: target, head, files };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Unpacks a recording to where nobody else looks; `remove` takes that away. */
export async function unpackAside(project: Project, word: string) {
  const path = realpathOf(resolve(project.cwd, word), word);
  const folder = mkdtempSync(join(tmpdir(), 'super-recording-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return { ...(await unpacked(path, word, folder)), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Unpacks a recording; what is wrong with it is told with the name that people gave. */
async function unpacked(path: string, word: string, folder: string): Promise<UnpackedRecording> {
  try {
    return await unpackRecording(path, folder);
  } catch (error) {
    if (!(error instanceof RecordingFault)) throw error;
    const hint = 'who has the run can write it once more: super runs export --redacted -o run.json.gz';
    throw new Refusal(exit.invalid, `${word}:${error.line}: ${error.why}`, hint);
  }
}

function realpathOf(path: string, word: string): string {
  const real = orRefuse(word, () => realpathSync(path));
  if (statSync(real).isFile()) return real;
  throw setupFault(`${word} is no file`, 'a recording is written by super runs export --redacted -o run.json.gz');
}
