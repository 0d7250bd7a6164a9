// Writes src/schema/types.gen.ts and src/schema/validators.gen.js from the schemas beside this file.
// `node schemas/generate.ts` writes; test/schema/generated.test.ts compares what generate() returns with what is committed.
import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const here = new URL('./', import.meta.url);
const names = ['common', 'orchestra', 'agent', 'plan', 'event', 'config', 'project'] as const;
const validated = { orchestra: true, agent: true, plan: true, event: true, config: true, project: true } as const;
/** The documents that people write. */
const written = ['orchestra', 'agent', 'config', 'project'] as const;
const banner = '// Generated from schemas/ by `npm run generate`. Do not edit.\n';

function schema(name: string): JSONSchema & { $id: string } {
  return JSON.parse(readFileSync(new URL(`${name}.schema.json`, here), 'utf8'));
}

const annotations = new Set(['description', 'default', 'examples']);

/** The schema without what only people read; with `beside` only where it stands beside a $ref, which would fork the type, and without x-* keys, which no code reads. */
function stripped<T>(value: T, beside: boolean): T {
  if (Array.isArray(value)) return value.map((item) => stripped(item, beside)) as T;
  if (value === null || typeof value !== 'object') return value;
  const drop = beside ? '$ref' in value : true;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(drop && annotations.has(key) && !isSchema(inner)))
      .filter(([key]) => !(beside && key === 'patternProperties'))
      .map(([key, inner]) => [key, stripped(inner, beside)]),
  ) as T;
}

/** Whether a value under the key "description" is a property of that name rather than an annotation. */
function isSchema(value: unknown): boolean {
  return value !== null && typeof value === 'object' && ('type' in value || '$ref' in value || 'description' in value);
}

/** One synthetic root, so that shared definitions appear once in the types. */
async function types(): Promise<string> {
  const root = {
    title: 'Everything',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(Object.keys(validated).map((name) => [name, { $ref: `${name}.schema.json` }])),
  };
  const text = await compile(root as JSONSchema, 'Everything', {
    cwd: here.pathname,
    bannerComment: banner,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    format: false,
    $refOptions: {
      resolve: {
        http: false,
        file: { order: 1, canRead: true, read: ({ url }: { url: string }) => stripped(schema(nameOf(url)), true) },
      },
    },
  });
  // Facts are readonly: every property and array of the generated types is.
  return text
    .replace(/^("?[\w-]+"?\??:|\[k: string\]:)/gm, 'readonly $1')
    .replace(/(: |= )(\([^()\n]*\)|\w+)\[\]\[\]$/gm, '$1readonly (readonly $2[])[]')
    .replace(/(: |= |: \()(\([^()\n]*\)|\w+)\[\]( \| null\))?$/gm, '$1readonly $2[]$3');
}

function nameOf(url: string): string {
  return /(\w+)\.schema\.json$/.exec(url)?.[1] ?? url;
}

/** A standalone validator of one schema; it gathers all faults, so that a file is told of every one at once. */
async function validator(name: keyof typeof validated): Promise<string> {
  const ajv = new Ajv2020({
    schemas: names.map((each) => stripped(schema(each), false) as AnySchema),
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    discriminator: true,
    inlineRefs: false,
    verbose: false,
    code: { source: true, esm: true, optimize: 2 },
  });
  ajv.addVocabulary(['tsType']);
  const code = (standalone as unknown as (a: unknown, r: unknown) => string)(ajv, { validate: schema(name).$id });
  const bundled = await build({
    stdin: { contents: code, resolveDir: here.pathname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    alias: { 'fast-deep-equal': new URL('equal.cjs', here).pathname },
    minify: true,
  });
  return banner + (bundled.outputFiles[0]?.text ?? '');
}

/** The part of a schema to which a JSON pointer leads. */
function inside(whole: unknown, pointer: string): unknown {
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], whole);
}

/** What the words of diagnostics need to know of the schemas: the keys of each map, and what each pattern is the form of. */
function terms(): string {
  const keysIn = (name: string) => {
    const keys: Record<string, string[]> = {};
    const visit = (node: unknown, path: string, file: string): void => {
      if (node === null || typeof node !== 'object') return;
      if ('$ref' in node && typeof node.$ref === 'string') {
        const [there = '', pointer = ''] = node.$ref.split('#');
        const target = there === '' ? file : nameOf(there);
        visit(inside(schema(target), pointer), path, target);
      }
      if ('properties' in node && path !== '') keys[path] = Object.keys(node.properties as object);
      for (const [key, inner] of Object.entries(node))
        if (!annotations.has(key) || path.endsWith('/properties')) visit(inner, `${path}/${key}`, file);
    };
    visit(schema(name), '#', name);
    return keys;
  };
  const patterns: Record<string, string> = {};
  const gather = (node: unknown, term: string): void => {
    if (node === null || typeof node !== 'object') return;
    if ('pattern' in node && typeof node.pattern === 'string') patterns[node.pattern] ??= term;
    for (const inner of Object.values(node)) gather(inner, term);
  };
  for (const [term, node] of Object.entries(schema('common').$defs ?? {})) gather(node, term);
  const words = { keys: Object.fromEntries(written.map((name) => [name, keysIn(name)])), patterns };
  const terms = Object.entries(schema('common').$defs ?? {}) as [string, { enum?: readonly string[] }][];
  const choices = Object.fromEntries(
    terms.flatMap(([term, node]) => (node.enum === undefined ? [] : [[term, node.enum]])),
  );
  return `${banner}
/** The documents that people write. */
export type DocumentName = ${written.map((name) => `'${name}'`).join(' | ')}

/** The keys that each map may have, by document and by the place of the map in the schema. */
export const keysAt: Readonly<Record<DocumentName, Readonly<Record<string, readonly string[]>>>> = ${JSON.stringify(words.keys, null, 2)}

/** The first term of common.schema.json whose form each pattern is. */
export const termOfPattern: Readonly<Record<string, string>> = ${JSON.stringify(words.patterns, null, 2)}

/** The words of each closed choice of common.schema.json. */
export const choices = ${JSON.stringify(choices, null, 2)} as const
`;
}

/** The generated files, by path relative to the repository's root. */
export async function generate(): Promise<Record<string, string>> {
  const files: Record<string, string> = {
    'src/schema/types.gen.ts': await types(),
    'src/schema/terms.gen.ts': terms(),
  };
  for (const name of Object.keys(validated) as (keyof typeof validated)[]) {
    files[`src/schema/${name}.gen.js`] = await validator(name);
  }
  return files;
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(await generate())) writeFileSync(new URL(`../${path}`, here), text);
}
