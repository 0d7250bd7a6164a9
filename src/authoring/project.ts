import { Document, isScalar } from 'yaml';
import { spaced } from './describe.ts';

/** A new project's files by path, folders with slashes; `name` is the project's, any text. */
export function projectFiles(name: string): Readonly<Record<string, string>> {
  return {
    '.super': `${new Document({ project: name, version: '0.1.0' }).toString()}\n${commentedDefaults}`,
    '.gitignore': gitignore,
    'agents/planner_playbook.yaml': newPlaybook('planner', planner),
    'agents/coder_playbook.yaml': newPlaybook('coder', coder),
    'agents/reviewer_playbook.yaml': newPlaybook('reviewer', reviewer),
    'orchestras/hello_orchestra.yaml': hello,
  };
}

const commentedDefaults = `# What counts for orchestras that do not say it themselves. To see what counts, and who says so: super config --show-origin
# defaults:
#   adapter: claude            # runs agents that name no adapter
#   max_parallel_tasks: 4      # at once; a chain runs one whatever stands here
#   task_timeout_seconds: 10m
#   run_timeout_seconds: 2h
#   grace_seconds: 10          # from TERM to KILL, for an agent that is told to end
#   on_failure: continue       # or stop
#   limits:
#     memory: 4GiB             # of one agent with all its processes
#     cpu: 2                   # processors of one agent
#     output: 100MB            # of one agent
#     disk: 20GB               # of a run's folder
#     free_disk: 1GB           # below it nothing new starts
#     cache: 256MiB            # of outputs that are kept to be taken again
#   budget:
#     max_cost_usd: 5          # of a run; nothing new starts when it is used up
#     max_tokens: 2000000
#     max_wall: 2h
#   prices:                    # US dollars for a million tokens, where an agent tells tokens and no money
#     "my-model*": {input: 1, output: 4, cached: 0.1}
#   env: [CI]                  # what agents get of your environment; or a map of name to value
`;

/** What git shall not track: the runs, whose outputs can be made again. */
export const gitignore = '# Runs of orchestras\n/orchestra_workspaces/\n';

/** What is particular to an agent; every part has a default to be written over. */
export interface PlaybookWords {
  readonly description?: string;
  readonly role?: string;
  readonly goal?: string;
  readonly traits?: readonly string[];
  readonly task?: string;
  readonly instruction?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
}

/** A playbook as YAML with comments. It names no adapter, so that it runs with whatever coding agent is installed. `name` conforms to AgentName. */
export function newPlaybook(name: string, words: PlaybookWords = {}): string {
  const title = spaced(name).replace(/(^| )\p{Ll}/gu, (start) => start.toUpperCase());
  const instruction =
    words.instruction ?? 'Say here, in a few plain sentences, how the work is to be done and what a good answer holds.';
  const document = new Document({
    apiVersion: 'agent/v1',
    kind: 'AgentSpec',
    metadata: {
      name: title,
      id: name,
      version: '1.0.0',
      description: words.description ?? `Does the work of a ${spaced(name)}.`,
    },
    spec: {
      persona: {
        role: words.role ?? title,
        goal: words.goal ?? 'Do one thing well',
        traits: words.traits ?? ['careful', 'brief'],
      },
      tasks: [
        {
          name: words.task ?? `${name.replaceAll('.', '_')}_task`,
          instruction,
          ...(words.inputs === undefined ? {} : { inputs: fields(words.inputs) }),
          ...(words.outputs === undefined ? {} : { outputs: fields(words.outputs) }),
        },
      ],
    },
  });
  document.commentBefore = [
    ` What this agent is told about itself:  super agent show ${name}`,
    ' It names no adapter: the first usable of claude, codex, gemini runs it, and super doctor says what is usable here.',
    ' To let it run a shell script of yours instead, add under spec:  run: ./my-agent.sh',
  ].join('\n');
  const folded = document.getIn(['spec', 'tasks', 0, 'instruction'], true);
  if (isScalar(folded)) folded.type = 'BLOCK_FOLDED';
  return document.toString({ lineWidth: 100 });
}

function fields(
  named: Readonly<Record<string, string>>,
): readonly { readonly name: string; readonly description: string }[] {
  return Object.entries(named).map(([name, description]) => ({ name, description }));
}

// What one gives another takes: that is how `super orchestra create` finds their order.

const planner: PlaybookWords = {
  description: 'Turns a goal into a short plan that somebody else can follow.',
  role: 'Planner of software changes',
  goal: 'A plan that can be carried out without asking back',
  traits: ['reads before it writes', 'prefers the smallest change that works'],
  task: 'plan_change',
  instruction:
    'Read the parts of the repository that the goal touches. Write a plan in numbered steps; each names the files to change and how to see that the step is done. Say what you leave out and why. Change no file.',
  outputs: { plan: 'Numbered steps with files and checks' },
};

const coder: PlaybookWords = {
  description: 'Carries out a plan in the code, tests included.',
  role: 'Software developer',
  goal: 'Working code that looks like the code around it',
  traits: ['follows the conventions of the repository', 'runs what it wrote'],
  task: 'make_change',
  instruction:
    'Carry out the plan step by step. Keep to the style of the files that you change. Add or adapt tests, run them, and mend what they find. Answer with the list of changed files, one sentence each, and the result of the tests.',
  inputs: { plan: 'Numbered steps with files and checks' },
  outputs: { change: 'Changed files and the result of the tests' },
};

const reviewer: PlaybookWords = {
  description: 'Reads a change with fresh eyes and says what is wrong with it.',
  role: 'Code reviewer',
  goal: 'No defect gets past you, and no false alarm leaves your desk',
  traits: ['proves a defect before it reports one', 'names file and line'],
  task: 'review_change',
  instruction:
    'Read the change as `git diff` shows it and the code around it. Report defects only, the worst first: file, line, what goes wrong, and with which input. Say so plainly if you found none. Change no file.',
  inputs: { change: 'Changed files and the result of the tests' },
  outputs: { review: 'Defects with file and line' },
};

const hello = `# A first orchestra. Needs no key: both agents are shell scripts.
#
#   super orchestra run hello --goal "See what is here" --dry-run     look first: nothing is started or written
#   super orchestra run hello --goal "See what is here"
#
# Then let your coding agents work: \`super orchestra create feature\` makes an orchestra of the playbooks in agents/.

orchestra:
  id: hello
  name: Hello Orchestra
  description: Looks at this folder and says what is in it.
  goal: See what is here
  execution:
    strategy: sequential

agents:
  # An agent with \`run:\` is a script for \`sh -eu\`. Nothing is put into its text: values arrive in the environment.
  - name: counter
    description: Counts files by kind
    run: |
      # Hidden folders and the runs themselves are passed over.
      find . -name '.?*' -prune -o -path ./orchestra_workspaces -prune -o -name node_modules -prune -o -type f -print |
        sed -e 's|.*/||' -e '/./!d' -e 's/.*\\.//' | sort | uniq -c | sort -rn | head -n 20

  - name: writer
    description: Makes a page of it
    run: |
      printf '# %s\\n\\n' "$SUPER_GOAL"
      # The output of each task under \`context:\` is a file in $SUPER_CONTEXT_DIR.
      awk '
        { count += $1; lines = lines "- " $2 ": " $1 "\\n" }
        END { printf "Files: %d. By kind:\\n\\n%s", count, lines }
      ' "$SUPER_CONTEXT_DIR/count.txt"

tasks:
  - name: count
    agent: counter
    description: Count the files of this project by kind.

  - name: page
    agent: writer
    description: Write a page about it for '{goal}'.
    context: [count]
`;
