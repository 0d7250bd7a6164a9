import type { AgentName, TaskName } from '../schema/types.gen.ts';
import type { PlaybookTaskSpec } from '../spec/spec.ts';

const longest = 64;

/** What an orchestra tells an agent to do: the agent's field, the goal, and the playbook's own words where it has any. */
export function describeTask(task: PlaybookTaskSpec, agent: AgentName): string {
  const words = withoutLead(paragraph(task.instruction)) || paragraph(task.description);
  const name = spaced(paragraph(task.name));
  if (words === '')
    return name === '' ? `Apply ${spaced(agent)} expertise to '{goal}'` : `Execute ${name} for '{goal}'`;
  return `Apply ${spaced(agent)} expertise to '{goal}'. ${withoutLoneStop(words)}`;
}

/** A single sentence without its full stop, as on a list of things to do; several keep theirs. */
function withoutLoneStop(words: string): string {
  return /[.!?]\s|\.\.$/.test(words) ? words : words.replace(/\.$/, '');
}

/** A name that a task may have, as near to the written one as can be. */
export function toTaskName(written: string): TaskName {
  const plain = written.normalize('NFKD').replace(/\p{M}/gu, '');
  const slug = plain.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^[_-]+|[_-]+$/g, '');
  return (/^[A-Za-z]/.test(slug) ? slug : `task_${slug}`).slice(0, longest).replace(/[_-]+$/, '') as TaskName;
}

/** A name that is not taken (ignoring case): the wished one, else with the agent's name added, else with a number. Takes it. */
export function claimName(wished: TaskName, agent: AgentName, taken: Set<string>): TaskName {
  let name = wished;
  for (let count = 1; taken.has(name.toLowerCase()); count++) {
    const suffix = count === 1 ? `_${toTaskName(agent)}`.slice(0, longest - 1) : `_${count}`;
    name = (wished.slice(0, longest - suffix.length) + suffix) as TaskName;
  }
  taken.add(name.toLowerCase());
  return name;
}

/** Any text as one line without control characters and broken surrogates. */
export function paragraph(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cs}\ufffe\uffff]+/gu, ' ').trim();
}

/** A name as words. */
export function spaced(name: string): string {
  return name.replace(/[-_.\s]+/g, ' ').trim();
}

/** The text without the sentences at its start that only say who the agent is: its system prompt says that already. */
function withoutLead(text: string): string {
  let rest = text;
  for (const lead of [/^You are an? /, /^Your goal is to /]) {
    if (lead.test(rest)) rest = afterFirstSentence(rest);
  }
  return rest;
}

/** What follows the first sentence; the whole text where it is not plain that a sentence ends (as after "Dr." or "U.S."). */
function afterFirstSentence(text: string): string {
  const end = /(\S+)[.!]\s+(?=\p{Lu})/u.exec(text);
  const word = end?.[1] ?? '';
  return end !== null && /^[("']?(?:[\p{Lu}\p{L}'/&-]*\p{Ll}{4,}|\p{Lu}{2,})[)"']?$/u.test(word)
    ? text.slice(end.index + end[0].length)
    : text;
}
