// What a policy says of a command. A guard rail: it reads what stands in the command, and knows nothing of what that will do.
import type { Policy } from '../../schema/types.gen.ts';
import { type Part, readPattern } from './policy-pattern.ts';
import { readScript, type Script } from './shell.ts';
import type { Range, SimpleCommand } from './shell-frame.ts';
import { mayStart, runsWhatItReads, type Unwrapped, unwrap } from './wrapped.ts';

/** What a policy can say, the strictest first. */
type Verdict = 'deny' | 'confirm' | 'watch';

const verdicts: readonly Verdict[] = ['deny', 'confirm', 'watch'];

/** That a command meets a pattern. */
export interface Judgement {
  readonly verdict: Verdict;
  /** As it was written. */
  readonly pattern: string;
  /** The simple command that met it, as plain words; of a pipeline those that did. */
  readonly command: string;
  /** It stands in a text that another shell is given. */
  readonly nested?: true;
  /** No pattern was met: the text is too long to be read, or too deep. */
  readonly unread?: true;
}

/** Says what a policy has to say of a command: the strictest first, the same of the same part once; empty for nothing. */
export type Judge = (command: string) => readonly Judgement[];

/** Most judgements of one command with the same verdict. */
const mostJudgements = 100;

/** How deep texts for shells within texts for shells are read. */
const deepest = 8;

/** Longest text that is read, in characters: Linux hands no program a longer argument. No honest command comes near it. */
const longestText = 131_072;

/** How much is read of all texts within a command together, each of them taken for so much longer than it is. */
const mostRead = 3 * longestText;
const ofEach = 100;

/** Longest command that is told, in characters. */
const longestTold = 200;

/** A command, looked at from all sides. */
interface Seen extends Omit<Unwrapped, 'views'> {
  readonly command: SimpleCommand;
  /** All its words, in short; blank where no text of it can matter. */
  readonly told: string;
  /** What it is and what it starts, as texts. */
  readonly texts: readonly string[];
  /** Whether what is put into its words is run. */
  readonly isShell: boolean;
}

/** A judge by this policy. */
export function openJudge(policy: Policy): Judge {
  const rules = verdicts.flatMap((verdict) =>
    (policy[verdict] ?? []).map((pattern) => ({ verdict, pattern, parts: readPattern(pattern) })),
  );
  const single = rules.filter(({ parts }) => parts.length === 1);
  const piped = rules.filter(({ parts }) => parts.length > 1);
  const matters = programsIn(policy);
  const strictest = rules[0]?.verdict;
  return (command) => {
    const met = openMeetings();
    let left = mostRead;
    const judge = (text: string, quoted: boolean, depth: number) => {
      left -= text.length + ofEach;
      if (left < 0 || text.length > longestText || depth > deepest) {
        if (strictest !== undefined) met.unread(strictest, inShort(command));
        return;
      }
      const script = readScript(text, { quoted, keeps: (program) => matters(program) || mayStart(program) });
      const seen = script.commands.map((each) => lookAt(each, matters));
      for (const each of seen) {
        for (const rule of each === undefined ? [] : single) {
          if (each?.texts.some((one) => rule.parts[0]?.(one)) === true) met.note(rule, [each.told], depth > 1);
        }
      }
      for (const rule of piped) {
        for (const texts of pipesThrough(script, seen, rule.parts)) met.note(rule, texts, depth > 1);
      }
      // Programs within programs give the same text to run, each of them once more.
      for (const inner of new Set(scriptsWithin(script, seen))) judge(inner, false, depth + 1);
      for (const document of script.documents) judge(document, true, depth + 1);
    };
    judge(command, false, 1);
    return met.all();
  };
}

/** Keeps what is met, by verdict, because a hundred of one must not hide another. */
function openMeetings() {
  const met = new Map(verdicts.map((verdict) => [verdict, new Map<string, Judgement>()]));
  return {
    note({ verdict, pattern }: Pick<Judgement, 'verdict' | 'pattern'>, told: readonly string[], nested: boolean): void {
      const same = met.get(verdict);
      if (same === undefined || same.size >= mostJudgements) return;
      const command = told.join(' | ');
      if (!same.has(command)) same.set(command, { verdict, pattern, command, ...(nested && { nested }) });
    },
    /** What cannot be judged counts as the worst: whoever writes it that way may mean it. */
    unread(verdict: Verdict, command: string): void {
      met.get(verdict)?.set('', { verdict, pattern: '', command, nested: true, unread: true });
    },
    all: (): readonly Judgement[] => [...met.values()].flatMap((same) => [...same.values()]),
  };
}

