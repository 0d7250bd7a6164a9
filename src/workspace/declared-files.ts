// Files of the project that tasks say they depend on, by patterns: which there are, and their digests. Nothing here holds up
// the program: folders and files are read beside it.
import { constants, type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { sha256 } from './digest.ts';

/** Where patterns are looked for. */
export interface Declared {
  /** The project's root, by which files are named. */
  readonly root: string;
  /** The folder that patterns are relative to. */
  readonly folder: string;
  readonly patterns: readonly string[];
  /** Folders that no wildcard leads into: runs are written there. */
  readonly apart: ReadonlySet<string>;
}

/** What was found by patterns. */
interface DeclaredFiles {
  /** Digests of the files, by their names as seen from the root, in the order of the names. */
  readonly digests: ReadonlyMap<string, string>;
  /** Patterns that no file matches. */
  readonly unmatched: readonly string[];
}

/** Reads files that are declared. */
export interface FileReader {
  read(declared: Declared): Promise<DeclaredFiles>;
  /** Digest of a file; undefined where there is no ordinary one. */
  digest(path: string): Promise<string | undefined>;
  /** Ends what is under way: it rejects. */
  close(): void;
}

/** Says that nobody waits for what was being read. */
class Closed extends Error {
  readonly syscall = 'read';
  readonly code = 'ECANCELED';
}

/** Most files that are read at once. */
const atOnce = 16;
/** Content up to this size is hashed in one go: it takes a millisecond. */
const oneGo = 1_048_576;
/** A file that changed so short a time ago, in milliseconds, may change once more without its times telling. */
const fresh = 1000;

/** Opens a reader, which knows the files that have not changed since it read them. */
export function openFileReader(): FileReader {
  const known = new Map<string, { readonly stamp: string; readonly digest: string }>();
  let closed = false;
  const goOn = () => {
    if (closed) throw new Closed('the run is ending');
  };

  const digestOf = async (path: string): Promise<string | undefined> => {
    goOn();
    const before = known.get(path);
    if (before !== undefined && before.stamp === stampOf(await orNothing(stat(path)))) return before.digest;
    const handle = await orNothing(open(path, constants.O_RDONLY | constants.O_NONBLOCK));
    if (handle === undefined) return undefined;
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) return undefined;
      const stream = () => handle.createReadStream({ autoClose: false });
      const digest = facts.size <= oneGo ? sha256(await handle.readFile()) : await streamed(stream());
      if (Date.now() - facts.ctimeMs > fresh) known.set(path, { stamp: stampOf(facts), digest });
      return digest;
    } finally {
      await handle.close();
    }
  };

  const streamed = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
    for await (const chunk of chunks) {
      goOn();
      hash.update(chunk);
    }
    return hash.digest('hex');
  };

  return {
    digest: digestOf,
    async read({ root, folder, patterns, apart }) {
      const paths = new Set<string>();
      const unmatched: string[] = [];
      for (const pattern of patterns) {
        const matching = await pathsOf(folder, pattern, apart, goOn);
        if (matching.size === 0) unmatched.push(pattern);
        for (const path of matching) paths.add(path);
      }
      const sorted = [...paths].map((path) => [relative(root, path), path] as const);
      sorted.sort(([a], [b]) => (a < b ? -1 : 1));
      const digests = new Map<string, string>();
      for (let at = 0; at < sorted.length; at += atOnce) {
        const some = sorted.slice(at, at + atOnce);
        const found = await Promise.all(some.map(([, path]) => digestOf(path)));
        // What went meanwhile is not there any more.
        some.forEach(([name], nth) => void (found[nth] !== undefined && digests.set(name, found[nth])));
      }
      return { digests, unmatched };
    },
    close() {
      closed = true;
    },
  };
}

/** Changes whenever a file does; empty where there is none. */
function stampOf(facts: Stats | undefined): string {
  return facts === undefined ? '' : `${facts.dev} ${facts.ino} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs}`;
}

/** How many files each of these patterns matches. */
export async function countMatches({ folder, patterns, apart }: Declared): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const pattern of patterns) counts.set(pattern, (await pathsOf(folder, pattern, apart)).size);
  return counts;
}

/** The files that a task is expected to leave under a name: the one of that name, or those that match it where it has wildcards. */
export async function filesUnder(folder: string, name: string, apart: ReadonlySet<string>): Promise<readonly string[]> {
  if (!isWild(name)) return [resolve(folder, name)];
  return [...(await pathsOf(isAbsolute(name) ? '/' : folder, name, apart))];
}

