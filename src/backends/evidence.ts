// What a task expects to be there when its agent is done: agents say that they did what they did not.
import { realpathSync, statSync } from 'node:fs';
import type { Launchers } from '../process/launchers.ts';
import type { Sink } from '../process/order.ts';
import type { PlanTask, TaskName } from '../schema/types.gen.ts';

/** What was found before an agent starts. */
export type Outset =
  /** `lacks` is asked when the agent is done: what is missing, in a sentence, or undefined. */
  | { readonly type: 'ready'; lacks(): Promise<string | undefined> }
  /** What is expected can never be found here. */
  | { readonly type: 'hopeless'; readonly why: string };

/** Looks for what tasks expect. */
export interface Evidence {
  /** To be called before the agent of an attempt starts in this folder. */
  begin(task: PlanTask, cwd: string): Promise<Outset>;
}

/** The files, absolute, that a name stands for which a task expects, as seen from a folder. */
export type FilesUnder = (folder: string, name: string) => Promise<readonly string[]>;

/** Looks by means of git where changes are expected. What is below `apart`, a folder of runs, is no change. */
export function evidenceHere(
  launchers: () => Pick<Launchers, 'launch'>,
  apart: string,
  filesUnder: FilesUnder,
): Evidence {
  /** The repository as each task found it: an attempt may rightly find the work of the one before it done. */
  const found = new Map<TaskName, string>();
  return {
    async begin({ name, expects }, cwd) {
      const files = expects?.files ?? [];
      if (expects?.changes !== true) return { type: 'ready', lacks: () => missingFiles(cwd, files, filesUnder) };
      const now = await contentOf(launchers(), cwd, apart);
      if (now.type === 'unknown') return { type: 'hopeless', why: `changes cannot be seen here: ${now.why}` };
      const before = found.get(name) ?? now.content;
      found.set(name, before);
      return {
        type: 'ready',
        async lacks() {
          const missing = await missingFiles(cwd, files, filesUnder);
          if (missing !== undefined) return missing;
          const after = await contentOf(launchers(), cwd, apart);
          if (after.type === 'unknown') return `changes cannot be seen any more: ${after.why}`;
          return after.content === before ? 'changes were expected, and the git repository is as it was' : undefined;
        },
      };
    },
  };
}

async function missingFiles(
  cwd: string,
  names: readonly string[],
  filesUnder: FilesUnder,
): Promise<string | undefined> {
  const missing: string[] = [];
  for (const name of names) {
    const states = (await orNone(filesUnder(cwd, name))).map(stateOf);
    if (!states.includes('there')) missing.push(states.includes('folder') ? `${name} (is a folder)` : name);
  }
  if (missing.length === 0) return undefined;
  return `expected files are missing or empty: ${missing.join(', ')}`;
}

/** Whatever keeps it from being read: for those who come after, it is not there. */
async function orNone(looking: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await looking;
  } catch {
    return [];
  }
}

function stateOf(path: string): 'there' | 'folder' | 'missing' {
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) return 'folder';
    return facts.isFile() && facts.size > 0 ? 'there' : 'missing';
  } catch {
    return 'missing';
  }
}

/**
 * Prints the commit and the tree that a commit of everything would have, of the repository and of those inside of it, which are
 * commits of others to git. Objects and index are written to a folder of its own: the repositories are only read.
 */
const script = `
quiet() { git -c core.quotePath=false "$@"; }
look() (
  unset GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
  cd "$1"
  top=$(git rev-parse --show-toplevel)
  git rev-parse -q --verify HEAD || echo unborn
  index=$(git rev-parse --path-format=absolute --git-path index)
  objects=$(git rev-parse --path-format=absolute --git-path objects)
  mine=$(mktemp -d "$folder/XXXXXX")
  mkdir "$mine/objects"
  if [ -f "$index" ]; then cp "$index" "$mine/index"; fi
  export GIT_INDEX_FILE="$mine/index" GIT_OBJECT_DIRECTORY="$mine/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$objects"
  cd "$top"
  set --
  for apart in "$SUPER_EVIDENCE_APART" "$folder"; do
    [ "$(git -C "$apart" rev-parse --show-toplevel 2>/dev/null)" = "$top" ] || continue
    within=$(git -C "$apart" rev-parse --show-prefix)
    # To name what is ignored anyway is a fault to git.
    [ -z "$within" ] || git check-ignore --no-index -q -- "$within" || set -- "$@" ":(exclude,literal)$within"
  done
  # One without a commit is a fault, too.
  inner=$(quiet ls-files -o --exclude-standard -- . "$@" | grep '/$' || :)
  while read -r path; do
    [ -z "$path" ] || set -- "$@" ":(exclude,literal)$path"
  done <<END
$inner
END
  git add -A -- . "$@"
  git write-tree
  { quiet ls-files -s | grep '^160000 ' | cut -f 2- || :; printf '%s\\n' "$inner"; } | while read -r path; do
    if [ -e "$path/.git" ]; then printf '%s\\n' "$path"; look "$path"; fi
  done
)
folder=$(realpath "$(mktemp -d)")
trap 'rm -rf "$folder"' EXIT
look .
`;

type Content =
  | { readonly type: 'known'; readonly content: string }
  | { readonly type: 'unknown'; readonly why: string };

async function contentOf(launchers: Pick<Launchers, 'launch'>, cwd: string, apart: string): Promise<Content> {
  const stdout = gather();
  const stderr = gather();
  const { ended } = launchers.launch({
    program: { type: 'script', text: script, shell: 'sh -eu' },
    cwd,
    env: { SUPER_EVIDENCE_APART: realPath(apart), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
    stdin: undefined,
    stdout: stdout.sink,
    stderr: stderr.sink,
  });
  const end = await ended;
  if (end.type === 'exited' && end.code === 0) return { type: 'known', content: stdout.text() };
  const lines = stderr.text().trim().split('\n');
  const said = lines.find((line) => /^(error|fatal): /.test(line)) ?? lines.at(-1) ?? '';
  return { type: 'unknown', why: end.type === 'exited' ? said || `git ended with exit code ${end.code}` : end.message };
}

/** Git tells paths without links. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not there: nothing to keep apart
  }
}

/** Most bytes that are kept of what git says. */
const most = 65_536;

function gather(): { readonly sink: Sink; text(): string } {
  const parts: Buffer[] = [];
  let length = 0;
  const write = (chunk: Uint8Array) => {
    if (length < most) parts.push(Buffer.from(chunk));
    length += chunk.length;
  };
  return { sink: { write, end() {} }, text: () => Buffer.concat(parts).toString('utf8') };
}
