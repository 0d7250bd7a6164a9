// Validating long lists a stretch at a time. A generated validator copies all faults that it has found at each one that it
// finds, so that a list of 100,000 faults at once would take half a minute.
import type { Path } from '../diagnostics/diagnostic.ts';
import type { SchemaFault, Validator } from '../schema/validator.ts';

/** Most items of a list that are validated at once. */
const stretch = 1000;

/** The long lists of a document, and what holds them: whatever else there is needs no copy to be shortened. */
interface LongLists {
  readonly lists: { readonly at: Path; readonly items: readonly unknown[] }[];
  readonly around: Set<unknown>;
}

/** Every violation of a schema in a document; empty for one that conforms. */
export function violations(validate: Validator, data: unknown): readonly SchemaFault[] {
  const long: LongLists = { lists: [], around: new Set() };
  gather(data, [], long);
  const found = [...faultsOf(validate, shortened(data, stretch, long))];
  for (const { at, items } of long.lists) {
    // Each step into a list leads to its first item, because the others are left out.
    const prefix = pointer(at.map((step) => (typeof step === 'number' ? 0 : step)));
    for (let start = stretch; start < items.length; start += stretch) {
      const some = items.slice(start, start + stretch).map((item) => shortened(item, stretch, long));
      for (const fault of faultsOf(validate, holding(some, data, at, long))) {
        if (!fault.instancePath.startsWith(`${prefix}/`)) continue;
        found.push({ ...fault, instancePath: moved(fault.instancePath.slice(prefix.length + 1), at, start) });
      }
    }
  }
  return found;
}

function faultsOf(validate: Validator, data: unknown): readonly SchemaFault[] {
  return validate(data) ? [] : (validate.errors ?? []);
}

/** Fills `long`; gives whether there is a long list in the value. */
function gather(value: unknown, at: Path, long: LongLists): boolean {
  if (value === null || typeof value !== 'object') return false;
  let found = Array.isArray(value) && value.length > stretch;
  if (Array.isArray(value)) {
    if (found) long.lists.push({ at, items: value });
    value.forEach((item, index) => {
      if (item !== null && typeof item === 'object' && gather(item, [...at, index], long)) found = true;
    });
  } else {
    for (const key of Object.keys(value)) {
      const inner = (value as Record<string, unknown>)[key];
      if (inner !== null && typeof inner === 'object' && gather(inner, [...at, key], long)) found = true;
    }
  }
  if (found) long.around.add(value);
  return found;
}

/** The value with `most` items in each of its long lists. */
function shortened(value: unknown, most: number, long: LongLists): unknown {
  if (!long.around.has(value)) return value;
  if (Array.isArray(value))
    return (value.length > stretch ? value.slice(0, most) : value).map((item) => shortened(item, most, long));
  return mapValues(value as object, (inner) => shortened(inner, most, long));
}

/** `data` with `items` in place of the list at `at`, alone in each list on the way; one item is left of every other long list. */
function holding(items: unknown, data: unknown, at: Path, long: LongLists): unknown {
  const [step, ...rest] = at;
  if (step === undefined) return items;
  if (typeof step === 'number') return [holding(items, (data as readonly unknown[])[step], rest, long)];
  return mapValues(data as object, (inner, key) =>
    key === step ? holding(items, inner, rest, long) : shortened(inner, 1, long),
  );
}

function mapValues(map: object, change: (value: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** A pointer inside a stretch that begins at `start`, as a pointer of the document. */
function moved(inside: string, at: Path, start: number): string {
  const [index = '', ...rest] = inside.split('/');
  return [pointer([...at, Number(index) + start]), ...rest].join('/');
}

function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
