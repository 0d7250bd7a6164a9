// Policies in whole runs: agents of fake CLIs, of which one runs what it must not.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { events, marked, orchestra, project, run, task } from './rig.ts';

const runsOf = (cwd: string) => readdirSync(join(cwd, 'orchestra_workspaces/o/runs')).sort();

const fake = resolve(import.meta.dirname, '../fixtures/fake-cli.mjs');

/** A project whose agents print these streams, and the environment in which their CLIs are found. */
function place(policy: object, agents: Readonly<Record<string, readonly object[]>>, retries = 0) {
  const names = Object.keys(agents);
  const cwd = project(
    orchestra({
      more: { policy },
      agents: names.map((adapter) => ({ name: `${adapter}_agent`, adapter, env: { FAKE_STREAM: `${adapter}.jsonl` } })),
      tasks: names.map((adapter) =>
        task(`by_${adapter}`, { agent: `${adapter}_agent`, description: 'Do it.', retry_count: retries }),
      ),
    }),
  );
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  for (const [adapter, lines] of Object.entries(agents)) {
    symlinkSync(fake, join(bin, adapter));
    writeFileSync(join(cwd, `${adapter}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  symlinkSync(process.execPath, join(bin, 'node'));
  return { cwd, env: { PATH: `${bin}:/usr/bin:/bin` } };
}

const policy = { deny: ['git push *', 'curl * | sh *'], confirm: ['npm publish *'], watch: ['npm install *'] };

const codex = (command: string) => [
  { type: 'item.started', item: { id: '1', type: 'command_execution', command, status: 'in_progress' } },
  { type: 'item.completed', item: { id: '1', type: 'command_execution', command, exit_code: 0, status: 'completed' } },
  { type: 'item.completed', item: { id: '2', type: 'agent_message', text: 'Done.' } },
  { type: 'turn.completed', usage: { input_tokens: 3, output_tokens: 2 } },
];

test('a denied command ends the attempt, which is not tried again, and says what to do', async () => {
  const at = place(policy, { codex: codex("/bin/bash -lc 'cd app && git push origin main'") }, 3);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'agent "codex_agent" is held to its policy only after the fact: codex takes no rules for one run',
  );
  const message = 'ran "git push origin main", which policy denies ("git push *")';
  expect(stderr).toContain(`by_codex failed: agent-exit: ${message}`);
  expect(stderr).toContain(`blocker: by_codex: the agent ${message}, and was ended. Look at what it has done.`);
  const told = events(at.cwd).filter(({ type }) => type.startsWith('task.'));
  expect(told.map(({ type }) => type)).toEqual(['task.started', 'task.progressed', 'task.failed']);
  expect(told.at(-1)).toMatchObject({ reason: 'agent-exit', message, attempt: 1 });
  expect(told.at(-1)).not.toHaveProperty('final');
  expect(marked(at.cwd)).toEqual([]);
});

test('refused and watched commands are told, and the run goes on', async () => {
  const call = (id: string, command: string) => ({
    type: 'assistant',
    message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command } }] },
  });
  const answer = (id: string, content: string, is_error: boolean) => ({
    type: 'user',
    message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error }] },
  });
  const at = place(policy, {
    claude: [
      call('1', 'npm publish --tag next'),
      answer('1', 'Permission to use Bash with command npm publish has been denied.', true),
      call('2', 'npm install left-pad'),
      answer('2', 'added 1 package', false),
      { type: 'result', subtype: 'success', is_error: false, result: 'Done.' },
    ],
  });
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining('Done.') });
  expect(stderr).toContain('blocker: by_claude: "npm publish --tag next" was refused: policy asks a person to confirm');
  expect(stderr).toContain('finding: by_claude: ran: npm install left-pad');
});

test('the advice of a refusal does the task again under the policy as it was changed', async () => {
  const called = { type: 'tool_use', id: '1', name: 'Bash', input: { command: 'npm publish' } };
  const refusal = {
    type: 'tool_result',
    tool_use_id: '1',
    content: 'Permission to use Bash has been denied.',
    is_error: true,
  };
  const at = place(policy, {
    claude: [
      { type: 'assistant', message: { content: [called] } },
      { type: 'user', message: { content: [refusal] } },
      { type: 'result', subtype: 'success', is_error: false, result: 'Done.' },
    ],
  });
  const first = await run(['orchestra', 'run', 'o.yaml', '--quiet'], at);
  expect(first).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^blocker: by_claude: "npm publish" was refused/),
  });
  const { stdout: shown } = await run(['runs', 'show'], at);
  expect(shown).toContain('\nblocker: by_claude: "npm publish" was refused');
  const { stdout: facts } = await run(['runs', 'show', '--json'], at);
  expect(JSON.parse(facts).tasks[0].notices).toEqual([
    { kind: 'blocker', text: expect.stringContaining('npm publish') },
  ]);
  const recorded = runsOf(at.cwd)[0] ?? '';
  const replayed = await run(['orchestra', 'replay', '--quiet'], at);
  expect(replayed.stderr).toContain(`super orchestra resume ${recorded} --with-changes --from by_claude`);
  const elsewhere = project({});
  cpSync(join(at.cwd, 'orchestra_workspaces/o/runs', recorded), join(elsewhere, 'there'), { recursive: true });
  const foreign = await run(['orchestra', 'replay', './there', '--quiet'], { ...at, cwd: elsewhere });
  expect(foreign.stderr).toMatch(/move the pattern to policy\.watch and do the task again\.$/m);
  expect(foreign.stderr).not.toContain('resume');
  const file = join(at.cwd, 'o.yaml');
  const watched = readFileSync(file, 'utf8').replace(
    '"confirm":["npm publish *"],"watch":[',
    '"watch":["npm publish *",',
  );
  writeFileSync(file, watched);
  const advice = /super (orchestra resume \S+ --with-changes --from \S+)$/m.exec(first.stderr)?.[1] ?? '';
  const again = await run([...advice.split(' '), '--json'], at);
  const told = again.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  expect(again.code).toBe(0);
  expect(told.map(({ type }) => type)).toContain('task.started');
  expect(told.filter(({ kind }) => kind === 'blocker')).toEqual([]);
});

test('a dry run says what holds each agent to it', async () => {
  const at = place(policy, { claude: [], codex: [], gemini: [] });
  const { code, stdout } = await run(['orchestra', 'run', 'o.yaml', '--dry-run'], at);
  expect(code).toBe(0);
  expect(stdout).toContain(`
Policy (a guard rail, no sandbox):
  claude_agent: deny, refused by its own rules: "git push *"
  claude_agent: deny, ended when it is seen: "curl * | sh *"
  claude_agent: confirm, refused by its own rules: "npm publish *"
  claude_agent: watch: "npm install *"
  codex_agent: deny, ended when it is seen: "git push *", "curl * | sh *"
  codex_agent: confirm, ended when it is seen: "npm publish *"
  codex_agent: watch: "npm install *"
  gemini_agent: deny, refused by its own rules: "git push *"
`);
  const { stdout: json } = await run(['orchestra', 'run', 'o.yaml', '--dry-run', '--json'], at);
  expect(JSON.parse(json).plan.tasks[1].policy[0]).toEqual({
    verdict: 'deny',
    pattern: 'git push *',
    enforcement: 'ended when it is seen',
  });
});

test('a dry run says of whom nothing holds it', async () => {
  const said = 'Policy (a guard rail, no sandbox):\n  not held: d runs a script of yours (command)\n';
  const cwd = project(
    orchestra({ more: { policy }, agents: [{ name: 'd', run: 'git push' }], tasks: [task('one', { agent: 'd' })] }),
  );
  const { stdout } = await run(['orchestra', 'run', 'o.yaml', '--dry-run'], { cwd });
  expect(stdout).toContain(said);
});

test('an agent shows its own', async () => {
  const at = place(policy, { claude: [] });
  mkdirSync(join(at.cwd, 'agents'));
  writeFileSync(
    join(at.cwd, 'agents/careful_playbook.yaml'),
    'apiVersion: agent/v1\nkind: AgentSpec\nmetadata: {id: careful, description: Careful.}\nspec:\n  adapter: acp\n  argv: [agent]\n  policy: {deny: ["git push *"], watch: ["npm *"]}\n',
  );
  const { stdout } = await run(['agent', 'show', 'careful'], at);
  expect(stdout).toMatch(/^policy +deny, refused when it asks: "git push \*"\n +watch: "npm \*"$/m);
});
