import type { Entry } from '../entry.ts';

const agents = 'agents: [{name: worker, run: make}]';

/** Faults of tasks, groups and settings of an orchestra that are each well formed, but do not fit together. */
export const orchestraEntries = {
  'duplicate-task': {
    severity: 'error',
    title: 'Two tasks have the same name, ignoring case.',
    meaning:
      'A name stands for one task wherever others wait for it, and it becomes the name of the file with its output, which some file systems do not tell apart by case.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker}, {name: Build, agent: worker}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker}, {name: build_docs, agent: worker}]
`,
  },
  'duplicate-group': {
    severity: 'error',
    title: 'Two task groups have the same name.',
    meaning: 'The limit of a group is kept by its name. Rename one, or put all of the tasks into one group.',
    wrong: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups:
      - {name: first, tasks: [build]}
      - {name: first, tasks: [test]}
${agents}
tasks: [{name: build, agent: worker}, {name: test, agent: worker}]
`,
    right: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups:
      - {name: first, tasks: [build]}
      - {name: second, tasks: [test]}
${agents}
tasks: [{name: build, agent: worker}, {name: test, agent: worker}]
`,
  },
  'unknown-task': {
    severity: 'error',
    title: 'A name stands for no task.',
    meaning: 'context, dependencies and task_groups hold names of tasks of the same file, spelt alike.',
    wrong: `orchestra: {id: demo}
${agents}
tasks:
  - {name: build, agent: worker}
  - {name: test, agent: worker, context: [biuld]}
`,
    right: `orchestra: {id: demo}
${agents}
tasks:
  - {name: build, agent: worker}
  - {name: test, agent: worker, context: [build]}
`,
  },
  'self-reference': {
    severity: 'error',
    title: 'A task waits for itself.',
    meaning: 'It could never start. Name the task that it really needs, or nothing.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, context: [build]}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker}]
`,
  },
  cycle: {
    severity: 'error',
    title: 'Tasks wait for each other in a circle.',
    meaning:
      "None of them could ever start. The message shows the whole circle: take one name out of context or dependencies. Where two tasks improve each other's work, write the rounds out as tasks: draft, review, revision.",
    wrong: `orchestra: {id: demo}
${agents}
tasks:
  - {name: draft, agent: worker, context: [review]}
  - {name: review, agent: worker, context: [draft]}
`,
    right: `orchestra: {id: demo}
${agents}
tasks:
  - {name: draft, agent: worker}
  - {name: review, agent: worker, context: [draft]}
`,
  },
  'reserved-name': {
    severity: 'error',
    title: 'A task has a name that the strategy needs for a task of its own.',
    meaning:
      'The hierarchical strategy adds <manager>_brief before the other tasks and <manager>_synthesis after them.',
    wrong: `orchestra: {id: demo, execution: {strategy: hierarchical, manager: worker}}
${agents}
tasks: [{name: worker_brief, agent: worker}]
`,
    right: `orchestra: {id: demo, execution: {strategy: hierarchical, manager: worker}}
${agents}
tasks: [{name: build, agent: worker}]
`,
  },
  'two-groups': {
    severity: 'error',
    title: 'A task stands in two groups.',
    meaning: 'Groups run one after the other, so a task can belong to one of them only.',
    wrong: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups:
      - {name: first, tasks: [build]}
      - {name: second, tasks: [build, test]}
${agents}
tasks: [{name: build, agent: worker}, {name: test, agent: worker}]
`,
    right: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups:
      - {name: first, tasks: [build]}
      - {name: second, tasks: [test]}
${agents}
tasks: [{name: build, agent: worker}, {name: test, agent: worker}]
`,
  },
  'no-group': {
    severity: 'warning',
    title: 'A task stands in no group.',
    meaning: 'No barrier holds it: it starts as soon as the tasks that it waits for itself have ended.',
    wrong: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups: [{name: first, tasks: [build]}]
${agents}
tasks: [{name: build, agent: worker}, {name: test, agent: worker}]
`,
    right: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups: [{name: first, tasks: [build, test]}]
${agents}
tasks: [{name: build, agent: worker}, {name: test, agent: worker}]
`,
  },
  'group-order': {
    severity: 'error',
    title: 'A task waits for a task of a later group.',
    meaning:
      'Groups run in the order of the file, each after the one before it has ended, so the two would wait for each other. Move one of the tasks, or change the order of the groups.',
    wrong: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups:
      - {name: first, tasks: [test]}
      - {name: second, tasks: [build]}
${agents}
tasks:
  - {name: build, agent: worker}
  - {name: test, agent: worker, context: [build]}
`,
    right: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups:
      - {name: first, tasks: [build]}
      - {name: second, tasks: [test]}
${agents}
tasks:
  - {name: build, agent: worker}
  - {name: test, agent: worker, context: [build]}
`,
  },
  'groups-ignored': {
    severity: 'warning',
    title: 'Task groups have no effect with this strategy.',
    meaning: 'Only strategy: mixed looks at task_groups.',
    wrong: `orchestra:
  id: demo
  execution:
    strategy: parallel
    task_groups: [{name: first, tasks: [build]}]
${agents}
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups: [{name: first, tasks: [build]}]
${agents}
tasks: [{name: build, agent: worker}]
`,
  },
  'groups-missing': {
    severity: 'error',
    title: 'The mixed strategy needs task_groups.',
    meaning: 'mixed means: these groups one after the other. Without groups it says nothing; parallel does.',
    wrong: `orchestra: {id: demo, execution: {strategy: mixed}}
${agents}
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra:
  id: demo
  execution:
    strategy: mixed
    task_groups: [{name: first, tasks: [build]}]
${agents}
tasks: [{name: build, agent: worker}]
`,
  },
  'manager-ignored': {
    severity: 'warning',
    title: 'A setting of the hierarchical strategy has no effect with this one.',
    meaning: 'manager, max_depth and max_delegated_tasks are about delegation, which only hierarchical knows.',
    wrong: `orchestra: {id: demo, execution: {strategy: parallel, manager: worker}}
${agents}
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra: {id: demo, execution: {strategy: hierarchical, manager: worker}}
${agents}
tasks: [{name: build, agent: worker}]
`,
  },
  'limit-ignored': {
    severity: 'warning',
    title: 'max_parallel_tasks above 1 has no effect in a chain.',
    meaning: 'strategy: sequential runs one task after the other. Choose parallel to run those at once that can.',
    wrong: `orchestra:
  id: demo
  execution: {strategy: sequential, max_parallel_tasks: 4}
${agents}
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra:
  id: demo
  execution: {strategy: parallel, max_parallel_tasks: 4}
${agents}
tasks: [{name: build, agent: worker}]
`,
  },
  'budget-blind': {
    severity: 'warning',
    title: 'A budget cannot count what an agent spends.',
    meaning:
      'Money is what agents report, else what their tokens cost by a table of prices. Where the price of a model is not known, its tokens count and its money does not. Say the price under prices: in .super or in your config.yaml, or limit max_tokens. Commands tell neither tokens nor money: only max_wall limits them.',
    wrong: `orchestra: {id: demo, execution: {budget: {max_cost_usd: 5}}}
agents:
  - {name: worker, adapter: llm, provider: openai, model: a-model-of-mine}
tasks: [{name: build, agent: worker, description: "Build it"}]
`,
    right: `orchestra: {id: demo, execution: {budget: {max_tokens: 2000000}}}
agents:
  - {name: worker, adapter: llm, provider: openai, model: a-model-of-mine}
tasks: [{name: build, agent: worker, description: "Build it"}]
`,
  },
} as const satisfies Record<string, Entry>;
