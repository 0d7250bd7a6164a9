// Maps and lists that are too full, or full of what cannot be meant, seen while they still grow.
import type { CST, Parser } from 'yaml';
import { brief } from '../diagnostics/brief.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { keysAt } from '../schema/terms.gen.ts';
import { maxItems, maxKeys, maxOddities, maxPartsTogether, maxTopKeys } from './limits.ts';
import type { PlacedFault } from './walk.ts';

type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;

/** Says what is wrong for good with the maps and lists that `parser` is building, each time that a sign has made one of them grow. */
export function crowdFaults(parser: Parser, text: string): () => PlacedFault | undefined {
  let root: Collection | undefined;
  let below: CST.Token | undefined;
  let entries: Entries | undefined;
  let keys = 0;
  let seen = 0;
  let parts = 0;
  return () => {
    const { stack } = parser;
    const full = overfull(stack[stack.length - 1], parser.offset);
    if (full !== undefined) return full;
    root ??= asCollection(stack[1]);
    if (root === undefined) return undefined;
    if (root.items.length !== keys) {
      keys = root.items.length;
      below = entries = undefined;
      parts = 0;
    }
    if (entries === undefined && below !== stack[2]) {
      below = stack[2];
      entries = entriesOf(root, asCollection(below));
      const fault = entries === undefined ? undefined : tooManyAhead(entries.list, text);
      if (fault !== undefined) return fault;
    }
    const known = entries === undefined ? 0 : entries.list.items.length;
    const isNew = known !== seen;
    if (isNew) parts = 0;
    seen = known;
    if (++parts > maxPartsTogether) return overgrown(parser.offset);
    if (isList(root)) return listInstead(root);
    if (keys > maxTopKeys) return overfullAt(root, maxTopKeys, parser.offset);
    return isNew ? entries?.look() : undefined;
  };
}

function overfull(token: CST.Token | undefined, offset: number): PlacedFault | undefined {
  const collection = asCollection(token);
  if (collection === undefined || collection.items.length <= maxKeys) return undefined;
  const most = isList(collection) ? maxItems : maxKeys;
  return collection.items.length <= most ? undefined : overfullAt(collection, most, offset);
}

function overfullAt(collection: Collection, most: number, offset: number): PlacedFault {
  const [noun, parts] = isList(collection) ? ['list', 'items'] : ['map', 'keys'];
  const message = `this ${noun} has more than ${most.toLocaleString('en-US')} ${parts}`;
  return { code: 'file-size', message, hint: 'no orchestra needs that; split it', range: [offset - 1, offset] };
}

/** The same of a list of tasks or agents that has only begun: of these there may be many, and reading them takes long. */
function tooManyAhead(list: Collection, text: string): PlacedFault | undefined {
  if (list.type !== 'block-seq') return undefined;
  let items = 1;
  for (let end = text.indexOf('\n', list.offset); end !== -1; end = text.indexOf('\n', end + 1)) {
    let at = end + 1;
    while (text[at] === ' ') at++;
    const sign = text[at];
    // What stands inside an entry, texts too, is indented further.
    if (at - end - 1 > list.indent || sign === '#' || sign === '\n' || sign === '\r') continue;
    if (at - end - 1 < list.indent || sign !== '-') return undefined;
    if (++items > maxItems) return overfullAt(list, maxItems, at + 1);
  }
  return undefined;
}

function overgrown(offset: number): PlacedFault {
  const message = `more than ${maxPartsTogether.toLocaleString('en-US')} keys and list items belong together here`;
  const hint = 'put them into a file that the agents read';
  return { code: 'file-size', message, hint, range: [offset - 1, offset] };
}

function listInstead(root: Collection): PlacedFault | undefined {
  if (root.items.length <= maxOddities) return undefined;
  const hint = 'every file here consists of "key: value" lines';
  return {
    code: 'wrong-type',
    message: 'the file must be a map, not a list',
    hint,
    range: [root.offset, root.offset + 1],
  };
}

function asCollection(token: CST.Token | undefined): Collection | undefined {
  const type = token?.type;
  return type === 'block-map' || type === 'block-seq' || type === 'flow-collection' ? (token as Collection) : undefined;
}

function isList(collection: Collection): boolean {
  return collection.type === 'block-seq' || (collection.type === 'flow-collection' && collection.start.source === '[');
}

/** The list below `tasks:` or `agents:` while it grows. */
interface Entries {
  readonly list: Collection;
  /** Looks at the entries that have come to their end; a fault when too many of them are none. */
  look(): PlacedFault | undefined;
}

/** Keys of the entries, and whether an entry may be a mere name, by the key of their list. */
const kinds = {
  tasks: { keys: keysAt.orchestra['#/properties/tasks/items'] ?? [], names: false },
  agents: { keys: keysAt.orchestra['#/properties/agents/items/anyOf/1'] ?? [], names: true },
} as const;

function entriesOf(root: Collection, list: Collection | undefined): Entries | undefined {
  if (list === undefined || !isList(list)) return undefined;
  const name = textOf(root.items.at(-1)?.key);
  if (name !== 'tasks' && name !== 'agents') return undefined;
  const { keys, names } = kinds[name];
  const known = new Set(keys);
  let looked = 0;
  let odd = 0;
  let first: PlacedFault | undefined;
  return {
    list,
    look() {
      // The last entry may still grow.
      for (; looked < list.items.length - 1; looked++) {
        const fault = entryFault(list.items[looked] as Item, known, keys, names);
        if (fault === undefined) continue;
        odd++;
        first ??= fault;
      }
      if (odd <= maxOddities || first === undefined) return undefined;
      const more = `so it is in ${maxOddities.toLocaleString('en-US')} more entries of "${name}"; what follows was not read`;
      return { ...first, hint: `${first.hint}\n${more}` };
    },
  };
}

interface Item {
  readonly key?: CST.Token | null;
  readonly value?: CST.Token;
}

function entryFault(
  item: Item,
  known: ReadonlySet<string>,
  keys: readonly string[],
  names: boolean,
): PlacedFault | undefined {
  // Of a list in brackets that is not closed yet, what is an entry stands as a key.
  const token = item.value ?? item.key ?? undefined;
  const map = asCollection(token);
  if (token === undefined || token.type === 'alias') return undefined;
  if (map === undefined || isList(map)) {
    if (names && map === undefined) return undefined;
    const hint = 'each starts with "- name:"';
    return { code: 'wrong-type', message: 'an entry must be a map', hint, range: [token.offset, token.offset + 1] };
  }
  for (const { key } of map.items) {
    const name = textOf(key);
    if (key == null || name === undefined || known.has(name) || name.startsWith('x-')) continue;
    const hint = didYouMean(name, keys) ?? `keys here: ${keys.join(', ')}`;
    const range = [key.offset, key.offset + name.length] as const;
    return { code: 'unknown-key', message: `unknown key "${brief(name)}"`, hint, range };
  }
  return undefined;
}

/** A scalar as it is written, without its quotes; undefined for what is none. */
function textOf(token: CST.Token | null | undefined): string | undefined {
  if (token?.type === 'scalar') return token.source;
  const quoted = token?.type === 'double-quoted-scalar' || token?.type === 'single-quoted-scalar';
  return quoted ? token.source.slice(1, -1) : undefined;
}
