// Budgets as people set them, with agents that tell what they used, counted by the real program.
import { expect, test } from 'vitest';
import { openModelServer } from '../agents/model-server.ts';
import { events, orchestra, project, run, task } from './rig.ts';

/** Uses 100 tokens and 30 cents an attempt, and says so in the end. */
const spender =
  'export default { run: () => ({ output: "done", usage: { input_tokens: 90, output_tokens: 10, cost_usd: 0.3 } }) };';
/** Tells while it works that it uses more and more, and would never end. */
const glutton = `export default {
  async run({ spend }) {
    for (let input_tokens = 100; ; input_tokens += 100) {
      spend({ input_tokens, output_tokens: 0 });
      await new Promise((done) => setTimeout(done, 20));
    }
  },
};`;
/** Like it, for 1.5 s. */
const slow = `export default {
  async run() {
    await new Promise((done) => setTimeout(done, 1500));
    return { output: 'slow', usage: { input_tokens: 5, output_tokens: 5, cost_usd: 0.01 } };
  },
};`;

const modules = { 'spender.mjs': spender, 'glutton.mjs': glutton, 'slow.mjs': slow };
const agent = (name: string, module = 'spender', more: object = {}) => ({ name, module: `./${module}.mjs`, ...more });

function ends(cwd: string): Readonly<Record<string, string>> {
  const told = events(cwd).flatMap((event) =>
    event.type === 'task.failed' || event.type === 'task.skipped' || event.type === 'task.succeeded'
      ? [[event.task, 'reason' in event ? `${event.type} ${event.reason}` : event.type]]
      : [],
  );
  return Object.fromEntries(told);
}

test('a run whose budget is used up ends with 5, is refused with the same budget, and goes on with more', async () => {
  const tasks = ['one', 'two', 'three', 'four'].map((name) => task(name));
  const cwd = project({
    ...modules,
    ...orchestra({ execution: { budget: { max_cost_usd: 0.7 } }, agents: [agent('a')], tasks }),
  });
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(ended.code).toBe(5);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toContain('budget     the run: at most $0.70\n');
  expect(ended.stderr).toContain('BUDGET USED UP  4 tasks in ');
  expect(ended.stderr).toContain('budget  $0.60 of $0.70 spent\n');
  expect(ended.stderr).toMatch(/next .*orchestra resume .*--max-cost-usd 1\.4\n/);
  const because =
    'the budget of the run is used up: $0.60 of $0.70 spent, and another attempt is expected to take $0.30';
  expect(events(cwd).at(-1)).toMatchObject({
    type: 'run.finished',
    outcome: 'failed',
    because: 'budget',
    message: because,
  });
  expect(ends(cwd)).toEqual({
    one: 'task.succeeded',
    two: 'task.succeeded',
    three: 'task.skipped',
    four: 'task.skipped',
  });

  const show = await run(['runs', 'show'], { cwd });
  expect(show.stdout).toMatch(/^budget +\$0\.60 of \$0\.70 spent$/m);
  const shown = JSON.parse((await run(['runs', 'show', '--json'], { cwd })).stdout);
  expect(shown).toMatchObject({
    budget: { max_cost_usd: 0.7 },
    spent: { cost_usd: 0.6, tokens: 200, exceeded: 'max_cost_usd' },
  });

  const before = events(cwd).length;
  const less = await run(['orchestra', 'resume', '--max-cost-usd', '0.5'], { cwd });
  expect(less.code).toBe(5);
  expect(less.stderr).toMatch(/has used up its budget: \$0\.60 of \$0\.50 spent/);
  expect(less.stderr).toMatch(/to go on with more: super orchestra resume \S+ --max-cost-usd 1\.2\n/);
  expect(events(cwd)).toHaveLength(before);

  const more = await run(['orchestra', 'resume', '--max-cost-usd', '1.20'], { cwd });
  expect(more.code).toBe(0);
  expect(more.stderr).toContain('budget  $1.20 of $1.20 spent\n');
  expect(events(cwd).find(({ type }) => type === 'run.resumed')).toMatchObject({ budget: { max_cost_usd: 1.2 } });
  expect(events(cwd).filter((event) => event.type === 'task.started')).toHaveLength(4);
});

test('what runs ends by itself, or is ended with --hard', async () => {
  const agents = [agent('a'), agent('b', 'slow')];
  const tasks = [
    task('quick'),
    task('slow', { agent: 'b' }),
    task('later', { dependencies: [{ task_name: 'quick' }] }),
  ];
  const files = { ...modules, ...orchestra({ execution: { strategy: 'parallel' }, agents, tasks }) };
  const soft = project(files);
  expect((await run(['orchestra', 'run', 'o.yaml', '--max-tokens', '50'], { cwd: soft })).code).toBe(5);
  expect(ends(soft)).toEqual({ quick: 'task.succeeded', slow: 'task.succeeded', later: 'task.skipped' });
  const hard = project(files);
  expect((await run(['orchestra', 'run', 'o.yaml', '--max-tokens', '50', '--hard'], { cwd: hard })).code).toBe(5);
  expect(ends(hard)).toEqual({ quick: 'task.succeeded', slow: 'task.failed budget', later: 'task.skipped' });
  expect(events(hard)[0]).toMatchObject({ options: { budget: { max_tokens: 50, hard: true } } });
});

