// The table of commands as a commander program. Commander parses and prints help; it never exits and never prints on its own.
import { CommanderError, Help, Command as Program, Option as ProgramOption } from 'commander';
import { filled, tellOn } from '../reporters/wrap.ts';
import { type Call, type Command, exit, type Io, usageFault } from './command.ts';
import { commands, groups } from './table.ts';
import { version } from './version.ts';

/** Finds the command that the words name, parses its options and runs it through `run`. */
export async function dispatch(
  words: readonly string[],
  io: Io,
  run: (command: Command, call: Call) => Promise<number>,
): Promise<number> {
  const argv = words[0] === 'help' ? helpFor(words.slice(1)) : words;
  let code: number = exit.succeeded;
  const program = build(named(argv), io, async (command, call) => {
    code = await run(command, call);
  });
  if (argv.length === 0) {
    tellOn(io.stdout, program.helpInformation());
    return exit.usage;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exit.succeeded;
    if (error.code === 'commander.help') return exit.usage;
    const elsewhere = error.code === 'commander.unknownCommand' ? await inOtherGroups(argv) : [];
    const { message, hints } = await inOurWords(error.message);
    if (elsewhere.length > 0) throw usageFault(message, `did you mean: ${elsewhere.join('\n              ')}`);
    throw usageFault(message, [...hints, nextStep(argv)].join('\n'));
  }
}

/** The words after `help` as a call that prints it; a word that is no command is left to be refused. */
function helpFor(words: readonly string[]): readonly string[] {
  const [first] = words;
  const isKnown =
    groups.some(({ path, alias }) => first === path || first === alias) ||
    commands.some(({ path }) => first === path[0]);
  return first === undefined || first.startsWith('-') || isKnown ? [...words, '--help'] : words;
}

/** The one command that argv names in full, alone: building the others would be for nothing. All, when it names none. */
function named(argv: readonly string[]): readonly Command[] {
  const found = commands.find(({ path }) => path.every((word, at) => argv[at] === word));
  return found === undefined ? commands : [found];
}

function build(chosen: readonly Command[], io: Io, act: (command: Command, call: Call) => Promise<void>): Program {
  const program = prepare(new Program('super'), io)
    .description('Runs teams of coding agents from one YAML file.')
    .version(version, '-V, --version');
  program.addHelpText('after', '\nExample:\n  super orchestra run repo_report --goal "What is this repository?"');
  const parents = new Map<string, Program>();
  for (const { path, alias, summary, example } of groups) {
    if (!chosen.some((command) => command.path[0] === path)) continue;
    const group = prepare(program.command(path), io)
      .description(summary)
      .addHelpText('after', `\nExample:\n  ${example}`);
    if (alias !== undefined) group.alias(alias);
    parents.set(path, group);
  }
  for (const command of chosen) addCommand(parents.get(command.path[0] ?? '') ?? program, command, io, act);
  return program;
}

function prepare(program: Program, io: Io): Program {
  return program
    .exitOverride()
    .helpOption('-h, --help', 'what this does, with an example')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ formatItem })
    .configureOutput({
      writeOut: (text) => tellOn(io.stdout, text),
      writeErr: (text) => tellOn(io.stderr, text),
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    });
}

/** An option or a command and what it is; below it where beside it there is no room for words. */
function formatItem(this: Help, term: string, termWidth: number, description: string, helper: Help): string {
  const { helpWidth = 80, minWidthToWrap } = this;
  if (description === '' || helpWidth - termWidth - 4 >= minWidthToWrap)
    return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
  return `  ${term}\n${filled(`      ${description}`, helpWidth)}`;
}

function addCommand(
  parent: Program,
  command: Command,
  io: Io,
  act: (command: Command, call: Call) => Promise<void>,
): void {
  const name = command.path.at(-1) ?? '';
  const program = prepare(parent.command(`${name} ${command.operands ?? ''}`.trim()), io).description(command.summary);
  const { more } = command;
  if (more !== undefined) program.addHelpText('after', () => `\n${filled(more, io.stdout.columns)}`);
  program.addHelpText('after', `\nExample:\n  ${command.example}`);
  for (const { flags, description, choices, many, hidden } of command.options ?? []) {
    const option = new ProgramOption(flags, description);
    if (hidden === true) option.hideHelp();
    if (choices !== undefined) option.choices([...choices]);
    if (many === true) {
      // Of commander's two parsers, one checks and the other collects.
      const check = option.parseArg;
      option.argParser((value: string, before: string[] | undefined) => {
        check?.(value, undefined);
        return [...(before ?? []), value];
      });
    }
    program.addOption(option);
  }
  program.action(async (...parameters: unknown[]) => {
    const values = parameters.slice(0, -2);
    const operands = values.flat().filter((value): value is string => typeof value === 'string');
    // As from a shell whose variable is not set: every id begins with nothing, and it would mean whichever run there is.
    if (operands.includes('')) throw usageFault('an argument is empty', nextStep(command.path));
    await act(command, { command, operands, options: parameters.at(-2) as Call['options'], commands, groups });
  });
}

/** Commands whose last word was given without its group, or after another one, with all that followed. */
async function inOtherGroups(argv: readonly string[]): Promise<readonly string[]> {
  const { quoted } = await import('../reporters/words.ts');
  const [first = ''] = argv;
  const group = groups.find(({ path, alias }) => path === first || alias === first)?.path;
  const [name, ...rest] = group === undefined ? argv : argv.slice(1);
  return commands
    .filter(({ path }) => path.length > 1 && path[0] !== group && path.at(-1) === name)
    .map(({ path }) => ['super', ...path, ...rest].map(quoted).join(' '));
}

/** What commander found wrong, said as everything else is here: names in double quotes, and what was meant as a hint. */
async function inOurWords(said: string): Promise<{ readonly message: string; readonly hints: readonly string[] }> {
  const [, fault = '', guesses] = /^(?:error: )?(.*?)(?:\n\(Did you mean (?:one of )?(.*)\?\))?$/s.exec(said) ?? [];
  const guessed = guesses?.split(', ').map((each) => `"${each}"`);
  const hints = guessed === undefined ? [] : [`did you mean ${guessed.join(' or ')}?`];
  const [, option = '', written, listed = ''] =
    /^option '.*?(--[^ ']+).*?' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(fault) ?? [];
  if (written === undefined) return { message: fault.replaceAll(/'([^']*)'/g, '"$1"').replace(/\.$/, ''), hints };
  const { didYouMean } = await import('../diagnostics/suggest.ts');
  const choices = listed.split(', ');
  const message = `${option} must be ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not "${written}"`;
  return { message, hints: [didYouMean(written, choices) ?? []].flat() };
}

/** Where help is: that of the command, else of the group, that the words name. */
function nextStep(argv: readonly string[]): string {
  const [first = '', ...rest] = argv.filter((word) => !word.startsWith('-'));
  const group = groups.find(({ path, alias }) => path === first || alias === first)?.path;
  const words = [group ?? first, ...rest];
  const command = commands.find(({ path }) => path.every((word, at) => words[at] === word));
  return `see: ${['super', ...(command?.path ?? (group === undefined ? [] : [group])), '--help'].join(' ')}`;
}
