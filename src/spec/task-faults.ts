// The same mistake in task after task is one mistake: somebody took a key from elsewhere. It is told once, with the right form.
import { brief } from '../diagnostics/brief.ts';
import type { SchemaFault } from '../schema/validator.ts';
import { atPath } from './fault-words.ts';

/** A fault, and where else in tasks the same one stands. */
export interface Cause extends SchemaFault {
  /** Indices of further tasks. */
  readonly others?: readonly number[];
}

/** Keys of agents by which people try to say in a task what runs. */
const runningKeys: ReadonlySet<string> = new Set(['run', 'command', 'script', 'argv']);

/** The faults with unknown keys of tasks gathered by key, and without an agent that is lacking only because a task says itself what runs. */
export function gathered(faults: readonly SchemaFault[]): readonly Cause[] {
  const byKey = new Map<string, { readonly first: SchemaFault; readonly others: number[] }>();
  const running = new Set<number>();
  for (const fault of faults) {
    const index = taskOf(fault);
    const key = keyOf(fault);
    if (index === undefined || key === undefined) continue;
    if (runningKeys.has(key)) running.add(index);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { first: fault, others: [] });
    else known.others.push(index);
  }
  return faults.flatMap((fault): Cause[] => {
    const index = taskOf(fault);
    if (index === undefined) return [fault];
    if (fault.keyword === 'required' && fault.params.missingProperty === 'agent' && running.has(index)) return [];
    const key = keyOf(fault);
    if (key === undefined) return [fault];
    const { first, others } = byKey.get(key) ?? { first: fault, others: [] };
    return first === fault ? [{ ...fault, others }] : [];
  });
}

/** The index of the task that a fault is about. */
function taskOf({ instancePath }: SchemaFault): number | undefined {
  const index = /^\/tasks\/([0-9]+)$/.exec(instancePath)?.[1];
  return index === undefined ? undefined : Number(index);
}

function keyOf({ keyword, params }: SchemaFault): string | undefined {
  return keyword === 'additionalProperties' ? String(params.additionalProperty) : undefined;
}

/** How an unknown key of a task should have been written; undefined where that depends on what was meant. `meant`: the key that it stands for. */
export function rightForm(fault: SchemaFault, data: unknown, meant: string | undefined): string | undefined {
  const index = taskOf(fault);
  const key = keyOf(fault);
  if (index === undefined || key === undefined) return undefined;
  const task = atPath(data, ['tasks', index]);
  if (runningKeys.has(key)) return ownAgent(task, key);
  const names = namesIn(atPath(task, [key]));
  if (meant === 'expects') return `here: expects: {files: [${plainPath(atPath(task, [key])) ?? '...'}]}`;
  return meant === 'context' && names.length > 0 ? `here: context: [${names.join(', ')}]` : undefined;
}

function ownAgent(task: unknown, key: string): string {
  const name = nameIn(atPath(task, ['name'])) ?? 'first_task';
  const agent = nameIn(atPath(task, ['agent'])) ?? `${name}_agent`;
  const value = atPath(task, [key]);
  const shown = brief(JSON.stringify(value) ?? '');
  const isArgv = Array.isArray(value) && value.every((each) => typeof each === 'string');
  // JSON is YAML, so what is short enough to be shown can be copied.
  const whole = shown === JSON.stringify(value) && (isArgv || (typeof value === 'string' && !value.includes('\n')));
  const how = `${Array.isArray(value) ? 'argv' : 'run'}: ${whole ? shown : '...'}`;
  return [
    'what runs belongs to an agent, and the task names the agent:',
    'agents:',
    `  - {name: ${agent}, ${how}}`,
    'tasks:',
    `  - {name: ${name}, agent: ${agent}}`,
  ].join('\n');
}

const plainName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

function plainPath(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w./][\w./-]{0,63}$/.test(value) ? value : undefined;
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && plainName.test(value) ? value : undefined;
}

function namesIn(value: unknown): readonly string[] {
  return [value].flat().flatMap((each) => nameIn(each) ?? []);
}

/** Most further tasks that are named. */
const mostNamed = 5;

/** In which tasks else the same is wrong. */
export function inOthers({ others = [] }: Cause, data: unknown): string | undefined {
  if (others.length === 0) return undefined;
  const names = others.slice(0, mostNamed).map((index) => nameIn(atPath(data, ['tasks', index, 'name'])) ?? index + 1);
  const more = others.length > mostNamed ? ' ...' : '';
  return `the same in ${others.length === 1 ? '1 more task' : `${others.length} more tasks`}: ${names.join(', ')}${more}`;
}
