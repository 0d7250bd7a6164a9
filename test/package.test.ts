// What is published, installed into an empty folder as a user would do it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
let folder = '';
let packed: readonly string[] = [];

/** The npm of the Node that the tests run with, or of the machine. */
function npm(words: readonly string[], cwd: string): string {
  return execFileSync('npm', [...words], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'super-package-'));
  // The build is fresh; building again would take it from under other tests.
  const [report] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  packed = (report as { files: { path: string }[] }).files.map(({ path }) => path);
  writeFileSync(join(folder, 'package.json'), '{"name": "consumer", "private": true, "type": "module"}\n');
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', `./${tarball}`], folder);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(words: readonly string[]): string {
  return execFileSync(process.execPath, [...words], { cwd: folder, encoding: 'utf8' });
}

test('holds the program, its types, schemas and examples, and nothing of the workshop', () => {
  for (const path of [
    'dist/super.cjs',
    'dist/program.cjs',
    'dist/api.js',
    'dist/llm-host.js',
    'dist/acp-host.js',
    'dist/licenses.txt',
    'dist/types/api.d.ts',
    'schemas/orchestra.schema.json',
    'agents/developer_playbook.yaml',
    'orchestras/sdlc_orchestra.yaml',
    'README.md',
    'LICENSE',
    'package.json',
  ]) {
    expect(packed).toContain(path);
  }
  expect(
    packed.filter((path) =>
      /^dist\/cache\/|^(src|test|node_modules|\.ci)\/|\.test\.|generate\.ts|orchestra_workspaces\/./.test(path),
    ),
  ).toEqual([]);
});

test('whose work is bundled, and on which terms, goes along', () => {
  const licenses = readFileSync(join(folder, 'node_modules/super-orchestra/dist/licenses.txt'), 'utf8');
  for (const name of ['ai', 'yaml', 'commander', '@agentclientprotocol/sdk']) {
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(\\S+\\)$`, 'm'));
  }
  for (const words of ['Apache License', 'Permission is hereby granted', 'Permission to use, copy, modify']) {
    expect(licenses).toContain(words);
  }
});

test('the executable runs: version, and a run', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(folder, 'node_modules/.bin/super');
  expect(statSync(bin).mode & 0o111).not.toBe(0);
  expect(node([bin, '--version'])).toBe(`${version}\n`);
  writeFileSync(
    join(folder, 'o.yaml'),
    'orchestra: {id: o}\nagents: [{name: a, run: "echo from a package"}]\ntasks: [{name: one, agent: a, description: ""}]\n',
  );
  expect(node([bin, 'orchestra', 'run', 'o.yaml', '-q'])).toBe('from a package\n');
});

const consumer = `import { compile, fold, type Plan, readJournal, run, type RunEvent, version } from 'super-orchestra';

const text = \`orchestra: {id: api, goal: hello}
agents: [{name: a, run: 'printf %s "$SUPER_GOAL"'}]
tasks: [{name: one, agent: a, description: x}, {name: two, agent: a, description: y}]
\`;
const { value: plan, diagnostics } = await compile(text);
if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
const typed: Plan = plan;
const going = run(typed, { orchestra: text });
const events: RunEvent[] = [];
for await (const event of going) events.push(event);
const state = await going.result;
const kept = readJournal(\`\${going.folder}/events.jsonl\`).events;
const again = fold(plan, kept);
const bad = await compile('orchestra: {id: api}\\ntasks: [{name: one, agnt: a}]\\n');
console.log(JSON.stringify({
  version,
  types: events.map(({ type }) => type),
  same: JSON.stringify(kept) === JSON.stringify(events),
  outcome: [state.outcome, again.outcome],
  bad: bad.value === undefined && bad.diagnostics.every(({ line }) => line > 0),
}));
`;

test('programs import it: compile, run, iterate, fold, read the journal', () => {
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const said = JSON.parse(node(['consumer.ts']));
  expect(said).toMatchObject({ same: true, outcome: ['succeeded', 'succeeded'], bad: true });
  expect(said.types).toEqual([
    'run.started',
    'task.started',
    'task.succeeded',
    'task.started',
    'task.succeeded',
    'run.finished',
  ]);
});

test('its types are enough for a strict program', () => {
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const options = {
    target: 'es2024',
    lib: ['es2024', 'dom'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
    exactOptionalPropertyTypes: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
  let said = '';
  try {
    node([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--pretty', 'false']);
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  expect(said).toBe('');
  writeFileSync(join(folder, 'consumer.ts'), consumer.replace('const typed: Plan = plan', 'const typed: Plan = 1'));
  expect(() => node([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'])).toThrow();
});
