// The files of an attempt: made before it starts, gathered after it ended. Memory does not grow with large ones.
import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptFiles, AttemptOrder, ContextItem, PreparedAttempt } from '../run/ports.ts';
import { buildPrompt, type ContextExcerpt, excerptLimit, fillPlaceholders } from '../run/prompt.ts';
import type { Redactor } from '../run/redaction/redact.ts';
import type { Output, TaskName } from '../schema/types.gen.ts';
import { copyLarge, copyWhole, smallFile } from './copied.ts';
import { sha256 } from './digest.ts';
import { outputPath, type RunLayout } from './layout.ts';
import { expectFolder, ordinarySize, readSome, temporaryName, writeWhole } from './ordinary.ts';
import { redactFile } from './redacted-file.ts';

/** Most bytes of all received outputs together that stand in a prompt. */
const promptBudget = 524_288;

/** What the file is called in which an agent may leave its output. */
export const outputName = 'output.txt';

/** What the file is called in which an adapter leaves its agent's answer. */
export const answerName = 'answer.txt';

/** Makes the folder of an attempt with its prompt and its received outputs. */
export async function prepareAttempt(
  layout: RunLayout,
  order: AttemptOrder,
  redactor?: Redactor,
): Promise<PreparedAttempt> {
  const { name } = order.task;
  const parent = join(layout.attempts, name);
  const folder = join(parent, String(order.attempt));
  expectFolder(layout.attempts);
  makeAttemptFolder(parent, folder, order.attempt === 1);
  const context = order.context.length > 0 ? join(folder, 'context') : layout.noContext;
  const excerpts = order.context.length > 0 ? await handOver(layout, order.context, context) : [];
  const values = { goal: order.goal, task: name, run_id: order.run, workspace: layout.folder };
  const description = fillPlaceholders(order.task.description, values).trim();
  const built = buildPrompt(order, description, excerpts, unguessable);
  const prompt = redactor?.text(built) ?? built;
  const promptFile = prompt === '' ? undefined : join(folder, 'prompt.md');
  if (promptFile !== undefined) writeFileSync(promptFile, prompt);
  return {
    description,
    prompt,
    files: {
      folder,
      prompt: promptFile,
      context,
      stdout: join(folder, 'stdout.log'),
      stderr: join(folder, 'stderr.log'),
      transcript: join(folder, 'transcript.jsonl'),
      output: join(folder, outputName),
      answer: join(folder, answerName),
    },
  };
}

/** A folder of that number is there when the journal lost the last it knew, with the power: it is kept beside the new one. */
function makeAttemptFolder(parent: string, folder: string, first: boolean): void {
  try {
    if (first) mkdirSync(parent);
    else expectFolder(parent);
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    if (lstatSync(parent, { throwIfNoEntry: false })?.isDirectory() === false)
      renameSync(parent, temporaryName(parent));
    mkdirSync(parent, { recursive: true });
    if (existsSync(folder)) renameSync(folder, temporaryName(folder));
    mkdirSync(folder);
  }
}

/** A word that no text can hold by chance or by intent. */
function unguessable(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('hex');
}

/** Copies received outputs into the attempt's context folder, read-only, and reads what of them a prompt can take. */
async function handOver(layout: RunLayout, items: readonly ContextItem[], folder: string): Promise<ContextExcerpt[]> {
  mkdirSync(folder);
  const limit = Math.max(1024, Math.min(excerptLimit, Math.floor(promptBudget / Math.max(1, items.length))));
  const excerpts: ContextExcerpt[] = [];
  for (const { task, output } of items) {
    const source = join(layout.folder, output.path);
    const path = join(folder, `${task}.txt`);
    const about = { task, path, bytes: output.bytes };
    if (output.bytes <= smallFile) {
      const data = readSome(source, 0, output.bytes);
      writeFileSync(path, data, { mode: 0o444 });
      excerpts.push({
        ...about,
        ...excerpt(output.bytes, limit, (from, length) => data.subarray(from, from + length)),
      });
    } else {
      await copyLarge(source, path);
      chmodSync(path, 0o444);
      excerpts.push({ ...about, ...excerpt(output.bytes, limit, (from, length) => readSome(path, from, length)) });
    }
  }
  return excerpts;
}

