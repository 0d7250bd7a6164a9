import { didYouMean } from '../diagnostics/suggest.ts';
import { type Command, exit, printJson, usageFault } from './command.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Documents that have a schema. */
export const schemaNames = ['orchestra', 'agent', 'project', 'config', 'plan', 'event', 'common'] as const;

export const schema: Command = {
  path: ['schema'],
  summary: 'print the JSON Schema of a document, self-contained',
  operands: '<schema>',
  options: [{ flags: '--json', description: 'changes nothing: a schema is a JSON document' }],
  more: `Schemas: ${schemaNames.join(', ')}`,
  example: 'super schema orchestra > orchestra.schema.json',
  async run({ operands: [asked = ''] }, io) {
    const schemas = await loadSchemas();
    if (!Object.hasOwn(schemas, asked)) {
      const guess = didYouMean(asked, schemaNames);
      throw usageFault(`there is no schema "${asked}"`, guess ?? `schemas: ${schemaNames.join(', ')}`);
    }
    printJson(io, selfContained(asked as (typeof schemaNames)[number], schemas));
    return exit.succeeded;
  },
};

async function loadSchemas(): Promise<Readonly<Record<(typeof schemaNames)[number], Tree>>> {
  const [orchestra, agent, project, config, plan, event, common] = await Promise.all([
    import('../../schemas/orchestra.schema.json', { with: { type: 'json' } }),
    import('../../schemas/agent.schema.json', { with: { type: 'json' } }),
    import('../../schemas/project.schema.json', { with: { type: 'json' } }),
    import('../../schemas/config.schema.json', { with: { type: 'json' } }),
    import('../../schemas/plan.schema.json', { with: { type: 'json' } }),
    import('../../schemas/event.schema.json', { with: { type: 'json' } }),
    import('../../schemas/common.schema.json', { with: { type: 'json' } }),
  ]);
  return {
    orchestra: orchestra.default,
    agent: agent.default,
    project: project.default,
    config: config.default,
    plan: plan.default,
    event: event.default,
    common: common.default,
  };
}

/** A schema in which every reference to another file points to a copy under its own $defs. */
function selfContained(name: string, schemas: Readonly<Record<string, Tree>>): Tree {
  const definitions = new Map<string, unknown>();

  function adopt(file: string, pointer: string): string {
    const local = pointer.startsWith('/$defs/')
      ? pointer.slice('/$defs/'.length)
      : `${file}${pointer.replaceAll('/', '_')}`;
    if (!definitions.has(local)) {
      definitions.set(local, undefined);
      const { $id, $schema, ...definition } = at(schemas[file], pointer) as Tree;
      definitions.set(local, copy(definition, file));
    }
    return `#/$defs/${local}`;
  }

  function copy(value: unknown, file: string): unknown {
    if (Array.isArray(value)) return value.map((item) => copy(item, file));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'tsType')
        .map(([key, inner]) => [
          key,
          key === '$ref' && typeof inner === 'string' ? follow(inner, file) : copy(inner, file),
        ]),
    );
  }

  function follow(reference: string, file: string): string {
    const [target = '', pointer = ''] = reference.split('#');
    const other = target === '' ? file : target.replace(/\.schema\.json$/, '');
    return other === name ? `#${pointer}` : adopt(other, pointer);
  }

  const own = copy(schemas[name], name) as Tree;
  const all = { ...(own.$defs as Tree | undefined), ...Object.fromEntries(definitions) };
  return Object.keys(all).length === 0 ? own : { ...own, $defs: all };
}

function at(tree: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Tree)[key], tree);
}
