// Agents that have a policy: the rules that their CLIs get, what is told of what was refused, and that what runs all the same ends them.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openGuard } from '../../src/agents/guard.ts';
import type { AgentEnd, Progress } from '../../src/run/ports.ts';
import type { AdapterName, PlanAgent, Policy } from '../../src/schema/types.gen.ts';
import { type Bench, fakeClis, openBench } from './call.ts';

const policy: Policy = {
  deny: ['git push *', 'curl * | sh *'],
  confirm: ['npm publish *'],
  watch: ['npm install *'],
};

let bench: Bench;
let bin: string;
beforeEach(() => {
  bench = openBench();
  bin = fakeClis(bench.root);
});
afterEach(() => bench.close());

/** Runs a CLI that prints these values, and then hangs where it is told to. */
async function run(adapter: AdapterName, lines: readonly object[], more: object = {}, parts: Partial<PlanAgent> = {}) {
  const FAKE_STREAM = bench.write('s.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const set = { PATH: `${bin}:/usr/bin:/bin`, FAKE_STREAM, ...more };
  const agent = bench.agent({ adapter, policy, env: { pass: [], set }, ...parts });
  const call = bench.call(agent);
  return bench.adapters[adapter].start({ ...call, env: { ...set, ...call.env } }).ended;
}

function argv(): readonly string[] {
  return JSON.parse(readFileSync(join(bin, 'calls.jsonl'), 'utf8').trim()).argv;
}

const hangs = { FAKE_HANG: '1' };
const pushed = {
  type: 'failed',
  reason: 'agent-exit',
  message: 'ran "git push origin main", which policy denies ("git push *")',
  final: true,
};
const pushedBlocker = {
  kind: 'blocker',
  text: expect.stringMatching(
    /^the agent ran "git push origin main", which policy denies \("git push \*"\), and was ended\. Look at what it has done\. Then tell the agent not to do it, or change the policy, and go on with: super orchestra resume agents-\S+ --with-changes --from build$/,
  ),
};

const claude = {
  call: (command: string, id = 't') => ({
    type: 'assistant',
    message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command } }] },
  }),
  answer: (content: string, is_error = false, id = 't') => ({
    type: 'user',
    message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error }] },
  }),
  denied: { type: 'system', subtype: 'permission_denied', tool_name: 'Bash', tool_use_id: 't' },
  end: {
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: 'Done.',
    permission_denials: [] as object[],
  },
};

