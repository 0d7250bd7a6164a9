import type { Entry } from '../entry.ts';

/** Faults that the schema of a document finds. */
export const shapeEntries = {
  'foreign-shape': {
    severity: 'error',
    title: 'The document has the shape of another system.',
    meaning:
      'Several shapes of multi-agent files are described in the wild that nothing runs as they stand, because they leave open who does what after what. The hint shows the orchestra that the file could be: check it, and save it in its place.',
    wrong: `apiVersion: orchestra/v1
kind: Orchestra
metadata: {name: demo}
spec:
  agents: [{name: counter}]
  workflow: {mode: sequential, steps: [{agent: counter, task: count}]}
`,
    right: `orchestra:
  id: demo
  execution: {strategy: sequential}
agents: [{name: counter, adapter: claude}]
tasks: [{name: count, agent: counter, description: "Count for '{goal}'."}]
`,
  },
  'unknown-key': {
    severity: 'error',
    title: 'A map holds a key that does not exist there.',
    meaning:
      'A misspelt key would do nothing, silently. Mend it, move it to where it belongs, or, if it is a note of yours, put it under metadata or begin it with x-.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter, timeout: 60}]
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter, timeout_seconds: 60}]
`,
  },
  'missing-key': {
    severity: 'error',
    title: 'A map lacks a key that it must have.',
    meaning: 'An orchestra has orchestra: and tasks:, a task name: and agent:, a group name: and tasks:.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - name: count
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - name: count
    agent: counter
`,
  },
  'wrong-type': {
    severity: 'error',
    title: 'A value has the wrong type.',
    meaning:
      'YAML decides by its look what a value is: 1.0 is a number, true a truth value, {goal} a map and [draft] a list. Put quotes around what shall be a text, and write a list with brackets or dashes.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - name: count
    agent: counter
    description: {goal}
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - name: count
    agent: counter
    description: "{goal}"
`,
  },
  'not-one-of': {
    severity: 'error',
    title: 'A value is not among those allowed.',
    meaning: 'This key takes one of a few words. The hint lists them.',
    wrong: `orchestra: {id: demo, execution: {strategy: paralel}}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `orchestra: {id: demo, execution: {strategy: parallel}}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'bad-format': {
    severity: 'error',
    title: 'A name or an amount is not written as it must be.',
    meaning:
      'Names of tasks become file names and names of agents are looked up as files, so both are letters, digits, _ and - after a first letter. A duration is a number of seconds, or a number with ms, s, m or h and no space between; a size is a number of bytes, or a number with k, M, G, T or Ki, Mi, Gi, Ti.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count all files, agent: counter, timeout_seconds: 10 min}]
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count_all_files, agent: counter, timeout_seconds: 10m}]
`,
  },
  'out-of-range': {
    severity: 'error',
    title: 'A number or a length is outside its limits.',
    meaning: 'The message says what the limit is. A list that must have items may not be empty, nor may a command.',
    wrong: `orchestra:
  id: demo
  execution: {strategy: parallel, max_parallel_tasks: 0}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `orchestra:
  id: demo
  execution: {strategy: parallel, max_parallel_tasks: 1}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'output-schema': {
    severity: 'error',
    title: 'An output_schema is no JSON Schema.',
    meaning:
      'An output is measured by the schema of its task, which must be a JSON Schema of the draft 2020-12 without references to other files. Words that no draft knows do no harm.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, run: make report}]
tasks: [{name: report, agent: worker, output_schema: {type: objekt}}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, run: make report}]
tasks: [{name: report, agent: worker, output_schema: {type: object}}]
`,
  },
  'playbook-form': {
    severity: 'warning',
    title: 'A playbook bends the form; it was read as well as could be.',
    meaning:
      'Playbooks in use are uneven: a persona that is a text, tools that are a list, an unknown agent_type. What is only shown to people may bend the form. What an adapter needs may not, and is an error.',
    wrong: `apiVersion: agent/v1
kind: AgentSpec
metadata: {name: Counter}
spec:
  persona: a careful counter
  tasks: [{name: count, instruction: Count the files.}]
`,
    right: `apiVersion: agent/v1
kind: AgentSpec
metadata: {name: Counter}
spec:
  persona: {role: a careful counter}
  tasks: [{name: count, instruction: Count the files.}]
`,
  },
  'project-form': {
    severity: 'warning',
    title: 'The file .super has a key that is not read.',
    meaning:
      'Other programs have files of that name too, so that their keys do no harm. A setting works only under defaults:, and only under its own name.',
    wrong: `project: demo
max_parallel_tasks: 2
`,
    right: `project: demo
defaults: {max_parallel_tasks: 2}
`,
  },
  'not-a-playbook': {
    severity: 'error',
    title: 'The file describes no agent.',
    meaning:
      'A playbook has metadata: and spec:, and spec says at least who the agent is (persona, instructions), what it does (tasks) or how it runs (run, argv, module).',
    wrong: `hello: world
`,
    right: `apiVersion: agent/v1
kind: AgentSpec
metadata: {name: Counter}
spec: {run: git ls-files | wc -l}
`,
  },
} as const satisfies Record<string, Entry>;
