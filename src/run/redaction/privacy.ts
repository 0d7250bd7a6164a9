// What is private in the record of a run, and the record without it. It stays one: its names are names, its words of ours are
// untouched, and whatever has one name has one name still.

import type { Plan } from '../../schema/types.gen.ts';
import type { EventBody } from '../ports.ts';
import { namePattern, type PrivateKind, privatePatterns, topPattern, topsPattern } from './private-patterns.ts';
import { makeRedactor, type Redactor, type Secret } from './redact.ts';

/** What is private on the machine where a run was recorded. */
export interface PrivateFacts {
  /** Absolute paths of folders, and what each is called instead. */
  readonly folders: readonly { readonly path: string; readonly instead: string }[];
  /** Folders at the top of the disk that belong to no system. */
  readonly tops: readonly string[];
  /** Names of the user and of the machine. */
  readonly names: readonly { readonly name: string; readonly instead: string }[];
}

/** What was taken out, as people are told. */
type TakenOut = PrivateKind | 'value under env:';

/** Takes what is private out of the parts of a record. */
export interface Privacy {
  readonly redactor: Redactor;
  /** How often each kind was taken out so far. */
  readonly counts: ReadonlyMap<TakenOut, number>;
  /** What a variable that an agent sets is worth. */
  envValue(name: string): string;
  /** A name that may become a file's: of a task, an agent, a group or an orchestra. The same for the same. */
  name(name: string): string;
  /** The name of a file, without folders. */
  fileName(name: string): string;
  plan(plan: Plan): Plan;
  event(event: EventBody): EventBody;
}

/** Fewest characters of a variable's value that is looked for everywhere; shorter ones go where they are set. */
const shortestValue = 8;

/** Makes it for a run of this plan; without one, as of a damaged run, the names of tasks are what they look like. */
export function makePrivacy(facts: PrivateFacts, plan: Plan | undefined): Privacy {
  const counts = new Map<TakenOut, number>();
  const count = (kind: TakenOut) => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const redactor = redactorOf(facts, plan, count);
  const name = naming(redactor);
  const walk = walker(redactor, name);
  const envValue = (variable: string) => {
    count('value under env:');
    return `[redacted:${variable}]`;
  };
  // Those that may stay as they are come first, so that no other takes their place.
  const known = plan === undefined ? [] : namesIn(plan);
  for (const each of known) if (redactor.nameIn(each) === undefined) name.keep(each);
  for (const each of known) name.of(each);
  return {
    redactor,
    counts,
    envValue,
    name: name.of,
    fileName: (file) => redactor.text(file).replace(/[/\\]/g, '_'),
    plan(whole) {
      const agents = whole.agents.map((agent) => withoutValues(agent, walk, envValue));
      return { ...(walk({ ...whole, agents: [] }) as Plan), agents };
    },
    event: (event) => {
      if (event.type === 'plan.extended') for (const task of event.tasks) name.of(task.name);
      return walk(event, event.type) as EventBody;
    },
  };
}

function redactorOf(
  { folders, tops, names }: PrivateFacts,
  plan: Plan | undefined,
  count: (kind: TakenOut) => void,
): Redactor {
  const values = (plan?.agents ?? []).flatMap(({ env }) =>
    Object.entries(env.set).flatMap(([name, value]) => (value.length < shortestValue ? [] : [{ name, value }])),
  );
  const atTop = (path: string) => path.lastIndexOf('/') === 0;
  const places = folders
    .filter(({ path }) => !atTop(path))
    .flatMap(({ path, instead }): Secret[] => [
      { name: folder, value: path, instead },
      // As coding agents name their folders.
      { name: folder, value: path.replace(/[^A-Za-z0-9]/g, '-'), instead: instead.replaceAll('/', '-') },
      // As stored playbooks are, whose names had to keep their folders.
      { name: folder, value: path.replaceAll('/', '_'), instead: instead.replaceAll('/', '_') },
    ]);
  const paths = folders.map(({ path }) => path);
  const patterns = [
    ...privatePatterns,
    ...folders.filter(({ path }) => atTop(path)).map(({ path, instead }) => topPattern(path, instead)),
    ...(tops.length === 0 ? [] : [topsPattern(tops, paths)]),
    ...names.map((each) => namePattern(each.name, each.instead)),
  ];
  const kinds: ReadonlySet<string> = new Set<PrivateKind>(['key', 'e-mail address', 'folder', 'name', 'torn word']);
  return makeRedactor([...places, ...values], {
    patterns,
    counted: (found) => count(kinds.has(found) ? (found as PrivateKind) : 'value under env:'),
  });
}

const folder: PrivateKind = 'folder';

function namesIn(plan: Plan): readonly string[] {
  const groups = plan.groups.map((group) => group.name);
  return [plan.orchestra, ...plan.agents.map((agent) => agent.name), ...plan.tasks.map((task) => task.name), ...groups];
}

interface Naming {
  of(name: string): string;
  /** Has a name stay as it is. */
  keep(name: string): void;
  /** Whether it is the name of something. */
  has(text: string): boolean;
}

/** Gives each name one that holds nothing private, which is itself wherever that is so. */
function naming(redactor: Redactor): Naming {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const give = (name: string, instead: string) => {
    given.set(name, instead);
    taken.add(instead.toLowerCase());
    return instead;
  };
  return {
    has: (text) => given.has(text),
    keep: (name) => void give(name, name),
    of(name) {
      const known = given.get(name);
      if (known !== undefined) return known;
      const clean = redactor.text(name);
      const base = clean === name ? name : nameOf(clean);
      let free = base;
      for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${base.slice(0, 56)}-${number}`;
      return give(name, free);
    },
  };
}

/** What can be a name, out of one from which something was taken. */
function nameOf(text: string): string {
  const name = text.replace(/[^\w-]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '');
  return name.slice(0, 56) || 'name';
}

/** Members whose values are words of ours, times, digests, or names of variables. */
const ours: ReadonlySet<string> = new Set(
  `adapter api_key_env at cache continues crc from_run key kind on_failure orchestration_type outcome pass permissions plan_sha256 priority
  provider reason replays role secrets sha256 strategy super ts type v`.split(/\s+/),
);

/** Members that hold what people made, keys included. */
const free: ReadonlySet<string> = new Set(['options', 'output_schema']);

function walker(redactor: Redactor, names: Naming) {
  const text = (value: string) => (names.has(value) ? names.of(value) : redactor.text(value));
  const within = (value: unknown, keysToo: boolean, type?: string): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map((item) => within(item, keysToo));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([key, member]) => {
      if (keysToo) return [redactor.text(key), within(member, true)];
      return [key, isOurs(key, member, type) ? member : within(member, free.has(key))];
    });
    return Object.fromEntries(members);
  };
  return (value: unknown, type?: string) => within(value, false, type);
}

/** Whether the value of a member is a word of ours, or a list of such words; `type` is that of the event whose own member it is. */
function isOurs(key: string, value: unknown, type: string | undefined): boolean {
  if (typeof value === 'object' && !Array.isArray(value)) return false;
  if (key === 'run') return type !== undefined;
  if (key === 'because') return type === 'run.finished';
  if (key === 'until') return value === 'success' || value === 'end';
  return ours.has(key);
}

type PlanAgent = Plan['agents'][number];

function withoutValues(agent: PlanAgent, walk: (value: unknown) => unknown, envValue: Privacy['envValue']): PlanAgent {
  const set = Object.fromEntries(Object.keys(agent.env.set).map((name) => [name, envValue(name)]));
  return { ...(walk({ ...agent, env: undefined }) as PlanAgent), env: { ...agent.env, set } };
}