test('a task that tells that it exceeds its budget is ended while it works; alone it makes the run end with 5', async () => {
  const agents = [agent('a', 'glutton'), agent('b')];
  const tasks = [task('eats', { budget: { max_tokens: 1000 }, retry_count: 3 }), task('other', { agent: 'b' })];
  const cwd = project({
    ...modules,
    ...orchestra({ execution: { strategy: 'parallel', grace_seconds: 0 }, agents, tasks }),
  });
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(ended.code).toBe(5);
  const failed = events(cwd).find((event) => event.type === 'task.failed');
  expect(failed).toMatchObject({ task: 'eats', attempt: 1, reason: 'budget' });
  expect(failed).toMatchObject({
    message: expect.stringMatching(/^the budget of the task: 1,[1-9]00 tokens of 1,000 tokens used$/),
  });
  expect(ended.stderr).toContain('eats failed: budget: the budget of the task: 1,');
  expect(ends(cwd)).toMatchObject({ other: 'task.succeeded' });
  expect(failed !== undefined && 'usage' in failed && failed.usage?.input_tokens).toBeGreaterThan(1000);
});

test("an agent's time is over: its attempt is ended, and its further tasks fail without one", async () => {
  const agents = [{ name: 'a', run: 'sleep 30', budget: { max_wall: '300ms' } }, agent('b')];
  const tasks = [task('first'), task('second'), task('other', { agent: 'b' })];
  const execution = { strategy: 'parallel', max_parallel_tasks: 1 };
  const cwd = project({ ...modules, ...orchestra({ execution, agents, tasks }) });
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(ended.code).toBe(5);
  expect(ends(cwd)).toEqual({ first: 'task.failed budget', second: 'task.failed budget', other: 'task.succeeded' });
  expect(events(cwd).filter(({ type }) => type === 'task.started')).toHaveLength(2);
  // How much more it takes until the attempt has ended is up to the machine.
  expect(ended.stderr).toMatch(/second failed: budget: the budget of agent a: \d+(?:\.\d)? m?s of 300 ms used\n/);
  expect(ended.stderr).not.toContain('attempts/second');
  expect(ended.stderr).toMatch(
    /^next {4}super runs logs \S+ first\n {8}super orchestra resume \S+ --with-changes {2}# after/m,
  );
});

test('the plan says what may be spent, and of whose money nothing is known', async () => {
  const agents = [
    {
      name: 'a',
      adapter: 'llm',
      provider: 'openai',
      model: 'a-model-of-mine',
      base_url: 'http://127.0.0.1:9',
      budget: { max_tokens: 1000 },
    },
    { name: 'b', adapter: 'llm', provider: 'openai', model: 'gpt-5-mini', base_url: 'http://127.0.0.1:9' },
  ];
  const tasks = [
    task('one', { description: 'Do it' }),
    task('two', { agent: 'b', description: 'Do it', budget: { max_wall: '1m' } }),
  ];
  const files = orchestra({ execution: { budget: { max_wall: '2h' } }, agents, tasks });
  const cwd = project({
    ...files,
    '.super': 'defaults: {budget: {max_cost_usd: 5}, prices: {"gpt-5-*": {input: 1, output: 2}}}',
  });
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--dry-run'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Budget of the run: at most $5.00, 7200 s of time\nBudget of agent a: at most 1,000 tokens\n',
  );
  expect(stdout).toContain('Budget of task two: at most 60 s of time\n');
  expect(stdout).toMatch(
    /^ {2}a: llm .*, tokens are counted and no money: the price of a-model-of-mine is not known$/m,
  );
  expect(stdout).toMatch(/^ {2}b: llm .*, money is estimated/m);
  expect(stderr).toContain(
    'warning: max_cost_usd cannot count agent "a": the price of a-model-of-mine is not known [budget-blind]',
  );
  const shown = await run(['orchestra', 'show', 'o.yaml'], { cwd });
  expect(shown.stdout).toContain('budget of the run: at most $5.00, 7200 s of time\n');
  const config = await run(['config', 'o.yaml', '--show-origin'], { cwd, env: { SUPER_BUDGET_HARD: 'true' } });
  expect(config.stdout).toMatch(/^budget\.max_cost_usd +\$5\.00 +\.super:1:21$/m);
  expect(config.stdout).toMatch(/^budget\.max_wall +7200 s +o\.yaml:1:\d+$/m);
  expect(config.stdout).toMatch(/^budget\.hard +true +SUPER_BUDGET_HARD$/m);
  expect(config.stdout).toMatch(/^prices\.gpt-5-\* +\$1\.00 read, \$2\.00 written, a million tokens +\.super:1:\d+$/m);
});

test('amounts that are none, and --hard without a budget, are faults of usage', async () => {
  const cwd = project({ ...modules, ...orchestra({ agents: [agent('a')], tasks: [task('one')] }) });
  for (const [words, message] of [
    [['--max-cost-usd', '0'], '--max-cost-usd must be an amount of US dollars above 0, not "0"'],
    [['--max-tokens', '1.5'], '--max-tokens must be a whole number from 1 to'],
    [['--max-wall', 'soon'], '--max-wall must be a length of time, not "soon"'],
    [['--hard'], '--hard says what becomes of running agents when a budget is used up, and there is none'],
  ] as const) {
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', ...words], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  }
});

test('an answer of a model API that uses more than there is is ended while it comes', async () => {
  const server = await openModelServer();
  const base_url = `${server.url}/stepwise/v1`;
  const model = { adapter: 'llm', provider: 'anthropic', model: 'claude-sonnet-4-5', base_url };
  const cwd = project(
    orchestra({
      agents: [{ name: 'a', ...model, budget: { max_tokens: 10 } }],
      tasks: [task('one', { description: 'x' })],
    }),
  );
  const env = { ANTHROPIC_API_KEY: 'dummy-key-0123456789' };
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd, env });
  expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining('13 tokens of 10 tokens used') });
  expect(events(cwd).find(({ type }) => type === 'task.failed')).toMatchObject({
    reason: 'budget',
    usage: { input_tokens: 12, output_tokens: 1 },
  });
  await server.close();
});