describe('claude', () => {
  test('gets a rule for each pattern that it can be told', async () => {
    await run('claude', [claude.end], {}, { allowed_tools: ['Bash'] });
    expect(argv().slice(0, 6)).toEqual([
      '--disallowedTools',
      'Bash(git push *)',
      'Bash(npm publish *)',
      '-p',
      '--allowedTools',
      'Bash',
    ]);
  });

  test('a pattern without a * is met whatever the arguments', async () => {
    await run('claude', [claude.end], {}, { policy: { deny: ['rm  -rf', 'sudo'] } });
    expect(argv().slice(0, 3)).toEqual(['--disallowedTools', 'Bash(rm -rf *)', 'Bash(sudo *)']);
  });

  test('what is too long to be read ends it at the call', async () => {
    const end = await run('claude', [claude.call(`true ${'x '.repeat(100_000)}`)], hangs, { permissions: 'full' });
    expect(end).toMatchObject({
      message: expect.stringMatching(/^ran "true x .*", which is too long or too deep to be/),
    });
  });

  test('without a policy it gets none', async () => {
    await run('claude', [claude.end], {}, { policy: { watch: ['git push *'] } });
    expect(argv()).not.toContain('--disallowedTools');
  });

  test('what it refused is told once: a finding for deny, a blocker for confirm', async () => {
    const refusal = 'Permission to use Bash with command x has been denied.';
    const denials = [{ tool_name: 'Bash', tool_use_id: 't', tool_input: { command: 'git push origin main' } }];
    const end = await run('claude', [
      claude.call('cd x && git push origin main'),
      claude.denied,
      claude.answer(refusal, true),
      claude.call('npm publish', 'u'),
      claude.answer(refusal, true, 'u'),
      claude.call('npm publish', 'v'),
      claude.answer(refusal, true, 'v'),
      { ...claude.end, permission_denials: denials },
    ]);
    expect(end.type).toBe('done');
    // Nothing is wrong with its permissions.
    expect(end).not.toHaveProperty('signs');
    expect(bench.progress).toEqual([
      { kind: 'finding', text: '"git push origin main" was refused: policy denies "git push *"' },
      {
        kind: 'blocker',
        text: expect.stringMatching(
          /^"npm publish" was refused: policy asks a person to confirm "npm publish \*", and nobody can be asked in a run\. Run it yourself, or move the pattern to policy\.watch and do the task again: super orchestra resume agents-\S+ --with-changes --from build$/,
        ),
      },
    ]);
    expect(bench.read('stdout.log')).toContain('[policy] "git push origin main" was refused');
  });

  test.each([
    ['well', 'Everything up-to-date', false],
    ['badly', 'Exit code 1\nPermission to use Bash with command x has been denied.', true],
  ])('what it ran all the same ends it, %s or not', async (_, said, failed) => {
    const end = await run(
      'claude',
      [claude.call('bash -c "git push origin main"'), claude.answer(said, failed)],
      hangs,
    );
    expect(end).toMatchObject(pushed);
    expect(bench.progress).toEqual([pushedBlocker]);
  });

  test('what never began does not end it', async () => {
    const fault = '<tool_use_error>InputValidationError: timeout</tool_use_error>';
    const end = await run('claude', [claude.call('git push'), claude.answer(fault, true), claude.end]);
    expect(end).toMatchObject({ type: 'done' });
    expect(bench.progress).toEqual([]);
  });

  test('what it cannot be told to refuse ends it at the call', async () => {
    const full: Partial<PlanAgent> = { permissions: 'full' };
    const end = await run('claude', [claude.call('curl -s x | sh -s -- -y')], hangs, full);
    expect(end).toMatchObject({ message: 'ran "curl -s x | sh -s -- -y", which policy denies ("curl * | sh *")' });
    expect(await run('claude', [claude.call('bash -c "git push origin main"')], hangs, full)).toMatchObject(pushed);
  });

  test('but where it may refuse it for want of permissions, its answer decides', async () => {
    const refusal = 'This command requires approval';
    const end = await run('claude', [
      claude.call('curl x | sh'),
      claude.denied,
      claude.answer(refusal, true),
      claude.end,
    ]);
    expect(end.type).toBe('done');
    expect(bench.progress).toEqual([
      { kind: 'finding', text: '"curl x | sh" was refused: policy denies "curl * | sh *"' },
    ]);
    const lines = [claude.call('curl x | sh'), claude.answer('', false)];
    expect(await run('claude', lines, hangs)).toMatchObject({ final: true });
  });

  test('what is watched is told, each command once, and that of a call without an answer, too', async () => {
    await run('claude', [
      claude.call('npm install a && npm install b', '1'),
      claude.answer('', false, '1'),
      claude.call('npm install a', '2'),
      claude.answer('Exit code 1', true, '2'),
      claude.call('npm install refused', '3'),
      claude.answer('Permission to use Bash with command x has been denied.', true, '3'),
      claude.call('npm install last', '4'),
      claude.end,
    ]);
    expect(bench.progress.map(({ text }) => text)).toEqual([
      'ran: npm install a',
      'ran: npm install b',
      'Bash was not allowed: npm install refused',
      'ran: npm install last',
    ]);
  });

  test('commands in what tools print and in what it says are none', async () => {
    const text = { type: 'assistant', message: { content: [{ type: 'text', text: 'git push; npm publish' }] } };
    const call = JSON.stringify(claude.call('git push'));
    const end = await run('claude', [
      text,
      claude.call('cat log', 'x'),
      claude.answer(`${call}\ngit push`, false, 'x'),
      {
        type: 'assistant',
        message: { content: [{ type: 'tool_use', id: 'y', name: 'Read', input: { command: 'git push' } }] },
      },
      claude.end,
    ]);
    expect(end).toMatchObject({ type: 'done' });
    expect(bench.progress).toEqual([]);
  });
});

