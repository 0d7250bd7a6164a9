import type { Severity } from './diagnostic.ts';

/** What a code means: printed by `super explain`, proven by the golden case of the same name. */
export interface Entry {
  readonly severity: Severity;
  /** One sentence. */
  readonly title: string;
  /** Why it is a fault and what to do. */
  readonly meaning: string;
  /** YAML that shows it. */
  readonly wrong: string;
  /** The same, mended. */
  readonly right: string;
}

export type Code = keyof typeof entries;

const entries = {
  'yaml-syntax': {
    severity: 'error',
    title: 'The text is not YAML.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-duplicate-key': {
    severity: 'error',
    title: 'A map holds the same key twice.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-many-documents': {
    severity: 'error',
    title: 'The file holds more than one YAML document.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-merge-key': {
    severity: 'error',
    title: 'Merge keys (<<) are not part of this language.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-forbidden-key': {
    severity: 'error',
    title: 'A key has a name that no map here may have.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-key-type': {
    severity: 'error',
    title: 'A key is not a plain string.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-tag': {
    severity: 'error',
    title: 'A value has a YAML tag that is not part of this language.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-aliases': {
    severity: 'error',
    title: 'The file uses too many aliases.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'yaml-depth': {
    severity: 'error',
    title: 'The file is nested too deeply.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'file-empty': {
    severity: 'error',
    title: 'The file holds nothing.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'file-binary': {
    severity: 'error',
    title: 'The file is not UTF-8 text.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'file-size': {
    severity: 'error',
    title: 'The file is too large.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'foreign-shape': {
    severity: 'error',
    title: 'The document has the shape of another system.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'unknown-key': {
    severity: 'error',
    title: 'A map holds a key that does not exist there.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'missing-key': {
    severity: 'error',
    title: 'A map lacks a key that it must have.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'wrong-type': {
    severity: 'error',
    title: 'A value has the wrong type.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'not-one-of': {
    severity: 'error',
    title: 'A value is not among those allowed.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'bad-format': {
    severity: 'error',
    title: 'A name or a duration is not written as it must be.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'out-of-range': {
    severity: 'error',
    title: 'A number or a length is outside its limits.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'duplicate-task': {
    severity: 'error',
    title: 'Two tasks have the same name, ignoring case.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'duplicate-agent': {
    severity: 'error',
    title: 'Two agents have the same name.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'duplicate-group': {
    severity: 'error',
    title: 'Two task groups have the same name.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'unknown-agent': {
    severity: 'error',
    title: 'A name stands for no agent.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'ambiguous-agent': {
    severity: 'error',
    title: 'Several playbooks answer to the same name.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'unused-agent': {
    severity: 'warning',
    title: 'No task uses this agent.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'unknown-task': {
    severity: 'error',
    title: 'A name stands for no task.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'self-reference': {
    severity: 'error',
    title: 'A task waits for itself.',
    meaning: '',
    wrong: '',
    right: '',
  },
  cycle: {
    severity: 'error',
    title: 'Tasks wait for each other in a circle.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'reserved-name': {
    severity: 'error',
    title: 'A task has a name that the strategy needs for a task of its own.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'two-groups': {
    severity: 'error',
    title: 'A task stands in two groups.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'no-group': {
    severity: 'warning',
    title: 'A task stands in no group.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'group-order': {
    severity: 'error',
    title: 'A task waits for a task of a later group.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'groups-ignored': {
    severity: 'warning',
    title: 'Task groups have no effect with this strategy.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'groups-missing': {
    severity: 'error',
    title: 'The mixed strategy needs task_groups.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'manager-ignored': {
    severity: 'warning',
    title: 'A setting of the hierarchical strategy has no effect with this one.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'limit-ignored': {
    severity: 'warning',
    title: 'max_parallel_tasks above 1 has no effect in a chain.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'retry-ignored': {
    severity: 'warning',
    title: 'retry_count has no effect because retry_strategy is none.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'dependency-timeout': {
    severity: 'warning',
    title: "A dependency's timeout_seconds has no effect.",
    meaning: '',
    wrong: '',
    right: '',
  },
  'unknown-placeholder': {
    severity: 'warning',
    title: 'A text in braces is nearly the name of a placeholder.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'templated-command': {
    severity: 'error',
    title: 'A command holds a template expression.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'unfilled-command': {
    severity: 'warning',
    title: 'A command holds a placeholder, which is not replaced there.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'agent-shape': {
    severity: 'error',
    title: 'An agent lacks what its adapter needs, or has what it cannot use.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'empty-description': {
    severity: 'warning',
    title: 'A task for a model has no description.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'playbook-form': {
    severity: 'warning',
    title: 'A playbook bends the form; it was read as well as could be.',
    meaning: '',
    wrong: '',
    right: '',
  },
  'not-a-playbook': {
    severity: 'error',
    title: 'The file describes no agent.',
    meaning: '',
    wrong: '',
    right: '',
  },
} as const satisfies Record<string, Entry>;

/** Every code that a diagnostic may have. */
export const catalogue: Readonly<Record<Code, Entry>> = entries;
