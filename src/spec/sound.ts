// What can still be said of a document whose form is faulty: all that is certain whatever was meant by its faulty parts.

import type { Code } from '../diagnostics/catalogue.ts';
import { type Finding, type Path, severityOf } from '../diagnostics/diagnostic.ts';
import type { Orchestra } from '../schema/types.gen.ts';
import type { SchemaFault } from '../schema/validator.ts';
import { atPath } from './fault-words.ts';
import { type FaultyPlace, faultyPlaces } from './faults.ts';
import { maxFaults } from './limits.ts';

/** The part of an orchestra that is sound. */
export interface Sound {
  /** The document without its faulty values; it conforms. */
  readonly document: Orchestra;
  /** Whether what was found in it is a fault, whatever was meant by the parts that are left out. */
  isCertain(finding: Finding): boolean;
}

type Dict = Record<string, unknown>;

/** A key to leave out, and whether it is the key or its value that is wrong. */
interface FaultyPath {
  readonly path: Path;
  readonly part: FaultyPlace['part'];
}

/** How often what is left may lack something because of what was left out before. */
const mostRounds = 4;

/** Leaves out what violates the schema until the rest conforms; undefined where that leaves too little to go by. */
export function soundPart(
  data: unknown,
  violationsOf: (document: unknown) => readonly SchemaFault[],
): Sound | undefined {
  const document = copyOf(data);
  const faulty: Path[] = [];
  const unsure = new Set<Code>();
  for (let round = 0; ; round++) {
    const places = faultyPlaces(violationsOf(document), document);
    if (places.length === 0) break;
    const paths = places.map((fault) => wholeOf(fault, document));
    // A key at the top may stand for any of the others.
    if (round === mostRounds || paths.length > maxFaults || paths.some(({ path }) => path.length < 2)) return undefined;
    for (const { path, part } of paths) {
      const owner = path.slice(0, -1);
      delete (atPath(document, owner) as Dict | undefined)?.[String(path.at(-1))];
      // What is wrong as a value, or says nothing any more, tells nothing of the other keys of a task.
      const isAlone = (part === 'value' && path[0] === 'tasks') || faulty.some((before) => isSame(before, path));
      faulty.push(isAlone ? path : owner);
    }
    for (const code of nameAll(document as Orchestra)) unsure.add(code);
  }
  // Which names are taken depends on the strategy and its manager.
  if (faulty.some(([first]) => first === 'orchestra')) unsure.add('reserved-name');
  const isFaulty = (at: Path) => faulty.some((path) => path.every((step, index) => step === at[index]));
  return {
    document: document as Orchestra,
    isCertain: ({ code, at }) => severityOf(code) === 'error' && !unsure.has(code) && !isFaulty(at),
  };
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

/** The key to leave out: what is in a list is left out with its list, and so is a map that lacks a key, as a wrong value. */
function wholeOf({ place, part }: FaultyPlace, document: unknown): FaultyPath {
  // A task or an agent stays: others may name it.
  const isLacking = place.length > 3 && atPath(document, place) === undefined;
  const whole = isLacking ? place.slice(0, -1) : place;
  return {
    path: whole.slice(0, whole.findLastIndex((step) => typeof step === 'string') + 1),
    part: isLacking ? 'value' : part,
  };
}

function isSame(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

/** Gives tasks and agents without a name some name, and tells which faults their right names might mend. */
function nameAll({ tasks, agents }: Orchestra): readonly Code[] {
  const unsure: Code[] = [];
  const name = (item: { readonly name?: string }, index: number, code: Code) => {
    if (item.name !== undefined) return;
    Object.assign(item, { name: `nameless-${index}` });
    unsure.push(code);
  };
  tasks.forEach((task, index) => {
    name(task, index, 'unknown-task');
    if (task.agent === undefined) Object.assign(task, { agent: 'nobody' });
  });
  agents?.forEach((agent, index) => {
    if (typeof agent !== 'string') name(agent, index, 'unknown-agent');
  });
  return unsure;
}
