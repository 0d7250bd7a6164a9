import { agentEntries } from './catalogue/agents.ts';
import { orchestraEntries } from './catalogue/orchestra.ts';
import { shapeEntries } from './catalogue/shape.ts';
import { taskEntries } from './catalogue/tasks.ts';
import { yamlEntries } from './catalogue/yaml.ts';
import type { Entry } from './entry.ts';

const entries = { ...yamlEntries, ...shapeEntries, ...orchestraEntries, ...taskEntries, ...agentEntries };

export type Code = keyof typeof entries;

/** Every code that a diagnostic may have. */
export const catalogue: Readonly<Record<Code, Entry>> = entries;
