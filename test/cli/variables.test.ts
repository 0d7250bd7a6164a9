// What is said of variables that agents name and that are not set, and of such as were meant to be settings.
import { expect, test } from 'vitest';
import { folderWith, runCli } from './harness.ts';

const needy = `orchestra: {id: needy, execution: {strategy: parallel}}
agents:
  - {name: shipper, run: 'echo shipped', secrets: [DEPLOY_TOKEN], env: [REGION]}
  - {name: tester, run: 'echo tested', secrets: [DEPLOY_TOKEN]}
tasks:
  - {name: ship, agent: shipper}
  - {name: test, agent: tester}
`;
const warnings = [
  'super: warning: the secret DEPLOY_TOKEN is not set here, and agents shipper, tester start without it',
  'super: warning: the variable REGION is not set here, and agent shipper starts without it',
];

async function run(env: Readonly<Record<string, string>>, ...more: readonly string[]) {
  const cwd = folderWith({ 'orchestras/needy.yaml': needy });
  const { code, stderr, stdout } = await runCli(['orchestra', 'run', 'needy', ...more], { cwd, env });
  return { code, stdout, told: stderr.split('\n').filter((line) => line.startsWith('super: warning: ')) };
}

test.each([[], ['--dry-run']])('what is not set is told, with who names it %j', async (...more) => {
  expect(await run({}, ...more)).toMatchObject({ code: 0, told: warnings });
});

test('an empty secret counts as not set; an empty variable is a value', async () => {
  expect((await run({ DEPLOY_TOKEN: '', REGION: '' }, '--dry-run')).told).toEqual([warnings[0]]);
});

test('nothing is told where nothing is lacking, or where nobody works', async () => {
  expect((await run({ DEPLOY_TOKEN: 'very-secret', REGION: 'north' }, '--dry-run')).told).toEqual([]);
  expect((await run({}, '--rehearse')).told).toEqual([]);
});

test('--quiet keeps progress back, and no warning', async () => {
  expect((await run({}, '--quiet')).told).toEqual(warnings);
});

test('--dry-run --json has them, too', async () => {
  const { stdout, told } = await run({}, '--dry-run', '--json');
  expect(told).toEqual([]);
  expect(JSON.parse(stdout).warnings).toEqual(warnings.map((line) => line.replace('super: warning: ', '')));
});

test('a variable that is nearly a setting', async () => {
  const set = { DEPLOY_TOKEN: 'very-secret', REGION: 'north' };
  const wrong = { ...set, SUPER_LIMIT_MEMORY: '1GiB', SUPER_GOAL: 'x', SUPER_WITHIN: 'r/t/1', SUPER_HERO: 'x' };
  for (const more of [[], ['--dry-run']]) {
    expect((await run(wrong, ...more)).told).toEqual([
      'super: warning: SUPER_LIMIT_MEMORY is set and is no setting; did you mean "SUPER_LIMITS_MEMORY"?',
    ]);
  }
});