/** All of an output, or its beginning and end, as text. */
function excerpt(
  bytes: number,
  limit: number,
  read: (from: number, length: number) => Buffer,
): { text: string; shortened: boolean } {
  if (bytes <= limit) return { text: read(0, bytes).toString('utf8'), shortened: false };
  const head = Math.floor(limit * 0.75);
  const tail = limit - head;
  // A character that the cut went through becomes a replacement character, which goes.
  const start = read(0, head)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  const end = read(bytes - tail, tail)
    .toString('utf8')
    .replace(/^\uFFFD+/, '');
  return { text: `${start}\n[... ${bytes - limit} bytes left out ...]\n${end}`, shortened: true };
}

/** Takes the values of secrets out of what the agent itself wrote or said. Nothing of the attempt may run any more. */
export async function sealAttempt(files: AttemptFiles, redactor: Redactor | undefined): Promise<void> {
  if (redactor === undefined) return;
  await redactFile(files.output, redactor);
  await redactFile(files.answer, redactor);
}

/** A gathered output; `text` where it is no longer than `readLimit` bytes. */
export interface GatheredOutput {
  readonly output: Output;
  readonly text?: string;
}

/** Records a task's output: the file that the agent wrote for it, else its answer, else its standard output. */
export async function gatherOutput(
  layout: RunLayout,
  task: TaskName,
  files: AttemptFiles,
  readLimit: number,
): Promise<GatheredOutput> {
  const path = outputPath(task);
  const source = sourceOf(files);
  const data = readSmall(source);
  if (data === undefined) return gatherLarge(layout, path, source, readLimit);
  return { output: store(layout, path, data), ...(data.length <= readLimit && { text: data.toString('utf8') }) };
}

function sourceOf({ output, answer, stdout }: AttemptFiles): string {
  const written = ordinarySize(output);
  if (written !== undefined && written > 0) return output;
  if (ordinarySize(answer) !== undefined) return answer;
  return written === undefined ? stdout : output;
}

async function gatherLarge(
  layout: RunLayout,
  path: string,
  source: string,
  readLimit: number,
): Promise<GatheredOutput> {
  const target = join(layout.folder, path);
  expectFolder(layout.outputs);
  const digest = await copyWhole(source, target);
  const text = digest.bytes <= readLimit ? { text: readSome(target, 0, digest.bytes).toString('utf8') } : {};
  return { output: { path, ...digest }, ...text };
}

const emptyHash = sha256(new Uint8Array());

function store(layout: RunLayout, path: string, data: Buffer): Output {
  const target = join(layout.folder, path);
  expectFolder(layout.outputs);
  if (data.length > 0 || !makeEmpty(target)) writeWhole(target, data);
  return { path, bytes: data.length, sha256: data.length === 0 ? emptyHash : sha256(data) };
}

/** The usual case of a task that says nothing, in fewer calls; false where something is there already. */
function makeEmpty(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const nothing = Buffer.alloc(0);

/** A file's content; nothing where there is no ordinary file; undefined where it is too large to be read in one go. */
function readSmall(path: string): Buffer | undefined {
  const size = ordinarySize(path);
  if (size === undefined || size === 0) return nothing;
  return size > smallFile ? undefined : readSome(path, 0, size);
}

/** Most bytes of the end of a log that are shown. */
const longestEnd = 8192;

/** The end of a log from where a line begins, or else a word: half of a word may be half of a key, which no pattern knows. */
function endOf(path: string, size: number): Buffer {
  if (size <= longestEnd) return readSome(path, 0, size);
  const bytes = readSome(path, size - longestEnd, longestEnd);
  const text = bytes.toString('latin1');
  const [before] = /^.{0,4096}?\n/s.exec(text) ?? /^[^ \t]{0,4096}[ \t]/.exec(text) ?? [''];
  return bytes.subarray(before.length);
}

/** What stands in the output file of a task that failed: the error and the end of its log. */
export function recordFailure(
  layout: RunLayout,
  task: TaskName,
  files: AttemptFiles | undefined,
  message: string,
): void {
  const parts = [`${task} failed: ${message}`];
  for (const [name, path] of files === undefined
    ? []
    : ([
        ['stderr', files.stderr],
        ['stdout', files.stdout],
      ] as const)) {
    const size = ordinarySize(path) ?? 0;
    if (size === 0) continue;
    parts.push(`--- end of ${name} ---\n${endOf(path, size).toString('utf8').trimEnd()}`);
  }
  store(layout, outputPath(task), Buffer.from(`${parts.join('\n\n')}\n`));
}
