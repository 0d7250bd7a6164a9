// Programs that start other programs: which command stands within a command.

/** A command as it may be looked at: what it starts stands after it. */
export interface Unwrapped {
  /** Each as words: the command itself, then what it starts, the innermost last. */
  readonly views: readonly (readonly string[])[];
  /** Texts that a shell is given to run. */
  readonly scripts: readonly string[];
  /** Whether it is a shell that runs what it reads. */
  readonly readsScript: boolean;
}

/** How the words of a program go on before those of what it starts. */
interface Wrapper {
  /** Options that take the next word; those with two dashes among them. */
  readonly values: readonly string[];
  /** Words of its own that come after the options. */
  readonly operands?: number;
  /** Whether words with = among them are variables. */
  readonly variables?: true;
}

const wrappers: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  [
    'sudo',
    { values: words('-u -g -h -p -C -T -R -D -U -r -t --user --group --host --prompt --chdir'), variables: true },
  ],
  ['doas', { values: words('-u -C') }],
  ['env', { values: words('-u -C --unset --chdir'), variables: true }],
  ['nohup', { values: [] }],
  ['time', { values: words('-f -o --format --output') }],
  ['timeout', { values: words('-k -s --kill-after --signal'), operands: 1 }],
  ['xargs', { values: words('-I -n -P -L -d -E -s -a --max-args --max-procs --max-lines --delimiter --replace') }],
  ['exec', { values: words('-a') }],
  ['command', { values: [] }],
  ['builtin', { values: [] }],
  ['nice', { values: words('-n --adjustment') }],
  ['ionice', { values: words('-c -n --class --classdata') }],
  ['setsid', { values: [] }],
  ['stdbuf', { values: words('-i -o -e --input --output --error') }],
  ['chroot', { values: [], operands: 1 }],
  ['taskset', { values: [], operands: 1 }],
  ['flock', { values: words('-w -E --timeout'), operands: 1 }],
  ['busybox', { values: [] }],
  ['unbuffer', { values: [] }],
]);

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'ash', 'fish']);

/** Programs whose option -c is a text for a shell, besides shells. */
const callers: ReadonlySet<string> = new Set(['su', 'script', 'flock']);

/** Options of git that stand before its command and take the next word. */
const gitValues: ReadonlySet<string> = new Set(words('-C -c --git-dir --work-tree --namespace --exec-path'));

/** Programs within whose words another command may stand, or from which a shell may read one. */
const known: ReadonlySet<string> = new Set([
  ...wrappers.keys(),
  ...shells,
  ...callers,
  ...words('git find eval watch trap source . echo printf'),
]);
const nothing: readonly string[] = [];

/** Most letters of one word that are options. */
const mostLetters = 32;

/** Most programs within programs that are looked into. */
const deepest = 8;

function words(text: string): string[] {
  return text.split(' ');
}

/** Whether a program runs the text that it is given. */
export function runsWhatItReads(program: string): boolean {
  return shells.has(program) || program === 'eval' || program === 'source' || program === '.';
}

/** The name of a program without its folder. */
function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

/** Whether something that is run may stand within the words of a program. */
export function mayStart(program: string): boolean {
  return known.has(program) || program.includes('/') || program.includes('=');
}

/** Looks into a command. */
export function unwrap(command: readonly string[]): Unwrapped {
  if (!mayStart(command[0] ?? '')) return { views: [command], scripts: nothing, readsScript: false };
  const found = { views: [], scripts: [], readsScript: false };
  lookInto(command, found, deepest);
  return found;
}

function lookInto(
  command: readonly string[],
  found: { views: (readonly string[])[]; scripts: string[]; readsScript: boolean },
  deep: number,
): void {
  let rest: readonly string[] | undefined = command;
  for (let left = deep; left > 0 && rest !== undefined; left -= 1) {
    const bare: readonly string[] = withoutVariables(rest);
    const [program] = bare;
    if (program === undefined) break;
    const name = nameOf(program);
    const own = name === program ? bare : [name, ...bare.slice(1)];
    if (own !== bare) found.views.push(bare);
    found.views.push(own);
    if (name === 'git') found.views.push(...plainGit(own));
    if (name === 'find') for (const inner of commandsOfFind(own)) lookInto(inner, found, left - 1);
    found.scripts.push(...scriptsOf(own));
    found.readsScript ||= shells.has(name) && readsOf(own).reads;
    rest = within(own);
  }
}

