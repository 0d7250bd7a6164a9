import { expect, test } from 'vitest';
import { commandOrchestra, folderWith, runCli } from './harness.ts';

const show = (orchestra: string, ...options: string[]) =>
  runCli(['orchestra', 'show', 'x', ...options], { cwd: folderWith({ 'orchestras/x.yaml': orchestra }) });

const chain = commandOrchestra('x', ['first', 'second first']);

test('the plan in each form', async () => {
  const tree = await show(chain);
  expect(tree).toMatchObject({ code: 0, stderr: '' });
  expect(tree.stdout).toMatch(/first .*shell[\s\S]*second .*shell/);
  expect((await show(chain, '--format', 'tree')).stdout).toBe(tree.stdout);
  expect((await show(chain, '--format', 'mermaid')).stdout).toMatch(/^flowchart /);
  expect((await show(chain, '--format', 'dot')).stdout).toMatch(/^digraph "x" /);
  const json = await show(chain, '--format', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({ orchestra: 'x', order: ['first', 'second'] });
  expect(await show(chain, '--json')).toEqual(json);
});

test('warnings go to standard error, the drawing to standard output', async () => {
  const { code, stdout, stderr } = await show(
    chain.replace('agents:\n', 'agents:\n  - {name: idle, run: "true"}\n'),
    '--json',
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ orchestra: 'x' });
  expect(stderr).toMatch(/\[unused-agent\][\s\S]*\n1 warning in orchestras\/x.yaml\n$/);
});

test('where there is no plan its faults are the result', async () => {
  const cyclic = commandOrchestra('x', ['first second', 'second first']);
  expect(await show(cyclic)).toMatchObject({ code: 3, stdout: expect.stringContaining('first -> second -> first') });
  expect(JSON.parse((await show(cyclic, '--json')).stdout)).toMatchObject({
    ok: false,
    diagnostics: [{ code: 'cycle' }],
  });
});
