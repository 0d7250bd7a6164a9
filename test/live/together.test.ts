// The recorded session of the README: three real CLIs at the same time, and an agent of the Agent Client Protocol after them.
// With SUPER_LIVE_RECORD=1 it is recorded anew, into test/fixtures/runs.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { events, marked, run, runFolder } from '../rig/rig.ts';
import { sceneWith } from './scene.ts';

const name = 'orchestras/second_look_orchestra.yaml';
const workspace = 'orchestra_workspaces/second_look';
const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
const written = new RegExp(`^\`\`\`yaml\\n(# ${name}\\n[^]*?)^\`\`\`$`, 'm').exec(readme)?.[1] ?? '';
const fixture = resolve(import.meta.dirname, '../fixtures/runs/second_look');

/** What the stand-in says, by a text that stands in the prompt. */
const answers = {
  'Look at the parser': 'A string that is never closed takes the rest of the file with it.',
  'Look at the lexer': 'Columns are counted in bytes, so they are wrong after an umlaut.',
  'Look at the documentation': 'The first example uses an option that is gone.',
  'the worst first': '1. Strings that are never closed.\n2. Columns after an umlaut.\n3. The first example.',
};

test('three CLIs at the same time, and what they said goes to a fourth agent by its protocol', async () => {
  const scene = await sceneWith({ [name]: written }, 'ok', { answers });
  const words = ['orchestra', 'run', 'second_look', '--goal', 'can it be released?'];
  const { code, stdout, stderr } = await run(words, scene);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toBe(`## page\n\n${answers['the worst first']}\n`);
  const told = events(scene.cwd, workspace).map((each) => ('task' in each ? `${each.type} ${each.task}` : each.type));
  expect(told.slice(0, 4)).toEqual(['run.started', 'task.started parser', 'task.started lexer', 'task.started docs']);
  expect(told.slice(-3)).toEqual(['task.started page', 'task.succeeded page', 'run.finished']);
  const bodies = scene.sent().trim().split('\n');
  expect(bodies.some((each) => each.includes('Look at the parser') && each.includes('You look for what breaks.'))).toBe(
    true,
  );
  const joined = bodies.find((each) => each.includes('the worst first')) ?? '';
  for (const answer of Object.values(answers).slice(0, 3)) expect(joined).toContain(answer);
  expect(marked(`SUPER_RUN_DIR=${runFolder(scene.cwd, workspace)}`)).toEqual([]);
  if (process.env.SUPER_LIVE_RECORD !== undefined) record(scene.cwd, stderr + stdout);
});

/** Keeps what a recording is made of, and what was printed, without what is of this machine. */
function record(cwd: string, printed: string): void {
  rmSync(fixture, { recursive: true, force: true });
  const from = runFolder(cwd, workspace);
  const dashed = cwd.replaceAll('/', '-');
  for (const file of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = relative(from, join(file.parentPath, file.name));
    if (!file.isFile() || /^status\.json$|-call\.json$|\/context\//.test(path)) continue;
    const text = readFileSync(join(from, path), 'utf8').replaceAll(cwd, '/project').replaceAll(dashed, '-project');
    mkdirSync(dirname(join(fixture, path)), { recursive: true });
    writeFileSync(join(fixture, path), text.replaceAll(/cc-socks\/\d+/g, 'cc-socks/1'));
  }
  process.stdout.write(printed);
}
