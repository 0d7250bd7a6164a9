// Completion scripts, made from the table of commands. bash and zsh share the table as shell code; fish has a form of its own.
import type { Command, Group, Option } from './command.ts';
import { schemaNames } from './schema.ts';

/** Words for an operand by its name: fixed ones, or those that `super completion <list>` prints. Other operands are files. */
const operandWords: Readonly<Record<string, { readonly list: string } | { readonly words: readonly string[] }>> = {
  orchestra: { list: 'orchestras' },
  agent: { list: 'agents' },
  code: { list: 'codes' },
  run: { list: 'runs' },
  task: { list: 'tasks' },
  schema: { words: schemaNames },
  // Names that are new.
  id: { words: [] },
  name: { words: [] },
  shell: { words: ['bash', 'zsh', 'fish'] },
};

/** For bash 4 or newer. */
export function bashScript(commands: readonly Command[], groups: readonly Group[]): string {
  return `# Completion of super for bash. In ~/.bashrc: source <(super completion bash)
_super() {
  local at= before= offers= files= value= word
  local current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    before=$word
${indent(steps(commands, groups), 4)}
  done
${indent(candidates(commands, groups), 2)}
  COMPREPLY=($(compgen -W "$offers" -- "$current"))
  if [[ -n $files ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _super super
`;
}

/** For zsh. */
export function zshScript(commands: readonly Command[], groups: readonly Group[]): string {
  return `#compdef super
# Completion of super for zsh. In ~/.zshrc, after compinit: source <(super completion zsh)
_super() {
  local at= before= offers= files= value= word current="\${words[CURRENT]}"
  local -a given=("\${(@)words[2,CURRENT-1]}")
  for word in "\${given[@]}"; do
    before=$word
${indent(steps(commands, groups), 4)}
  done
${indent(candidates(commands, groups), 2)}
  compadd -- \${=offers}
  if [[ -n $files ]]; then _files; fi
}
compdef _super super
`;
}

/** Shell code that follows the words so far from command to command. */
function steps(commands: readonly Command[], groups: readonly Group[]): string {
  const ways = [
    ...groups.map(({ path, alias }) => `" ${path}"${alias === undefined ? '' : `|" ${alias}"`}) at=${path} ;;`),
    ...commands.map(({ path }) => `"${path.slice(0, -1).join(' ')} ${path.at(-1)}") at="${path.join(' ')}" ;;`),
  ];
  return `case "$at $word" in\n${ways.map((way) => `  ${way}\n`).join('')}esac`;
}

/** Shell code that sets `offers`, and `files` where files are wanted too. */
function candidates(commands: readonly Command[], groups: readonly Group[]): string {
  const values = commands.flatMap(({ path, ...command }) =>
    optionsOf(command)
      .filter(takesValue)
      .map((option) => {
        const patterns = names(option).map((name) => `"${path.join(' ')}:${name}"`);
        const words = option.choices === undefined ? '' : ` offers="${option.choices.join(' ')}"`;
        return `${patterns.join('|')}) value=1${words}${takesPath(option) ? ' files=1' : ''} ;;`;
      }),
  );
  const dashes = commands.map((command) => `"${command.path.join(' ')}") offers="${allNames(command).join(' ')}" ;;`);
  const operands = [
    `"") offers="${topWords(commands, groups).join(' ')}" ;;`,
    ...groups.map(({ path }) => `"${path}") offers="${wordsBelow(commands, path).join(' ')}" ;;`),
    ...commands.map((command) => `"${command.path.join(' ')}") ${operandCode(command)} ;;`),
  ];
  const block = (subject: string, ways: readonly string[]) =>
    `case "${subject}" in\n${ways.map((way) => `  ${way}\n`).join('')}esac`;
  return `${block('$at:$before', values)}
if [[ -z $value && $current == -* ]]; then
${indent(block('$at', [...dashes, '*) offers="--help" ;;']), 2)}
elif [[ -z $value ]]; then
${indent(block('$at', operands), 2)}
fi`;
}