/** Whether any file matches a pattern. Looks no further than to the first, and does nothing else meanwhile. */
export function matchesAny(folder: string, pattern: string, apart: ReadonlySet<string>): boolean {
  const paths = new Set<string>();
  const walk = expand(folder, stepsOf(pattern), { paths, apart, seen: new Set() });
  for (let step = walk.next(); !step.done && paths.size === 0; ) {
    const { type, path } = step.value;
    step = walk.next(
      nothingWhere(() => (type === 'list' ? readdirSync(path, { withFileTypes: true }) : statSync(path))),
    );
  }
  return paths.size > 0;
}

/** The files that match a pattern, absolute. `goOn` throws where nobody waits any more. */
async function pathsOf(folder: string, pattern: string, apart: ReadonlySet<string>, goOn = () => {}) {
  const paths = new Set<string>();
  const walk = expand(folder, stepsOf(pattern), { paths, apart, seen: new Set() });
  for (let step = walk.next(); !step.done; ) {
    goOn();
    const { type, path } = step.value;
    step = walk.next(await orNothing<Answer>(type === 'list' ? readdir(path, { withFileTypes: true }) : stat(path)));
  }
  return paths;
}

/** Steps of a pattern, each a name, a name with wildcards, or ** for any folders. */
function stepsOf(pattern: string): readonly string[] {
  const steps = pattern.split('/').filter((step) => step !== '' && step !== '.');
  const once = steps.filter((step, at) => step !== '**' || steps[at - 1] !== '**');
  // The folder itself, or all below one, is all files below it.
  return once.length === 0 || once.at(-1) === '**' ? [...once.slice(0, -1), '**', '*'] : once;
}

/** What a walk asks of the disk: what is in a folder, or what something is. The answer is undefined where it is not there. */
interface Question {
  readonly type: 'list' | 'facts';
  readonly path: string;
}

type Answer = readonly Dirent[] | Stats;

/** A walk through folders, which whoever drives it holds up or not. */
type Walk = Generator<Question, void, Answer | undefined>;

interface Search {
  /** Files that were found, absolute. */
  readonly paths: Set<string>;
  readonly apart: ReadonlySet<string>;
  /** Where it has been, with how many steps before it. */
  readonly seen: Set<string>;
}

function* expand(folder: string, steps: readonly string[], search: Search): Walk {
  const [step = '', ...rest] = steps;
  const place = `${steps.length} ${folder}`;
  if (search.seen.has(place)) return;
  search.seen.add(place);
  if (!isWild(step)) return yield* take(join(folder, step), undefined, rest, search);
  if (step === '**') yield* expand(folder, rest, search);
  const entries = ((yield { type: 'list', path: folder }) as readonly Dirent[] | undefined) ?? [];
  for (const entry of entries) {
    const { name } = entry;
    const path = join(folder, name);
    if (!isSeen(name, step) || search.apart.has(path)) continue;
    if (step === '**') {
      if (entry.isDirectory()) yield* expand(path, steps, search);
    } else if (matches(name, step)) yield* take(path, entry, rest, search);
  }
}

/** Takes what a step led to. `entry`: what a wildcard found, which is no folder where it is a link to one. */
function* take(path: string, entry: Dirent | undefined, rest: readonly string[], search: Search): Walk {
  if (rest.length > 0) {
    if (entry?.isDirectory() !== false) yield* expand(path, rest, search);
    return;
  }
  const isKnown = entry?.isSymbolicLink() === false;
  const facts = isKnown ? entry : ((yield { type: 'facts', path }) as Stats | undefined);
  if (facts?.isFile()) search.paths.add(resolve(path));
  else if (facts?.isDirectory() && entry === undefined) yield* expand(path, ['**', '*'], search);
}

function isWild(step: string): boolean {
  return step.includes('*') || step.includes('?');
}

/** Wildcards leave out what is hidden, unless the dot is written, and what npm brings. */
function isSeen(name: string, step: string): boolean {
  if (name.startsWith('.')) return step.startsWith('.') && name !== '.git';
  return name !== 'node_modules';
}

/** Whether a name is what a step with * and ? stands for. Goes back to the last * only, so that no pattern takes long. */
function matches(name: string, step: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let tried = 0;
  while (at < name.length) {
    if (step[from] === '*') {
      star = from++;
      tried = at;
    } else if (from < step.length && (step[from] === '?' || step[from] === name[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++tried;
    } else return false;
  }
  return [...step.slice(from)].every((character) => character === '*');
}

/** What is not there is nothing; what cannot be read is a fault. */
async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    return ifMissing(error);
  }
}

function nothingWhere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return ifMissing(error);
  }
}

function ifMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return undefined;
  throw error;
}
