import { brief } from '../diagnostics/brief.ts';
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import { didYouMean, suggest } from '../diagnostics/suggest.ts';
import { type DocumentName, keysAt, termOfPattern } from '../schema/terms.gen.ts';
import type { SchemaFault } from '../schema/validator.ts';
import { atPath, badForm, kindOf, kindsOf, labelOf, ownerOf, wrongTypeHint } from './fault-words.ts';
import { firstFew, maxFaults } from './limits.ts';
import { homes, synonyms } from './synonyms.ts';
import { type Cause, gathered, inOthers, rightForm } from './task-faults.ts';

/** A schema fault whose path is split. */
interface Fault extends Cause {
  readonly at: Path;
}

/** Violations of a schema in words, one for each cause, at the place that has to change. `data` is what was validated. */
export function explainFaults(
  faults: readonly SchemaFault[],
  data: unknown,
  document: DocumentName = 'orchestra',
): Finding[] {
  const causes = document === 'orchestra' ? gathered(collapsed(faults, data)) : collapsed(faults, data);
  const findings = causes.slice(0, maxFaults).map((fault) => explain(placed(fault, data), data, document));
  return [...firstFew(withoutEchoes(findings), causes.length)];
}

/** A place where a document has to change: a value, or a key that is too much or lacking. */
export interface FaultyPlace {
  readonly place: Path;
  readonly part: 'key' | 'value';
}

/** The places where a document has to change, one for each cause. */
export function faultyPlaces(faults: readonly SchemaFault[], data: unknown): readonly FaultyPlace[] {
  return collapsed(faults, data).map((fault) => {
    const { at, params } = placed(fault, data);
    const key = params.additionalProperty ?? params.missingProperty ?? params.propertyName;
    return key === undefined ? { place: at, part: 'value' } : { place: [...at, String(key)], part: 'key' };
  });
}

function placed<T extends SchemaFault>(fault: T, data: unknown): T & { readonly at: Path } {
  return { ...fault, at: pathOf(fault.instancePath, data) };
}

/**
 * Where a value may be one of several things, Ajv complains for each of them and then once for all. Only the complaints
 * for the kind of thing that the value is are worth reading; if it is none, the complaint is that of its type.
 */
function collapsed(faults: readonly SchemaFault[], data: unknown): SchemaFault[] {
  const kept: SchemaFault[] = [];
  for (const fault of faults) {
    if (fault.keyword !== 'anyOf') {
      if (!fault.schemaPath.includes('/propertyNames/')) kept.push(fault);
      continue;
    }
    const branches: SchemaFault[] = [];
    for (let last = kept.at(-1); last !== undefined && isInside(last, fault); last = kept.at(-1)) {
      branches.unshift(last);
      kept.pop();
    }
    kept.push(...fitting(branches, fault, atPath(data, pathOf(fault.instancePath, data))));
  }
  return kept;
}

function isInside(fault: SchemaFault, { instancePath }: SchemaFault): boolean {
  return fault.instancePath === instancePath || fault.instancePath.startsWith(`${instancePath}/`);
}

function fitting(branches: readonly SchemaFault[], anyOf: SchemaFault, value: unknown): readonly SchemaFault[] {
  const isHere = (fault: SchemaFault) => fault.instancePath === anyOf.instancePath;
  const ofType = branches.filter((fault) => !(isHere(fault) && fault.keyword === 'type'));
  const scalar = value === null || typeof value !== 'object';
  const right = scalar ? ofType : ofType.filter((fault) => !(isHere(fault) && fault.keyword === 'enum'));
  if (right.length > 0) return right;
  if (ofType.length > 0) return ofType;
  const types = branches.flatMap((fault) => fault.params.type as string | string[]);
  return [{ ...anyOf, keyword: 'type', params: { type: types } }];
}