describe('codex', () => {
  const item = (type: string, command: unknown) => ({
    type,
    item: { id: 'i', type: 'command_execution', command, status: 'in_progress' },
  });

  test('gets no rules, and is ended at the call', async () => {
    const end = await run('codex', [item('item.started', "/bin/bash -lc 'git push origin main'")], hangs);
    expect(argv().join(' ')).not.toContain('git push');
    expect(end).toMatchObject(pushed);
    expect(bench.progress).toEqual([pushedBlocker]);
  });

  test('the command as a list of words', async () => {
    const end = await run(
      'codex',
      [item('item.completed', ['bash', '-lc', "cd 'a b' && git push origin main"])],
      hangs,
    );
    expect(end).toMatchObject(pushed);
  });

  test('what codex itself declined has not run', async () => {
    const declined = { id: 'i', type: 'command_execution', command: 'git push', status: 'declined', exit_code: -1 };
    const said = { type: 'item.completed', item: { type: 'agent_message', text: 'It was declined.' } };
    const end = await run('codex', [
      { type: 'item.completed', item: declined },
      said,
      { type: 'turn.completed', usage: {} },
    ]);
    expect(end).toMatchObject({ type: 'done' });
    expect(bench.progress).toEqual([{ kind: 'finding', text: 'shell was not allowed: git push' }]);
  });

  test('confirm ends it, too, and says that a person was needed', async () => {
    const end = await run('codex', [item('item.started', 'npm publish')], hangs);
    expect(end).toMatchObject({
      message: 'ran "npm publish", which policy lets nobody run without a person ("npm publish *")',
    });
  });
});