function inShort(text: string): string {
  const line = text.slice(0, longestTold * 2).replace(/\s+/g, ' ');
  return line.length > longestTold ? `${line.slice(0, longestTold)}...` : line;
}

/** Whether a program is one with which a pattern begins, or a part of one: the words of all others need not be looked at. */
function programsIn(policy: Policy): (program: string) => boolean {
  const parts = verdicts.flatMap((verdict) => policy[verdict] ?? []).flatMap((pattern) => pattern.split('|'));
  const first = parts.map((part) => part.trim().split(/\s+/)[0] ?? '');
  if (first.some((word) => word.includes('*'))) return () => true;
  const named = new Set(first);
  return (program) => named.has(program);
}

/** Looks at a command; undefined where nothing of it can matter. */
function lookAt(command: SimpleCommand, matters: (program: string) => boolean): Seen | undefined {
  const { views, scripts, readsScript } = unwrap(command.words);
  const texts: string[] = [];
  for (const words of views) if (matters(words[0] ?? '')) texts.push(words.join(' '));
  const isShell =
    readsScript || scripts.length > 0 || (views.length > 0 && views.some(([name = '']) => runsWhatItReads(name)));
  if (texts.length === 0 && !isShell) return undefined;
  const told = texts.length === 0 ? '' : inShort(command.words.join(' '));
  return { scripts, readsScript, isShell, command, texts, told };
}

/** The texts of commands that meet the parts of a pattern one after the other in a pipeline. */
function pipesThrough({ pipelines }: Script, seen: readonly (Seen | undefined)[], parts: readonly Part[]) {
  const next = parts.map((part) => nextPlaces(seen, part));
  const met: string[][] = [];
  const look = (pipeline: readonly Range[]) => {
    const found: string[] = [];
    for (const { from, to } of pipeline) {
      const at = next[found.length]?.[from] ?? to;
      if (at < to) found.push(seen[at]?.told ?? '');
      if (found.length === parts.length) return void met.push(found);
    }
  };
  for (const pipeline of pipelines) look(pipeline);
  // `sh -c "$(curl ...)"` and `sh <(curl ...)` are pipes by another name.
  for (const [at, each] of seen.entries()) {
    if (each?.isShell !== true || each.command.begin === at) continue;
    look([
      { from: each.command.begin, to: at },
      { from: at, to: at + 1 },
    ]);
  }
  return met;
}

/** For each place the first command from there on that meets a part. */
function nextPlaces(seen: readonly (Seen | undefined)[], part: Part): Int32Array {
  const places = new Int32Array(seen.length + 1).fill(seen.length);
  for (let at = seen.length - 1; at >= 0; at -= 1) {
    places[at] = seen[at]?.texts.some(part) === true ? at : (places[at + 1] as number);
  }
  return places;
}

/** Texts that are run by shells: those they are given, and those they read from what stands before them. */
function scriptsWithin({ commands, pipelines }: Script, seen: readonly (Seen | undefined)[]): readonly string[] {
  const found: string[] = [];
  // One by one: there may be more of them than a call takes arguments.
  const add = (texts: readonly string[]) => {
    for (const text of texts) found.push(text);
  };
  for (const each of seen) {
    if (each === undefined) continue;
    add(each.scripts);
    if (each.readsScript) add(each.command.inputs);
  }
  if (!seen.some((each) => each?.readsScript === true)) return found;
  for (const [first, ...others] of pipelines) {
    if (first === undefined || !others.some(({ from, to }) => readsScriptIn(seen, from, to))) continue;
    for (const { words, inputs } of commands.slice(first.from, first.to)) {
      add(printed(words));
      add(inputs);
    }
  }
  return found;
}

/** What echo and printf print: a backslash and n as a new line, whether or not it was asked for. */
function printed([program = '', ...words]: readonly string[]): readonly string[] {
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (name !== 'echo' && name !== 'printf') return [];
  const begin = words.findIndex((word) => !/^-(-|[neE]+)$/.test(word));
  const rest = begin < 0 ? [] : words.slice(begin);
  const text = name === 'echo' ? rest.join(' ') : formatted(rest);
  return [text.replaceAll('\\n', '\n')];
}

/** A format with the words in their places; those that have none on lines of their own. */
function formatted([format = '', ...words]: readonly string[]): string {
  let used = 0;
  const text = format.replace(/%[-+ #0-9.*]*[a-zA-Z]/g, () => words[used++] ?? '');
  return [text, ...words.slice(used)].join('\n');
}

function readsScriptIn(seen: readonly (Seen | undefined)[], from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (seen[at]?.readsScript === true) return true;
  return false;
}
