import type { Entry } from '../entry.ts';

const agents = 'agents: [{name: worker, run: make}]';

/** Faults of what single tasks say of themselves, where each word is well formed. */
export const taskEntries = {
  'retry-ignored': {
    severity: 'warning',
    title: 'retry_count has no effect because retry_strategy is none.',
    meaning: 'retry_strategy: none forbids every second attempt. Choose another, or delete retry_count.',
    wrong: `orchestra: {id: demo, execution: {retry_strategy: none}}
${agents}
tasks: [{name: build, agent: worker, retry_count: 2}]
`,
    right: `orchestra: {id: demo, execution: {retry_strategy: simple}}
${agents}
tasks: [{name: build, agent: worker, retry_count: 2}]
`,
  },
  'cache-ignored': {
    severity: 'warning',
    title: 'A task cannot take a recorded output.',
    meaning:
      'An output is taken again where nothing has changed that it depends on, and where it is all that the task leaves. What is changed in a repository is not in the output, and a description that uses {run_id} or {workspace} is another one in every run.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, cache: true, expects: {changes: true}}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, expects: {changes: true}}]
`,
  },
  'cache-outside': {
    severity: 'error',
    title: 'A file that a task says it depends on is outside of the project.',
    meaning:
      'The patterns under cache are relative to the folder in which the agent works, and stay in the project. Write them without a slash at the beginning, and with no more .. than there are folders above.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, cache: {files: ["../shared/*.h"]}}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, cache: {files: ["shared/*.h"]}}]
`,
  },
  'cache-pattern': {
    severity: 'error',
    title: 'A pattern of files holds what other programs read as a wildcard, and this one does not.',
    meaning:
      'Under cache and expects only *, ** and ? are wildcards. Braces, ranges in brackets, ! and ~ are characters of a name here, so that the pattern would match nothing: an output would be taken again though its files have changed, and an attempt would fail though its files are there. Write one pattern for each.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, cache: {files: ["src/*.{c,h}"]}}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks:
  - {name: build, agent: worker, cache: {files: ["src/*.c", "src/*.h"]}}
`,
  },
  'cache-unmatched': {
    severity: 'warning',
    title: 'No file matches a pattern of files that a task says it depends on.',
    meaning:
      'Under cache a task names the files by which its output is known to be still right. Where a pattern matches nothing, often because it is mistyped, no change of a file is noticed. Patterns are relative to the folder in which the agent works; wildcards leave out hidden files, node_modules and folders of runs. Files that an earlier task makes need not be there yet.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, cache: {files: ["scr/**"]}}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, cache: {files: ["src/**"]}}]
`,
  },
  'dependency-timeout': {
    severity: 'warning',
    title: "A dependency's timeout_seconds has no effect.",
    meaning:
      'A task waits for as long as those before it take. Limit these: each task has a timeout_seconds of its own.',
    wrong: `orchestra: {id: demo}
${agents}
tasks:
  - {name: build, agent: worker}
  - name: test
    agent: worker
    dependencies: [{task_name: build, timeout_seconds: 60}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks:
  - {name: build, agent: worker, timeout_seconds: 60}
  - {name: test, agent: worker, dependencies: [{task_name: build}]}
`,
  },
  'unknown-placeholder': {
    severity: 'warning',
    title: 'A text in braces is nearly the name of a placeholder.',
    meaning:
      'In descriptions {goal}, {task}, {run_id} and {workspace} are replaced. Any other text in braces stays as it is, because prompts hold JSON and code.',
    wrong: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, description: "Build '{gaol}'"}]
`,
    right: `orchestra: {id: demo}
${agents}
tasks: [{name: build, agent: worker, description: "Build '{goal}'"}]
`,
  },
  'empty-description': {
    severity: 'warning',
    title: 'A task for a model has no description.',
    meaning: 'A command knows what to do; a model only knows what it is told.',
    wrong: `orchestra: {id: demo}
agents: [{name: writer, adapter: claude}]
tasks: [{name: write, agent: writer}]
`,
    right: `orchestra: {id: demo}
agents: [{name: writer, adapter: claude}]
tasks: [{name: write, agent: writer, description: "Write about '{goal}'"}]
`,
  },
} as const satisfies Record<string, Entry>;