function withoutVariables(command: readonly string[]): readonly string[] {
  const first = command.findIndex((word) => !/^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/.test(word));
  if (first === 0) return command;
  return first < 0 ? [] : command.slice(first);
}

/** What a program starts that is made for that. */
function within(command: readonly string[]): readonly string[] | undefined {
  const wrapper = wrappers.get(command[0] ?? '');
  if (wrapper === undefined) return undefined;
  if (command[0] === 'command' && /^-[vV]/.test(command[1] ?? '')) return undefined; // it is looked for
  const at = afterOptions(command, wrapper.values);
  const rest = command.slice(at + (wrapper.operands ?? 0));
  return rest.length === 0 ? undefined : rest;
}

/** The place of the first word that is no option, nor the value of one. */
function afterOptions(command: readonly string[], values: readonly string[]): number {
  let at = 1;
  while (at < command.length) {
    const word = command[at] as string;
    if (word === '--') return at + 1;
    if (!word.startsWith('-') || word === '-') return at;
    at += takesNext(word, values) ? 2 : 1;
  }
  return at;
}

/** Whether the value of an option is the next word; of several letters together it is that of the last. */
function takesNext(word: string, values: readonly string[]): boolean {
  if (word.startsWith('--') || word.length === 2) return values.includes(word);
  const first = Array.from(word.slice(1, mostLetters)).findIndex((letter) => values.includes(`-${letter}`));
  return first >= 0 && first === word.length - 2;
}

/** `git -C folder push` as `git push`. */
function plainGit(command: readonly string[]): readonly (readonly string[])[] {
  const at = afterOptions(command, [...gitValues]);
  return at === 1 || at >= command.length ? [] : [['git', ...command.slice(at)]];
}

function commandsOfFind(command: readonly string[]): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (let at = 0; at < command.length; at += 1) {
    if (!/^-(exec|execdir|ok|okdir)$/.test(command[at] as string)) continue;
    const begin = at + 1;
    while (at + 1 < command.length && command[at + 1] !== ';' && command[at + 1] !== '+') at += 1;
    found.push(command.slice(begin, at + 1));
  }
  return found;
}

/** Texts among the words of a command that a shell runs. */
function scriptsOf(command: readonly string[]): readonly string[] {
  const [name = ''] = command;
  if (name === 'eval') return [command.slice(1).join(' ')];
  if (name === 'watch') return [command.slice(afterOptions(command, ['-n', '--interval'])).join(' ')];
  if (name === 'trap') return command.slice(1, 2);
  if (name === 'env') return splitString(command);
  if (shells.has(name)) return readsOf(command).scripts;
  if (!callers.has(name)) return [];
  const at = command.findIndex((word) => /^-[A-Za-z]*c$/.test(word) || word === '--command');
  return at < 0 ? [] : command.slice(at + 1, at + 2);
}

/** The text of `env -S`, and the words after it, which belong to it. */
function splitString(command: readonly string[]): readonly string[] {
  const end = afterOptions(command, wrappers.get('env')?.values ?? []);
  for (let at = 1; at < end; at += 1) {
    const found = /^(?:-[a-z0]*S|--split-string(?:=|$))(.*)$/s.exec(command[at] as string);
    if (found !== null) return [[found[1], ...command.slice(at + 1)].join(' ')];
  }
  return [];
}

/** What a shell runs: a text among its words, or else what it reads, unless it is given a file. */
function readsOf(command: readonly string[]): { readonly scripts: readonly string[]; readonly reads: boolean } {
  let given = false;
  let reads = false;
  for (let at = 1; at < command.length; at += 1) {
    const word = command[at] as string;
    const isOption = /^[-+]./.test(word) && word !== '--';
    if (isOption) {
      const letters = word.startsWith('--') ? '' : word.slice(1, mostLetters);
      given ||= (word.startsWith('-') && letters.includes('c')) || word === '--command';
      reads ||= word.startsWith('-') && letters.includes('s');
      if (/[oO]$/.test(letters) || word === '--rcfile' || word === '--init-file') at += 1;
      continue;
    }
    const next = word === '--' || word === '-' ? at + 1 : at;
    const operand = command[next];
    if (given) return { scripts: operand === undefined ? [] : [operand], reads: false };
    return { scripts: [], reads: reads || operand === undefined };
  }
  return { scripts: [], reads: !given };
}