/** A key that was mistyped, or stands below the place of its own, is also missing there: that is one fault. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const meant = new Set<string>();
  for (const { code, at, hint } of findings) {
    if (code !== 'unknown-key') continue;
    const name = /^did you mean "([^"]+)"/.exec(hint ?? '')?.[1];
    if (name !== undefined) meant.add(JSON.stringify([...at.slice(0, -1), name]));
    if (hint?.endsWith(placeName(top))) meant.add(JSON.stringify(at.slice(-1)));
  }
  return findings.filter(({ code, at }) => code !== 'missing-key' || !meant.has(JSON.stringify(at)));
}

/** A JSON pointer as a path; a step into a list is a number. */
export function pathOf(pointer: string, data: unknown): Path {
  const path: (string | number)[] = [];
  let value = data;
  for (const each of pointer.split('/').slice(1)) {
    const step = each.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(step) : step);
    value = (value as Record<string, unknown> | undefined)?.[step];
  }
  return path;
}

function explain(fault: Fault, data: unknown, document: DocumentName): Finding {
  const { at, keyword, params } = fault;
  const value = atPath(data, at);
  switch (keyword) {
    case 'additionalProperties':
      return inTasks(unknownKey(fault, String(params.additionalProperty), document, value), fault, data);
    case 'required': {
      const key = String(params.missingProperty);
      return {
        code: 'missing-key',
        message: `${ownerOf(at, data)} has no "${key}"`,
        at: [...at, key],
        hint: `add "${key}:"`,
      };
    }
    case 'type': {
      const types = [params.type].flat() as string[];
      const message = `${labelOf(at)} must be ${kindsOf(types, at)}, not ${kindOf(value, types)}`;
      return { code: 'wrong-type', message, at, hint: wrongTypeHint(types, value, at) };
    }
    case 'enum':
      return notOneOf(at, value, params.allowedValues as readonly unknown[]);
    case 'const':
      return notOneOf(at, value, [params.allowedValue]);
    case 'pattern':
      return { code: 'bad-format', at, ...badForm(termOfPattern[String(params.pattern)], String(value), at) };
    case 'propertyNames': {
      const name = String(params.propertyName);
      return { code: 'bad-format', at: [...at, name], part: 'key', ...badForm('env', name, at) };
    }
    case 'uniqueItems': {
      const second = Math.max(Number(params.i), Number(params.j));
      const message = `${labelOf(at)} names ${brief(JSON.stringify(atPath(value, [second])) ?? '')} twice`;
      return { code: 'out-of-range', message, at: [...at, second], hint: 'delete one of them' };
    }
    case 'minProperties':
      return {
        code: 'out-of-range',
        message: `${labelOf(at)} says nothing`,
        at,
        hint: 'say what is meant, or delete it',
      };
    default:
      return { code: 'out-of-range', message: limitMessage(fault, value), at, hint: limitHint(fault) };
  }
}

function limitMessage({ at, keyword, params, message }: Fault, value: unknown): string {
  const label = labelOf(at);
  const limit = Number(params.limit).toLocaleString('en-US');
  switch (keyword) {
    case 'minimum':
      return `${label} must be at least ${limit}, not ${value}`;
    case 'maximum':
      return `${label} must be at most ${limit}, not ${value}`;
    case 'exclusiveMinimum':
      return `${label} must be more than ${limit}, not ${value}`;
    case 'minLength':
      return `${label} may not be empty`;
    case 'maxLength':
      return `${label} may have ${limit} characters at most`;
    case 'minItems':
      return `${label} must have at least ${limit === '1' ? 'one item' : `${limit} items`}`;
    default:
      return `${label} ${message ?? 'is outside its limits'}`;
  }
}

/** What to do about what is empty; nothing where the sentence says it. */
function limitHint({ at, keyword }: Fault): string {
  const isItem = typeof at.at(-1) === 'number';
  if (keyword === 'minLength') return isItem ? 'fill it in, or delete the item' : 'fill it in, or delete the key';
  if (keyword !== 'minItems') return '';
  return at.length === 1 && at[0] === 'tasks'
    ? 'write one: - {name: first_task, agent: ...}'
    : 'fill it in, or delete the key';
}

