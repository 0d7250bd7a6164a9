// Agents that speak the Agent Client Protocol, driven by the real program.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { events, marked, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

const program = resolve(import.meta.dirname, '../agents/acp-agent.mjs');
const end = { end: { stopReason: 'end_turn', usage: { inputTokens: 12, outputTokens: 7 } } };

/** An agent that does these steps. */
function scripted(name: string, steps: readonly object[], more: object = {}) {
  const file = `${name}.json`;
  return {
    agent: { name, adapter: 'acp', argv: ['node', program, file], ...more },
    file: { [file]: JSON.stringify({ steps }) },
  };
}

function write(path: string): object {
  return { ask: 'fs/write_text_file', params: { path, content: 'hello\n' } };
}

const command = {
  ask: 'session/request_permission',
  params: {
    toolCall: { toolCallId: 't', kind: 'execute', title: 'rm -rf /', rawInput: { command: 'rm -rf /' } },
    options: [
      { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
      { optionId: 'no', name: 'No', kind: 'reject_once' },
    ],
  },
};

function reports(cwd: string, type: string): readonly Record<string, unknown>[] {
  return events(cwd)
    .filter((event) => event.type === type)
    .map((event) => ({ ...event }));
}

test('work is done, what is not allowed is told, and one agent hands on to another', async () => {
  const build = scripted('a', [write('made.txt'), write('/tmp/super-outside'), command, { say: 'Built it.' }, end]);
  const check = scripted('b', [{ say: 'Checked it.' }, end], { permissions: 'plan', instructions: 'You check.' });
  const cwd = project({
    ...orchestra({
      agents: [build.agent, check.agent],
      tasks: [
        task('build', { description: 'Build {goal}.' }),
        task('check', { agent: 'b', description: 'Check it.', context: ['build'] }),
      ],
    }),
    ...build.file,
    ...check.file,
  });
  const ended = await run(['orchestra', 'run', 'o.yaml', '--goal', 'a boat'], { cwd });
  expect(ended).toMatchObject({ code: 0, stdout: 'Checked it.\n' });
  expect(readFileSync(join(cwd, 'made.txt'), 'utf8')).toBe('hello\n');
  expect(existsSync('/tmp/super-outside')).toBe(false);
  expect(reports(cwd, 'task.progressed')).toMatchObject([
    { task: 'build', kind: 'finding', text: 'write was not allowed: /tmp/super-outside' },
    { task: 'build', kind: 'finding', text: 'execute was not allowed: rm -rf /' },
  ]);
  expect(reports(cwd, 'task.succeeded')).toMatchObject([
    { usage: { input_tokens: 12, output_tokens: 7 } },
    { usage: { input_tokens: 12, output_tokens: 7 } },
  ]);
  const heard = readFileSync(join(cwd, 'answers.jsonl'), 'utf8');
  expect(heard).toContain('Build a boat.');
  expect(heard).toContain('You check.');
  expect(heard).toContain('Built it.');
  const transcript = readFileSync(join(runFolder(cwd), 'attempts/build/1/transcript.jsonl'), 'utf8');
  expect(transcript).toContain('"type":"super.refused"');
  expect(marked(cwd)).toEqual([]);
});

test('an agent that breaks off, one that hangs, one that is deaf: each fails as what it is, and nothing is left', async () => {
  const all = [
    scripted('broken', [{ say: 'half' }, { complain: 'out of luck' }, { exit: 3 }]),
    scripted('hung', [{ say: 'half' }, { hang: true }]),
    scripted('deaf', [{ deaf: true }, { say: 'half' }, { hang: true }]),
  ];
  const tasks = all.map(({ agent: { name } }) =>
    task(name, { agent: name, description: 'x', ...(name !== 'broken' && { timeout_seconds: 2 }) }),
  );
  const execution = { strategy: 'parallel', on_failure: 'continue', grace_seconds: 1 };
  const agents = all.map(({ agent }) => agent);
  const cwd = project({
    ...orchestra({ execution, agents, tasks }),
    ...Object.assign({}, ...all.map(({ file }) => file)),
  });
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd })).code).toBe(1);
  const failed = reports(cwd, 'task.failed').map((each) => [each.task, [each.reason, each.message]]);
  expect(Object.fromEntries(failed)).toEqual({
    broken: ['agent-exit', 'the agent ended before it had answered: exit code 3: out of luck'],
    hung: ['timeout', 'took longer than 2 s'],
    deaf: ['timeout', 'took longer than 2 s'],
  });
  expect(marked(cwd)).toEqual([]);
});

test('a secret that an agent prints is in no file, transcript included', async () => {
  const value = 'tok-0123456789-abcdef';
  const one = scripted('a', [{ sayEnv: 'TOKEN' }, end], { secrets: ['TOKEN'] });
  const cwd = project({
    ...orchestra({ agents: [one.agent], tasks: [task('one', { description: 'x' })] }),
    ...one.file,
  });
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd, env: { TOKEN: value } });
  expect(ended).toMatchObject({ code: 0, stdout: 'it is [redacted:TOKEN]\n' });
  const transcript = readFileSync(join(runFolder(cwd), 'attempts/one/1/transcript.jsonl'), 'utf8');
  expect(transcript).toContain('[redacted:TOKEN]');
  expect(transcript).not.toContain(value);
});

test('a stop while it works ends it', async () => {
  const one = scripted('a', [{ say: 'half' }, { update: { sessionUpdate: 'plan', entries: [] } }, { hang: true }]);
  const cwd = project({
    ...orchestra({ agents: [one.agent], tasks: [task('one', { description: 'x' })] }),
    ...one.file,
  });
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await until(
    () => existsSync(join(cwd, 'answers.jsonl')) && readFileSync(join(cwd, 'answers.jsonl'), 'utf8').includes('prompt'),
  );
  started.child.kill('SIGTERM');
  expect((await started.ended).code).toBe(143);
  expect(marked(cwd)).toEqual([]);
});