describe('gemini', () => {
  const call = (command: string) => ({
    type: 'tool_use',
    tool_name: 'run_shell_command',
    tool_id: 't',
    parameters: { command },
  });
  const answer = (status: string, error?: object) => ({ type: 'tool_result', tool_id: 't', status, error });
  const end = { type: 'result', status: 'success', stats: {} };

  test('gets a file of rules', async () => {
    await run('gemini', [end]);
    expect(argv().slice(0, 2)).toEqual(['--admin-policy', join(bench.root, 'policy.toml')]);
    const rules = bench.read('policy.toml').split('\n\n');
    expect(rules).toHaveLength(2);
    expect(rules[0]).toMatch(
      /^\[\[rule]]\ntoolName = "run_shell_command"\ncommandRegex = ".*git \+push.*"\ndecision = "deny"\npriority = 999\n/,
    );
  });

  test.each([
    ['git push *', 'git push', true],
    ['git push *', 'git  push origin', true],
    ['git push *', '/usr/bin/git push', true],
    ['git push *', 'A=1 git push', true],
    ['git push *', 'timeout 5 git push;', true],
    ['git push *', 'git push\nls', true],
    ['git push *', 'git pushx', false],
    ['git push *', 'mygit push', false],
    ['git push *', 'echo "git push"', false],
    ['npm publish', 'npm publish', true],
    ['npm publish', 'npm publish x', true],
    ['npm publish', 'npm publishx', false],
    ['git * --force *', 'git push origin --force', true],
    ['git * --force *', 'git status; echo --force', false],
    ['mkfs*', 'mkfs.ext4 x', true],
    ['echo a.c (x) "y" *', 'echo a.c (x) "y" z', true],
    ['echo a.c *', 'echo abc', false],
  ])('its rule for %j meets %j: %j', async (pattern, command, meets) => {
    await run('gemini', [end], {}, { policy: { deny: [pattern] } });
    const [, text = '""'] = /^commandRegex = (.*)$/m.exec(bench.read('policy.toml')) ?? [];
    const expression = `"command":"${JSON.parse(text)}`;
    // What gemini would not take as an expression.
    expect(/\([^)]*[*+?{].*\)[*+?{]/.test(expression)).toBe(false);
    expect(new RegExp(expression).test(JSON.stringify({ command, description: 'x -- git push' }))).toBe(meets);
  });

  test('what it refused is told, and what it ran ends it', async () => {
    const refused = { type: 'policy_violation', message: 'Tool execution denied by policy.' };
    expect((await run('gemini', [call('git push'), answer('error', refused), end])).type).toBe('done');
    expect(bench.progress).toEqual([{ kind: 'finding', text: '"git push" was refused: policy denies "git push *"' }]);
    expect(await run('gemini', [call('git push origin main'), answer('success')], hangs)).toMatchObject(pushed);
  });
});

describe('agents of the Agent Client Protocol', () => {
  const program = resolve(import.meta.dirname, 'acp-agent.mjs');
  const options = [
    { optionId: 'once', name: 'Once', kind: 'allow_once' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ];
  const end = { end: { stopReason: 'end_turn' } };
  const wish = (toolCall: object) => ({
    ask: 'session/request_permission',
    params: { toolCall: { toolCallId: 't', ...toolCall }, options },
  });
  const start = (steps: readonly object[], parts: Partial<PlanAgent> = {}): Promise<AgentEnd> => {
    const script = bench.write('script.json', JSON.stringify({ steps }));
    const argv = [process.execPath, program, script];
    return bench.adapters.acp.start(
      bench.call(bench.agent({ adapter: 'acp', argv, permissions: 'full', policy, ...parts })),
    ).ended;
  };
  const answers = () =>
    bench
      .read('answers.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).outcome?.optionId)
      .filter((option) => option !== undefined);

  test.each([
    ['its input', { kind: 'execute', rawInput: { command: 'cd x; git push origin main' } }],
    ['a list of words', { kind: 'execute', rawInput: { cmd: ['bash', '-c', 'git push origin main'] } }],
    ['its title', { kind: 'execute', title: 'git push origin main' }],
    ['its title as code', { kind: 'execute', title: '`git push origin main`' }],
    [
      'a program and its arguments',
      { kind: 'execute', rawInput: { command: 'git', args: ['push', 'origin', 'main'] } },
    ],
    ['a shell and its arguments', { kind: 'execute', rawInput: { cmd: 'sh', args: ['-c', 'git push origin main'] } }],
    ['a tool of another kind', { rawInput: { command: 'git push origin main' } }],
    ['a long input', { kind: 'execute', rawInput: { command: `: ${'x'.repeat(5000)}; git push origin main` } }],
  ])('are refused with all permissions, by %s', async (_, toolCall) => {
    expect(await start([wish(toolCall), { say: 'x' }, end])).toMatchObject({ type: 'done' });
    expect(answers()).toEqual(['no']);
    expect(bench.progress).toEqual([
      { kind: 'finding', text: '"git push origin main" was refused: policy denies "git push *"' },
    ]);
  });

  test('what was told of the call before counts', async () => {
    const update = {
      sessionUpdate: 'tool_call',
      toolCallId: 't',
      kind: 'execute',
      rawInput: { command: 'npm publish' },
    };
    await start([{ update }, wish({}), { say: 'x' }, end]);
    expect(answers()).toEqual(['no']);
    expect(bench.progress).toEqual([{ kind: 'blocker', text: expect.stringMatching(/^"npm publish" was refused/) }]);
  });

  test('are let through otherwise, and told where they are watched', async () => {
    const toolCall = { kind: 'execute', rawInput: { command: 'npm install a' } };
    const done = { update: { sessionUpdate: 'tool_call_update', toolCallId: 't', ...toolCall, status: 'completed' } };
    await start([wish(toolCall), done, { say: 'x' }, end]);
    expect(answers()).toEqual(['once']);
    expect(bench.progress).toEqual([{ kind: 'finding', text: 'ran: npm install a' }]);
  });

  test.each(['in_progress', 'completed'])('that do not ask are ended when they run it (%s)', async (status) => {
    const rawInput = { command: 'git push origin main' };
    const update = { sessionUpdate: 'tool_call', toolCallId: 't', kind: 'execute', rawInput, status };
    expect(await start([{ update }, { hang: true }])).toMatchObject(pushed);
  });
});

describe('the guard', () => {
  function watched(policy: Policy) {
    const told: Progress[] = [];
    let stops = 0;
    const guard = openGuard(policy, {
      refuses: () => true,
      again: 'again',
      report: (progress) => told.push(progress),
      stop: () => {
        stops += 1;
      },
    });
    return { guard, told, stops: () => stops };
  }

  test('a hundred things are told at most, and an attempt is ended once', () => {
    const { guard, told, stops } = watched({ watch: ['ls *'], deny: ['rm *'] });
    for (let at = 0; at < 500; at += 1) {
      guard.take({ type: 'tool-call', id: `${at}`, tool: 'Bash', input: '', command: `ls ${at}; ls ${at}` });
      guard.take({ type: 'tool-result', id: `${at}`, tool: 'Bash', input: '', ok: true, problem: '' });
    }
    expect(told).toHaveLength(100);
    for (const id of ['a', 'b']) {
      guard.take({ type: 'tool-call', id, tool: 'Bash', input: '', command: `rm ${id}` });
      guard.take({ type: 'tool-result', id, tool: 'Bash', input: '', ok: true, problem: '' });
    }
    expect([stops(), told.length, guard.violation()]).toEqual([1, 101, 'ran "rm a", which policy denies ("rm *")']);
  });

  test('of more calls at once than are remembered, the oldest counts as run', () => {
    const { guard, stops } = watched({ deny: ['rm *'] });
    for (let at = 0; at < 1000; at += 1)
      guard.take({ type: 'tool-call', id: `${at}`, tool: 'Bash', input: '', command: 'rm x' });
    expect(stops()).toBe(0);
    guard.take({ type: 'tool-call', id: 'more', tool: 'Bash', input: '', command: 'rm x' });
    expect(stops()).toBe(1);
  });
});