function operandCode(command: Command): string {
  const name = operandName(command);
  if (name === undefined) return `offers="${allNames(command).join(' ')}"`;
  const known = operandWords[name];
  if (known === undefined) return 'files=1';
  if ('words' in known) return `offers="${known.words.join(' ')}"`;
  return `offers="$(super completion ${known.list} 2>/dev/null)"${name === 'orchestra' ? ' files=1' : ''}`;
}

/** For fish. */
export function fishScript(commands: readonly Command[], groups: readonly Group[]): string {
  const lines = [
    '# Completion of super for fish. Save as ~/.config/fish/completions/super.fish',
    'complete -c super -f',
    ...groups.map(({ path, summary }) => `complete -c super -n __fish_use_subcommand -a ${path} -d ${quoted(summary)}`),
    ...commands.flatMap((command) => fishLines(command, commands, groups)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function fishLines(command: Command, commands: readonly Command[], groups: readonly Group[]): readonly string[] {
  const [first = '', second] = command.path;
  const alias = groups.find(({ path }) => path === first)?.alias;
  const inGroup = `__fish_seen_subcommand_from ${alias === undefined ? first : `${first} ${alias}`}`;
  const before =
    second === undefined
      ? '__fish_use_subcommand'
      : `${inGroup}; and not __fish_seen_subcommand_from ${wordsBelow(commands, first).join(' ')}`;
  const inside = second === undefined ? inGroup : `${inGroup}; and __fish_seen_subcommand_from ${second}`;
  const here = `complete -c super -n ${quoted(inside)}`;
  return [
    `complete -c super -n ${quoted(before)} -a ${command.path.at(-1)} -d ${quoted(command.summary)}`,
    ...optionsOf(command).map((option) => `${here} ${fishOption(option)}`),
    ...fishOperand(command).map((words) => `${here} ${words}`),
  ];
}

function fishOption(option: Option): string {
  const flags = names(option).map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...flags, ...fishValue(option), `-d ${quoted(option.description)}`].join(' ');
}

function fishValue(option: Option): readonly string[] {
  if (!takesValue(option)) return [];
  if (option.choices !== undefined) return [`-x -a ${quoted(option.choices.join(' '))}`];
  return takesPath(option) ? ['-r -F'] : ['-x'];
}

function fishOperand(command: Command): readonly string[] {
  const name = operandName(command);
  if (name === undefined) return [];
  const known = operandWords[name];
  if (known === undefined) return ['-F'];
  if ('words' in known) return known.words.length === 0 ? [] : [`-a ${quoted(known.words.join(' '))}`];
  const words = `-a ${quoted(`(super completion ${known.list} 2>/dev/null)`)}`;
  return name === 'orchestra' ? [words, '-F'] : [words];
}

function topWords(commands: readonly Command[], groups: readonly Group[]): readonly string[] {
  const alone = commands.filter(({ path }) => path.length === 1).map(({ path }) => path[0] ?? '');
  return [...groups.map(({ path }) => path), ...alone];
}

function wordsBelow(commands: readonly Command[], group: string): readonly string[] {
  return commands.filter(({ path }) => path.length > 1 && path[0] === group).map(({ path }) => path[1] ?? '');
}

function operandName({ operands }: Command): string | undefined {
  return /[<[]([\w-]+)/.exec(operands ?? '')?.[1];
}

/** Spellings of an option: `-s`, `--strategy`. */
function names({ flags }: Option): readonly string[] {
  return flags.split(/[ ,|]+/).filter((word) => word.startsWith('-'));
}

/** Options that are offered. */
function optionsOf({ options = [] }: Pick<Command, 'options'>): readonly Option[] {
  return options.filter(({ hidden }) => hidden !== true);
}

function allNames(command: Command): readonly string[] {
  return [...optionsOf(command).flatMap(names), '--help'];
}

function takesValue({ flags }: Option): boolean {
  return /[<[]/.test(flags);
}

function takesPath({ flags }: Option): boolean {
  return /<(file|folder)>/.test(flags);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function indent(text: string, width: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(width));
}
