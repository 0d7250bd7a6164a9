// Stands for process-io.ts in what is built: the same program, as a script that takes along what V8 made of it before.
// Node's own compile cache holds what is compiled while a file loads; of the functions that a command calls, hardly any.
import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type { runProcess as runProgram } from './process-io.ts';

/** Digest of the program's text, put here when it is built: V8 would only compare lengths. */
declare const programDigest: string;

/** Code that V8 made of the program, and in which uses of it. */
interface Compiled {
  readonly code: Buffer;
  readonly uses: readonly string[];
}

/** How long, in seconds, V8 certainly keeps code that is not called again. */
const keepsCode = 20;

// Beside the program: a folder for temporary files belongs to everybody.
const folder = join(__dirname, 'cache');
const filename = join(__dirname, 'program.cjs');
const file = join(folder, `${programDigest}-${process.version}-${process.arch}`);

/** Runs the command line of this process as the program does; keeps the code of a use that is new. */
export async function runProcess(): Promise<void> {
  const { script, uses } = load();
  const program = { exports: {} as { readonly runProcess: typeof runProgram }, filename };
  script.runInThisContext()(program);
  const use = await program.exports.runProcess();
  if (process.uptime() < keepsCode) {
    if (uses?.includes(use) !== true) keep(script, [...(uses ?? []), use]);
  } else if (uses === undefined) keep(script, []);
}

/** The program, and the uses whose code came with it; none where V8 begins anew. Apart, so that a long run does not hold the bytes. */
function load(): { readonly script: Script; readonly uses: readonly string[] | undefined } {
  const kept = readKept();
  // The build sees to it that the text is ASCII, which is read fastest in this way.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: kept?.code });
  return { script, uses: script.cachedDataRejected === true ? undefined : kept?.uses };
}

/** What was kept; nothing where it is damaged. V8 would crash on that: it is kept twice because to compare is faster than a checksum. */
function readKept(): Compiled | undefined {
  try {
    const bytes = readFileSync(file);
    const end = bytes.lastIndexOf('\n');
    const code = bytes.subarray(0, end / 2);
    return code.equals(bytes.subarray(end / 2, end))
      ? { code, uses: JSON.parse(bytes.toString('utf8', end)) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Where nothing can be written, nothing is kept: the program works without. */
function keep(script: Script, uses: readonly string[]): void {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    const descriptor = openSync(temporary, 'wx');
    try {
      const code = script.createCachedData();
      for (const part of [code, code, `\n${JSON.stringify(uses)}`]) writeFileSync(descriptor, part);
      fdatasyncSync(descriptor);
      renameSync(temporary, file);
    } catch {
      unlinkSync(temporary);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // A folder of somebody else.
  }
}
