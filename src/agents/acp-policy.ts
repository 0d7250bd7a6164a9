// What an agent is answered that asks whether it may. Of a tool is known what the agent says of it: this is a guard rail and no
// sandbox.
import type { Permissions } from '../schema/types.gen.ts';
import type { Native } from './streams/events.ts';
import { commandOf, inputOf, objectOf, objectsOf, textOf } from './streams/native.ts';

/** A tool that is to be used. */
export interface ToolWish {
  readonly id: string;
  readonly tool: string;
  /** What it is to do, in short. */
  readonly input: string;
  readonly kind: string;
  /** The text for a shell that it is to run; blank where it runs none. */
  readonly command: string;
  /** Files and folders that it speaks of, as it names them. */
  readonly paths: readonly string[];
}

/** An answer: an option to choose, or none where no option says what is meant; and why not, where it is a refusal. */
export interface PermissionAnswer {
  readonly optionId?: string;
  readonly refusal?: string;
}

/** What may be said about a path. */
export interface Places {
  /** Whether it leads into the working folder, links followed. */
  isInside(path: string): boolean;
  /** Whether it leads to where git keeps what it executes. */
  isGits(path: string): boolean;
}

const reading: readonly string[] = ['read', 'search', 'think'];
const changing: readonly string[] = ['edit', 'delete', 'move'];

/** What is known of a tool, from all that was told of it: the latest first. */
export function wishOf(told: readonly Native[]): ToolWish {
  const first = (key: string) => told.map((each) => textOf(each[key])).find((text) => text !== '') ?? '';
  const input = told.map((each) => inputOf(each.rawInput)).find((text) => text !== '') ?? first('title');
  const paths = told.flatMap((each) => [
    ...objectsOf(each.locations).map(({ path }) => textOf(path)),
    ...objectsOf(each.content).map(({ path }) => textOf(path)),
    ...pathKeys.map((key) => textOf(objectOf(each.rawInput)[key])),
  ]);
  const kind = first('kind') || 'other';
  return {
    id: first('toolCallId'),
    tool: first('name') || first('kind') || 'a tool',
    input,
    kind,
    command: running.includes(kind) ? commandIn(told) || (kind === 'execute' ? first('title') : '') : '',
    paths: [...new Set(paths)].filter((path) => path !== ''),
  };
}

/** Kinds of tools that may run a command. */
const running: readonly string[] = ['execute', 'other'];

/** In which inputs of a tool its command stands, in the names that agents give it. */
export const commandKeys: readonly string[] = ['command', 'cmd', 'args'];

/** The command in the inputs of a tool; its arguments may stand beside it. */
function commandIn(told: readonly Native[]): string {
  const inputs = told.map(({ rawInput }) => objectOf(rawInput));
  const commands = inputs.map(({ command, cmd, args }) =>
    [commandOf(command) || commandOf(cmd), Array.isArray(args) ? commandOf(args) : ''].join(' ').trim(),
  );
  return commands.find((text) => text !== '') ?? '';
}

const pathKeys = 'file_path path absolute_path dir_path notebook_path'.split(' ');

/** Why a tool may not be used, in words; undefined when it may. */
export function refusalOf(wish: ToolWish, permissions: Permissions, places: Places): string | undefined {
  const { kind, paths } = wish;
  if (permissions === 'full') return undefined;
  const outside = paths.find((path) => !places.isInside(path));
  if (reading.includes(kind)) return outside === undefined ? undefined : `${outside} is outside of its working folder`;
  if (permissions === 'plan') return 'permissions: plan lets it read only';
  if (!changing.includes(kind)) return `permissions: edit does not cover this (${kind})`;
  if (paths.length === 0) return 'it does not say which file it is to change';
  if (outside !== undefined) return `${outside} is outside of its working folder`;
  const gits = paths.find(places.isGits);
  return gits === undefined ? undefined : `${gits} is git's own`;
}

/** The option that says it: once rather than always. What may be done once is never allowed for always, but with permissions: full. */
export function chooseOption(
  options: readonly Native[],
  refusal: string | undefined,
  permissions: Permissions,
): PermissionAnswer {
  const find = (kind: string) => options.find((option) => option.kind === kind)?.optionId;
  if (refusal !== undefined) return answer(find('reject_once') ?? find('reject_always'), refusal);
  const once = find('allow_once') ?? (permissions === 'full' ? find('allow_always') : undefined);
  return once === undefined ? answer(undefined, 'it cannot be allowed once only') : answer(once, undefined);
}

function answer(optionId: unknown, refusal: string | undefined): PermissionAnswer {
  return {
    ...(typeof optionId === 'string' && { optionId }),
    ...(refusal !== undefined && { refusal }),
  };
}
