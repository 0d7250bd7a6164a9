import type { Entry } from '../entry.ts';

/** Faults of agents: which they are, and how they run. */
export const agentEntries = {
  'duplicate-agent': {
    severity: 'error',
    title: 'Two agents have the same name.',
    meaning: 'Tasks name their agent, so a name may stand for one only. List each agent once.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, run: make}, {name: worker, run: make test}]
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, run: make}, {name: tester, run: make test}]
tasks: [{name: build, agent: worker}, {name: test, agent: tester}]
`,
  },
  'unknown-agent': {
    severity: 'error',
    title: 'A name stands for no agent.',
    meaning:
      'A task may name an agent from agents:. A name there is an agent written in place, or a playbook: agents/**/<name>_playbook.yaml or agents/<name>.yaml.',
    wrong: `orchestra: {id: demo}
agents: [{name: reviewer, run: make lint}]
tasks: [{name: review, agent: reviwer}]
`,
    right: `orchestra: {id: demo}
agents: [{name: reviewer, run: make lint}]
tasks: [{name: review, agent: reviewer}]
`,
  },
  'ambiguous-agent': {
    severity: 'error',
    title: 'Several playbooks answer to the same name.',
    meaning:
      'Playbooks are found by their file names anywhere under agents/, so two folders may not hold files of the same name. Rename all but one.',
    wrong: `# beside agents/web/reviewer_playbook.yaml
# and agents/api/reviewer_playbook.yaml
orchestra: {id: demo}
agents: [reviewer]
tasks: [{name: review, agent: reviewer, description: Review the change.}]
`,
    right: `# beside agents/web/web_reviewer_playbook.yaml
# and agents/api/api_reviewer_playbook.yaml
orchestra: {id: demo}
agents: [web_reviewer]
tasks:
  - {name: review, agent: web_reviewer, description: Review the change.}
`,
  },
  'unused-agent': {
    severity: 'warning',
    title: 'No task uses this agent.',
    meaning: 'It does no harm, but a task may have been forgotten, or name another agent by mistake.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, run: make}, {name: tester, run: make test}]
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, run: make}, {name: tester, run: make test}]
tasks: [{name: build, agent: worker}, {name: test, agent: tester}]
`,
  },
  'agent-shape': {
    severity: 'error',
    title: 'An agent lacks what its adapter needs, or has what it cannot use.',
    meaning:
      'command needs either run or argv, acp needs argv, module needs module; the other adapters use none of the three. permissions and policy are for claude, codex, gemini and acp, args for the first three of them, allowed_tools for claude and gemini, max_turns for claude.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, adapter: claude, run: make}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, adapter: command, run: make}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
  },
  'policy-pattern': {
    severity: 'error',
    title: 'A pattern of a policy cannot be met, or is met by everything.',
    meaning:
      'A pattern is one command as one types it, in which * stands for any characters; a space and * at the end, or no * at all, stand for any arguments or none. It is no regular expression. Programs of a pipeline are divided by |. What holds several commands (&&, ;, substitutions, files that are opened) is never one command: write a pattern for each. Quotes and redirections are left out, because commands are compared without them.',
    wrong: `orchestra: {id: demo, policy: {deny: ["git commit * && git push *"]}}
agents: [{name: worker, adapter: claude}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
    right: `orchestra: {id: demo, policy: {deny: ["git push *"]}}
agents: [{name: worker, adapter: claude}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
  },
  'policy-twice': {
    severity: 'warning',
    title: 'The same pattern stands under two words of a policy.',
    meaning: 'The stricter word counts: deny before confirm, confirm before watch. Keep one of them.',
    wrong: `orchestra: {id: demo, policy: {deny: ["git push *"], watch: ["git push *"]}}
agents: [{name: worker, adapter: claude}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
    right: `orchestra:
  id: demo
  policy: {deny: ["git push *"], watch: ["git fetch *"]}
agents: [{name: worker, adapter: claude}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
  },
  'policy-watched': {
    severity: 'warning',
    title: 'The CLI of an agent cannot be told what to refuse.',
    meaning:
      'claude and gemini get rules of their own from a policy, and agents by the Agent Client Protocol are answered by it. codex takes rules only from files of the person or the project, which a run does not touch: a command that is denied is seen when it begins, and its attempt is ended then. The sandbox of codex (permissions: plan or edit) keeps it off the network and in its folder, as far as its own settings do not say otherwise.',
    wrong: `orchestra: {id: demo, policy: {deny: ["git push *"]}}
agents: [{name: worker, adapter: codex}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
    right: `orchestra: {id: demo, policy: {deny: ["git push *"]}}
agents: [{name: worker, adapter: claude}]
tasks: [{name: build, agent: worker, description: Build it.}]
`,
  },
  'missing-file': {
    severity: 'warning',
    title: 'An agent names a file or a folder that is not here.',
    meaning:
      'Its cwd, its module, or the path of its program in argv leads nowhere on this machine. Where the orchestra runs on another one that may be as it should; here a run would be refused. cwd is relative to the folder of the project, module to the file that describes the agent, and a program to cwd.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, argv: [./tools/build, --all]}]
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, argv: [make, all]}]
tasks: [{name: build, agent: worker}]
`,
  },
  'templated-command': {
    severity: 'error',
    title: 'A command holds a template expression.',
    meaning:
      'Nothing is ever put into the text of a command, because what a person or a model wrote would then be run as code. Values arrive in the environment: "$SUPER_GOAL", "$SUPER_TASK", the files in "$SUPER_CONTEXT_DIR", and what env: names.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, run: "echo \${{ goal }}"}]
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, run: 'echo "$SUPER_GOAL"'}]
tasks: [{name: build, agent: worker}]
`,
  },
  'unfilled-command': {
    severity: 'warning',
    title: 'A command holds a placeholder, which is not replaced there.',
    meaning:
      '{goal} and its like are replaced in descriptions only. A command finds the same values in its environment: SUPER_GOAL, SUPER_TASK, SUPER_RUN_ID, SUPER_RUN_DIR.',
    wrong: `orchestra: {id: demo}
agents: [{name: worker, run: "echo {goal}"}]
tasks: [{name: build, agent: worker}]
`,
    right: `orchestra: {id: demo}
agents: [{name: worker, run: 'echo "$SUPER_GOAL"'}]
tasks: [{name: build, agent: worker}]
`,
  },
} as const satisfies Record<string, Entry>;
