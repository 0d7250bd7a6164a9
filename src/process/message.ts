import type { LaunchOrder, Program } from './order.ts';

/**
 * Whether a script can be evaluated in a subshell of its launcher and see no difference from a shell of its own. Shells of
 * the launcher share process id and group, so whatever asks for these, changes them or leaves something behind in them
 * gets a real one; in doubt as well.
 */
export function isPlain(program: Program): boolean {
  return program.type === 'script' && program.shell === defaultShell && !telltale.test(program.text);
}

/** The shell that scripts get unless they name another. */
const defaultShell = 'sh -eu';

const telltale = new RegExp(
  [
    '(?<![&<>])&(?!&)', // something is left running; two of them and redirections are no such sign
    String.raw`\$[$!-]|\$\{[$!-]`,
    String.raw`\b(PPID|BASHPID|BASH_SUBSHELL|LINENO|OLDPWD)\b`,
    String.raw`\b(kill|killall|pkill|pgrep|pstree|ps|setsid|nohup|daemon|tmux|screen|at|batch|disown|coproc|jobs|fg|bg)\b`,
    String.raw`\b(trap|exec|eval|source|return|alias|monitor)\b|\bset\s+-\w*m|(^|[\s;(])\.\s`,
    '\0',
  ].join('|'),
  'm',
);

/**
 * The lines by which a launcher runs an attempt, with these redirections, and reports its end. A launcher that was told to
 * stop before it read them does not begin. The subshell stands alone, never in a condition, or `set -e` would be off within it.
 */
export function attemptLines(id: number, files: string, body: string): string {
  return `case $super_stop in '') (unset super_stop\n${body}) ${files} ;; *) (exit 143) ;; esac\necho "end ${id} $?$super_stop" >&3\n`;
}

/**
 * What stands between the brackets: environment, folder, and the program itself, evaluated there if it may be. Throws for
 * what a process cannot be given.
 */
export function attemptBody(
  order: LaunchOrder,
  inherited: Readonly<Record<string, string>>,
  evaluate: boolean,
): string {
  // The mark of the run is nobody's to change.
  const given = Object.entries(order.env).filter(
    ([name, value]) => inherited[name] !== value && name !== 'SUPER_RUN_ID' && name !== 'SUPER_WITHIN',
  );
  const settings = given.filter(([name]) => isPlainName(name)).map(([name, value]) => `${name}=${quote(value)}`);
  const exports = settings.length > 0 ? `export ${settings.join(' ')}\n` : '';
  // -P, because a process that is started in a folder knows no other name of it either.
  const start = `${exports}cd -P ${quote(order.cwd)} || exit\nunset OLDPWD\n`;
  const { program } = order;
  if (evaluate && program.type === 'script') return `${start}set -eu\neval ${quote(program.text)}`;
  // Names with a meaning for the shell itself reach the program by way of env.
  const odd = given.filter(([name]) => !isPlainName(name)).map(([name, value]) => `${name}=${value}`);
  const words = [...(odd.length > 0 ? ['env', ...odd] : []), ...commandWords(program)];
  return `${start}exec ${words.map(quote).join(' ')}`;
}

/** A program as the words of a command. */
function commandWords(program: Program): readonly string[] {
  if (program.type === 'argv') return program.argv;
  const [shell = 'sh', ...options] = program.shell.split(' ').filter((word) => word !== '');
  return [shell, ...options, '-c', program.text, shell.slice(shell.lastIndexOf('/') + 1)];
}

/** What a launcher reads first. TERM to its group ends the attempt; the launcher itself only remembers that it was told. */
export function firstLines(slot: number): string {
  return `super_stop=; trap 'super_stop=" stopped"' TERM INT HUP; echo "up ${slot} $$" >&3\n`;
}

/** Text as one word of the shell, byte for byte. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new Error('text with a NUL character cannot be given to a process');
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Whether a variable can be set within a shell without changing the shell. Throws for what is no name. */
export function isPlainName(name: string): boolean {
  if (name === '' || name.includes('=')) throw new Error(`not the name of a variable: "${name}"`);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !shellNames.has(name);
}

/** Variables that a shell ignores or refuses when they come from outside, or that change how it reads what follows. */
const shellNames = new Set(
  '_ BASHOPTS BASH_ENV ENV EUID FUNCNAME IFS LINENO OLDPWD OPTARG OPTIND POSIXLY_CORRECT PPID PS1 PS2 PS4 PWD SHELLOPTS UID'.split(
    ' ',
  ),
);
