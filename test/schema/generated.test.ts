import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generate } from '../../schemas/generate.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { parseSource, type Source } from '../../src/spec/source.ts';

const root = resolve(import.meta.dirname, '../..');
const names = ['common', 'orchestra', 'agent', 'plan', 'event'] as const;

interface Node {
  readonly [key: string]: unknown;
}

function schema(name: string): Node {
  return JSON.parse(readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8')) as Node;
}

test('generated files are what the schemas give', async () => {
  const files = await generate();
  expect(Object.keys(files).length).toBeGreaterThan(4);
  for (const [path, text] of Object.entries(files)) {
    const committed = readFileSync(join(root, path), 'utf8');
    // Compared by equality first: the difference of a minified file is of no use to anybody.
    if (committed !== text) throw new Error(`${path} is not what schemas/ gives now: run npm run generate`);
  }
}, 60_000);

/** Every property of a schema with its place; values of annotations are no schemas. */
function properties(node: unknown, at: string): { readonly at: string; readonly property: Node }[] {
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, inner]) => {
    if (['examples', 'default', 'const', 'enum', 'description'].includes(key) && !at.endsWith('/properties')) return [];
    const own =
      at.endsWith('/properties') || at.endsWith('/$defs') ? [{ at: `${at}/${key}`, property: inner as Node }] : [];
    return [...own, ...properties(inner, `${at}/${key}`)];
  });
}

/** A property with what the definition that it refers to says of it. */
function resolved(property: Node, home: string): Node {
  const reference = property.$ref;
  if (typeof reference !== 'string') return property;
  const [file = '', path = ''] = reference.split('#');
  const owner = file === '' ? home : file.replace('.schema.json', '');
  const found = path
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Node)[key], schema(owner));
  return { ...resolved(found as Node, owner), ...property };
}

describe.each(names)('schemas/%s.schema.json', (name) => {
  const all = properties(schema(name), '#').map(({ at, property }) => ({ at, property: resolved(property, name) }));

  test('every field says what it is', () => {
    expect(all.length).toBeGreaterThan(3);
    expect(all.filter(({ property }) => !isText(property.description)).map(({ at }) => at)).toEqual([]);
  });

  test('every field shows an example, can have one value only, or is a map of such fields', () => {
    const bare = all.filter(({ property }) => {
      const { examples } = property;
      return !(Array.isArray(examples) && examples.length > 0) && !('const' in property) && !isMap(property, name);
    });
    expect(bare.map(({ at }) => at)).toEqual([]);
  });

  test('examples and defaults are valid themselves', () => {
    const ajv = new Ajv2020({ strict: false, discriminator: true, allErrors: true });
    for (const each of names) ajv.addSchema(schema(each));
    const id = schema(name).$id;
    const wrong = all.flatMap(({ at, property }) => {
      const check = ajv.getSchema(`${id}${at.replaceAll('~', '~0')}`);
      const examples = property.examples;
      const values = [
        ...(Array.isArray(examples) ? examples : []),
        ...('default' in property ? [property.default] : []),
      ];
      return values
        .filter((value) => check?.(value) !== true)
        .map((value) => `${at}: ${JSON.stringify(value)}: ${ajv.errorsText(check?.errors)}`);
    });
    expect(wrong).toEqual([]);
  });
});

/** Whether it is a map with fields of its own, or may be one. */
function isMap(property: Node, home: string): boolean {
  const choices = [property.oneOf, property.anyOf].flatMap((each) => (Array.isArray(each) ? each : []));
  return 'properties' in property || choices.some((each) => 'properties' in resolved(each as Node, home));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

test('a default that the schema states is the one that a file without the key gets', () => {
  const text =
    '{"orchestra": {"id": "o"}, "agents": [{"name": "a", "run": "cat"}], "tasks": [{"name": "t", "agent": "a", "description": ""}]}';
  const spec = readOrchestra(parseSource('o.yaml', text).value as Source).value;
  const execution = '#/properties/orchestra/properties/execution/properties/';
  const read: Readonly<Record<string, object | undefined>> = {
    [execution]: spec?.execution,
    [`${execution}retry_strategy/anyOf/1/properties/`]: spec?.execution.retry,
    '#/properties/tasks/items/properties/': spec?.tasks[0],
  };
  const compared = properties(schema('orchestra'), '#').flatMap(({ at, property }) => {
    const key = at.slice(at.lastIndexOf('/') + 1);
    const fact = read[at.slice(0, -key.length)] as Node | undefined;
    const { default: stated } = resolved(property, 'orchestra');
    if (fact === undefined || stated === undefined || !(key in fact)) return [];
    expect(fact[key], at).toEqual(stated);
    return [key];
  });
  expect(compared).toEqual(
    expect.arrayContaining([
      'task_timeout_seconds',
      'max_depth',
      'max_delegated_tasks',
      'max_attempts',
      'max_delay_seconds',
      'priority',
    ]),
  );
});

describe('documents, against the schema files themselves', () => {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    discriminator: true,
    allErrors: true,
  });
  ajv.addVocabulary(['tsType']);
  for (const each of names) ajv.addSchema(schema(each));
  // These have shapes that are no orchestra; they are told what they could be.
  const foreign = /^(refindex_platform|dsl_examples|superspec|od_kubernetes)/;
  const documents = ['orchestras', 'test/fixtures/orchestras', 'agents'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.yaml') && !foreign.test(file))
      .map((file) => ({ file: `${folder}/${file}`, kind: folder === 'agents' ? 'agent' : 'orchestra' })),
  );

  test.each(documents)('$file', ({ file, kind }) => {
    const validate = ajv.getSchema(schema(kind).$id as string);
    const value = parse(readFileSync(join(root, file), 'utf8'));
    expect(validate?.(value), ajv.errorsText(validate?.errors)).toBe(true);
  });

  test('what is none of them is refused', () => {
    const validate = ajv.getSchema(schema('orchestra').$id as string);
    expect(validate?.({ orchestra: { id: 'a' }, tasks: [{ name: 'a', agent: 'b', descripton: 'c' }] })).toBe(false);
  });
});
