import type { Entry } from '../entry.ts';

/** Faults of a file as text and as YAML. */
export const yamlEntries = {
  'yaml-syntax': {
    severity: 'error',
    title: 'The text is not YAML.',
    meaning:
      'A quote, a bracket, a colon or an indentation is not what YAML expects. The place is where reading became impossible; the cause is there or just before. A value that holds ": " or " #", or starts with one of @ ` % * & ! | > [ {, needs quotes, or a block that starts with | on the line of its key.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - name: count
    agent: counter
    description: Counting: all files
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - name: count
    agent: counter
    description: "Counting: all files"
`,
  },
  'yaml-duplicate-key': {
    severity: 'error',
    title: 'A map holds the same key twice.',
    meaning:
      'Only one of the two values could count, and which one differs between programs. Delete one, or merge the two values.',
    wrong: `orchestra:
  id: demo
  id: other
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `orchestra:
  id: demo
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'yaml-many-documents': {
    severity: 'error',
    title: 'The file holds more than one YAML document.',
    meaning:
      'A line of three dashes starts a new document. One file describes one orchestra or one agent, so the rest would be ignored. Give each document a file of its own.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
---
orchestra: {id: other}
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'yaml-merge-key': {
    severity: 'error',
    title: 'Merge keys (<<) are not part of this language.',
    meaning:
      'YAML 1.2 has no merge keys, and what they do to a key that is there already differs between programs. Write the keys out. Anchors and aliases of whole values do work.',
    wrong: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - &first {name: count, agent: counter, timeout_seconds: 60}
  - {<<: *first, name: again}
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks:
  - {name: count, agent: counter, timeout_seconds: 60}
  - {name: again, agent: counter, timeout_seconds: 60}
`,
  },
  'yaml-forbidden-key': {
    severity: 'error',
    title: 'A key has a name that no map here may have.',
    meaning:
      'The names __proto__, constructor and prototype mean something to JavaScript programs that read the file, and have been used to attack them. Choose another name.',
    wrong: `metadata: {__proto__: {admin: true}}
orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `metadata: {owner: {admin: true}}
orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'yaml-key-type': {
    severity: 'error',
    title: 'A key is not a plain string.',
    meaning:
      'YAML reads 2024, true and null as a number, a truth value and nothing, and allows whole lists as keys. Here every key is a text: put quotes around it.',
    wrong: `metadata: {2024: first draft}
orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `metadata: {"2024": first draft}
orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'yaml-tag': {
    severity: 'error',
    title: 'A value has a YAML tag that is not part of this language.',
    meaning:
      'Tags such as !!js/function or !Ref ask a program to build something from the value; nothing of the kind happens here. Delete the tag. The tags of the YAML core schema (!!str, !!int and their like) may stand where they say what the value is.',
    wrong: `orchestra: {id: demo, goal: !upper count files}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `orchestra: {id: demo, goal: count files}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'yaml-aliases': {
    severity: 'error',
    title: 'An alias stands for nothing, for itself, or for too much.',
    meaning:
      'An alias (*name) repeats the value that has the anchor (&name) before it. It may not stand inside that value, and a file may use 100 aliases that stand for a million values at most: a few lines of aliases of aliases can fill any memory. A text that starts with * needs quotes.',
    wrong: `orchestra: {id: demo, goal: *everything*}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
    right: `orchestra: {id: demo, goal: "*everything*"}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'yaml-depth': {
    severity: 'error',
    title: 'The file is nested too deeply.',
    meaning:
      'Maps and lists may stand inside each other 64 levels deep; an orchestra needs about eight. Look for a bracket or a dash too many.',
    wrong: `${'['.repeat(65)}
${']'.repeat(65)}
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'file-empty': {
    severity: 'error',
    title: 'The file holds nothing.',
    meaning: 'There are only comments and blank lines, or not even these.',
    wrong: `# an orchestra, some day
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'file-binary': {
    severity: 'error',
    title: 'The file is not UTF-8 text.',
    meaning:
      'Some bytes are not part of UTF-8, or the text holds a NUL. Most editors can save a file "with encoding": choose UTF-8.',
    wrong: `orchestra: {id: demo, goal: "\0"}
`,
    right: `orchestra: {id: demo}
agents: [{name: counter, run: git ls-files | wc -l}]
tasks: [{name: count, agent: counter}]
`,
  },
  'file-size': {
    severity: 'error',
    title: 'The file is too large.',
    meaning:
      'A file may have 64 MiB, 4,000,000 keys, values and list items, and 400,000 blank lines and comments; a list 200,000 items, which is room for as many tasks; a map 10,000 keys, 1,000 at the top of the file; a text 4,000,000 characters. One task, one agent, and all that stands under another key at the top, may have 250,000 keys and list items. Put long texts into files that the agents read, or split the orchestra.',
    wrong: '',
    right: '',
  },
} as const satisfies Record<string, Entry>;