function notOneOf(at: Path, value: unknown, allowed: readonly unknown[]): Finding {
  const words = allowed.map(String);
  const meant = typeof value === 'string' ? (didYouMean(value, words) ?? cutOrLong(value, words)) : undefined;
  const list = `${words.length === 1 ? 'the only value is' : 'values:'} ${words.join(', ')}`;
  return {
    code: 'not-one-of',
    message: `${labelOf(at)} cannot be ${brief(JSON.stringify(value))}`,
    at,
    hint: meant === undefined ? list : `${meant} ${list}`,
  };
}

/** The only word that the value begins, or that begins with it: "exponential" for exponential_backoff. */
function cutOrLong(value: string, words: readonly string[]): string | undefined {
  const written = value.toLowerCase();
  const near = words.filter((word) => written.length >= 3 && (word.startsWith(written) || written.startsWith(word)));
  return near.length === 1 ? `did you mean "${near[0]}"?` : undefined;
}

/** A key that tasks do not have, with the right form of what was meant and the other tasks that have it. */
function inTasks(finding: Finding, fault: Fault, data: unknown): Finding {
  const meant = /^did you mean "([^"]+)"/.exec(finding.hint ?? '')?.[1];
  const form = rightForm(fault, data, meant);
  const first = form === undefined || meant !== undefined ? finding.hint : undefined;
  const hint = [first, form, inOthers(fault, data)].filter((line) => line !== undefined).join('\n');
  return { ...finding, hint };
}

function unknownKey({ at }: Fault, key: string, document: DocumentName, owner: unknown): Finding {
  const tables = keysAt[document];
  const mapAt = at.filter((step) => typeof step === 'string').join('.');
  // By its path, because of a map in a shared schema Ajv does not say in which.
  const here = Object.keys(tables).find((place) => stepsOf(place).join('.') === mapAt);
  const allowed = tables[here ?? ''] ?? [];
  const finding = {
    code: 'unknown-key',
    message: `unknown key "${brief(key)}"`,
    at: [...at, key],
    part: 'key',
  } as const;
  // An output with keys has a form; an output that is a name is a file.
  const meanings = Object.hasOwn(synonyms, key) ? synonyms[key] : undefined;
  const isForm = meanings?.includes('expects') === true && kindOf(atPath(owner, [key]), []) === 'a map';
  const known = isForm ? undefined : meanings;
  const meant = known?.find((each) => allowed.includes(each)) ?? suggest(key, allowed) ?? onlyLonger(key, allowed);
  if (meant !== undefined) return { ...finding, hint: `did you mean "${meant}"?` };
  if (document === 'orchestra' && Object.hasOwn(homes, key))
    return { ...finding, hint: `"${key}" belongs ${homes[key]}` };
  const others = Object.keys(tables).filter((place) => place !== here && tables[place]?.includes(key));
  // What was indented by mistake is more than a part of the map in which it stands.
  const elsewhere = others.find((place) => place === top || place.startsWith(`${here}/`)) ?? others[0];
  if (elsewhere !== undefined) return { ...finding, hint: `"${key}" belongs ${placeName(elsewhere)}` };
  for (const place of Object.keys(tables)) {
    const near = suggest(key, tables[place] ?? []);
    if (near !== undefined) return { ...finding, hint: `did you mean "${near}", ${placeName(place)}?` };
  }
  return { ...finding, hint: `keys here: ${allowed.join(', ')}` };
}

/** The key that was cut short, where it can be only one: max_cost stands for max_cost_usd. */
function onlyLonger(key: string, allowed: readonly string[]): string | undefined {
  const longer = key.length < 3 ? [] : allowed.filter((each) => each.startsWith(`${key}_`));
  return longer.length === 1 ? longer[0] : undefined;
}

/** The top of a document, as a place in its schema. */
const top = '#';

/** A place in the schema, as people would say it. */
function placeName(schemaPath: string): string {
  return schemaPath === top
    ? 'at the top of the file, on a line without indentation'
    : `under ${stepsOf(schemaPath).join('.')}`;
}

/** The keys that lead to a place in the schema. */
function stepsOf(schemaPath: string): readonly string[] {
  return schemaPath
    .replace(/\/(items|anyOf\/\d+)/g, '')
    .split('/properties/')
    .slice(1);
}
