// A run in one file, for somebody who has to find out what went wrong: nothing private leaves the machine, by whatever way
// agents, files and names try it, and what is left is a run that can be read.
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { RunId } from '../../src/schema/types.gen.ts';
import { layoutOf } from '../../src/workspace/layout.ts';
import { lostOutputs, type RecordedRun, readRun } from '../../src/workspace/recorded.ts';
import { unpackRecording } from '../../src/workspace/recording-reader.ts';
import { driver, orchestra, project, run, runFolder, start, task } from './rig.ts';

/** Words that must not be found, however they are written: each holds this one. */
const sentinel = /.{0,60}s.?e.?n.?t.?i.?n.?e.?l.{0,60}/i;

const user = 'sentineluser';
const keys = [
  `sk-ant-api03-SENTINEL${'x1'.repeat(10)}`,
  `ghp_SENTINEL${'a1'.repeat(14)}`,
  `xoxb-SENTINEL-${'a1'.repeat(10)}`,
  `glpat-SENTINEL${'a1'.repeat(8)}`,
  'AKIASENTINEL12345678',
  `eyJSENTINEL1${'a1'.repeat(8)}.eyJSENTINEL${'a1'.repeat(8)}.SENTINEL`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\nSENTINEL${'ab/+'.repeat(12)}\nSENTINEL==\n-----END OPENSSH PRIVATE KEY-----`,
  `Authorization: Bearer SENTINEL${'a1'.repeat(10)}`,
  `https://me:SENTINEL1@git.example/x.git`,
];

/** Prints this in every way in which programs write texts down. */
const leak = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const home = process.env.HOME;
const text = [
  ...JSON.parse(readFileSync('keys.json', 'utf8')), process.cwd(), home, home + '/.config/x', '${user}', '${user}@mail.example.com',
  'The.Sentinel+x@sentinel.example.com', '/home/sentinel/x', '/Users/sentinel/x', 'C:\\\\Users\\\\sentinel\\\\x', '/srv/sentinel/x',
  '/data/sentinel/x', process.env.LONG_VALUE, 'KEPT', process.argv[1], new Error('x').stack, join(home, '.claude/projects', process.cwd().replace(/[^a-z0-9]/gi, '-')),
  Buffer.from(process.cwd()).toString('base64'), encodeURIComponent(process.cwd()), 'file://' + process.cwd(),
].join('\\n');
const folder = dirname(process.env.SUPER_OUTPUT);
const lines = [JSON.stringify({ text }), JSON.stringify({ text: JSON.stringify({ text }) }), JSON.stringify({ text: '\\x1b[31m' + text })];
writeFileSync(join(folder, 'transcript.jsonl'), lines.map((line) => line + '\\n').join(''));
writeFileSync(join(process.env.SUPER_INTERMEDIATE_DIR, 'sentinel.txt'), text);
process.stderr.write(text);
const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0x00])]);
if (process.argv[2] === 'file') writeFileSync(process.env.SUPER_OUTPUT, bytes);
// Across the borders of what is read and written at once.
else for (let at = 0; at < 700; at++) process.stdout.write('x'.repeat(at % 97) + ' ' + text + '\\n');
console.log('{"type":"finding","text":' + JSON.stringify(text) + '}');
process.exit(process.argv[2] === 'fail' ? 1 : 0);
`;

/** A project in the home of a person, with private words everywhere, that was run. */
async function runOfSentinels() {
  const root = project({});
  const home = join(root, 'sentinel-homes', user);
  const cwd = join(home, 'sentinel-client', 'work');
  const env = { HOME: home, USER: user, SECRET: 'a-secret-of-SENTINEL' };
  const long = 'a-value-of-SENTINEL';
  const agents = [
    user,
    { name: 'leaky', argv: ['node', 'leak.mjs'], env: { LONG_VALUE: long, SHORT: 'sentinel' } },
    { name: 'filer', argv: ['node', 'leak.mjs', 'file'], env: { LONG_VALUE: long }, secrets: ['SECRET'] },
    { name: 'failer', argv: ['node', 'leak.mjs', 'fail'], env: { LONG_VALUE: long } },
  ];
  const said = `KEPT, says ${user}, see ${cwd}/x, write to ${user}@mail.example.com: ${keys[0]}`;
  const tasks = [
    task(`${user}-task`, { agent: user, description: said }),
    task('leak', { agent: 'leaky', description: said }),
    task('file', { agent: 'filer', description: said, context: ['leak'] }),
    task('fail', { agent: 'failer', description: said, retry_count: 1 }),
  ];
  const more = { name: `Of ${user}`, description: said, goal: said };
  const execution = { strategy: 'parallel', on_failure: 'continue' };
  const playbook = { apiVersion: 'agent/v1', kind: 'AgentSpec', metadata: { name: user, description: said } };
  const files: Readonly<Record<string, string>> = {
    ...orchestra({ more, execution, agents, tasks }),
    [`agents/${user}_playbook.yaml`]: JSON.stringify({
      ...playbook,
      spec: { run: `pwd; echo ${user}; echo "$HOME"`, env: { SHORT: 'sent1nel', PRIVATE_OTHER: 'other-SENTINEL' } },
    }),
    'leak.mjs': leak,
    'keys.json': JSON.stringify(keys),
    '.super': 'project: x\n',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const ran = await run(['orchestra', 'run', 'o.yaml'], { cwd, env });
  expect(ran.code).toBe(1);
  return { cwd, env, root };
}

/** What a recording holds, decoded: lines, and the files of it that are no text. */
function decoded(text: string): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return lines
    .map((line) => [line.file, line.text, Buffer.from(line.base64 ?? '', 'base64').toString('latin1')].join('\n'))
    .join('\n');
}

test('nothing private is in a redacted recording, and it is a whole run', async () => {
  const { cwd, env, root } = await runOfSentinels();
  const { code, stdout, stderr } = await run(['runs', 'export', '--redacted', '-o', 'bug.json.gz'], { cwd, env });
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(
    /^wrote bug\.json\.gz: run \S+ in \d+ files, [\d,]+ kB\ntaken out: .*\d+ keys.*\nleft: (?:the (?:user|machine)'s name \S+, )*(?:too common to be told apart; )?IP addresses\nit still holds .*5 prompts, 4 outputs, 4 transcripts, \d+ logs: look at it before you attach it\n$/,
  );
  const text = gunzipSync(readFileSync(join(cwd, 'bug.json.gz'))).toString();
  for (const each of [text, decoded(text), Buffer.from(decoded(text), 'latin1').toString()]) {
    const leaks = each.split('\n').flatMap((line) => sentinel.exec(line)?.[0] ?? []);
    expect(leaks).toEqual([]);
    for (const word of [
      root,
      Buffer.from(cwd).toString('base64').slice(4, 24),
      ...(hostname().length > 3 ? [hostname()] : []),
    ]) {
      expect(each).not.toContain(word);
    }
    expect(each).toContain('KEPT');
  }
  const folder = join(root, 'unpacked');
  const unpacking = await run(['runs', 'unpack', 'bug.json.gz', folder], { cwd, env });
  expect(unpacking).toEqual({
    code: 0,
    stdout: expect.stringMatching(/unpacked: run \S+ of o, \d+ files\n$/),
    stderr: `look at it: super runs show -w ${folder}\n`,
  });
  const layout = layoutOf(folder, readdirSync(join(folder, 'runs'))[0] as RunId);
  const recorded = readRun(layout) as RecordedRun;
  expect(await lostOutputs(recorded)).toEqual([]);
  expect(recorded.state.inOrder.map(({ task: { name, agent }, status }) => `${name} ${agent} ${status}`)).toEqual([
    'user-task user succeeded',
    'leak leaky succeeded',
    'file filer succeeded',
    'fail failer failed',
  ]);
  for (const line of readFileSync(join(layout.attempts, 'leak/1/transcript.jsonl'), 'utf8').trimEnd().split('\n')) {
    expect(JSON.parse(line).text).toContain('KEPT');
  }
  const shown = await run(['runs', 'show', '-w', folder], { cwd, env });
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('user-task')]);
});

test('without --redacted it is the run as it is, to a file, to a pipe and to standard output', async () => {
  const cwd = project(orchestra({ agents: [{ name: 'a', run: 'echo hi; pwd' }], tasks: [task('t')] }));
  await run(['orchestra', 'run', 'o.yaml'], { cwd });
  const file = await run(['runs', 'export', '--format', 'recording', '-o', 'r.json'], { cwd });
  expect(file.stderr).toMatch(
    /^wrote r\.json: run .*\nit holds 0 prompts, 1 output, 0 transcripts, 1 log, and whatever is private in them; --redacted takes/,
  );
  const text = readFileSync(join(cwd, 'r.json'), 'utf8');
  const printed = await run(['runs', 'export', '@last', '--format', 'recording'], { cwd });
  expect(printed.stdout).toBe(text);
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  const stream = createReadStream(join(cwd, 'pipe'), 'utf8');
  onTestFinished(() => void stream.destroy());
  const chunks: string[] = [];
  stream.on('data', (chunk) => void chunks.push(String(chunk)));
  expect((await run(['runs', 'export', '--format', 'recording', '-o', 'pipe'], { cwd })).code).toBe(0);
  await new Promise((done) => (stream.readableEnded ? done(0) : stream.on('end', () => done(0))));
  expect(chunks.join('')).toBe(text);
  expect(statSync(join(cwd, 'pipe')).isFIFO()).toBe(true);
  mkdirSync(join(cwd, 'u'));
  const { layout } = await unpackRecording(join(cwd, 'r.json'), join(cwd, 'u'));
  const was = runFolder(cwd);
  for (const name of [
    'plan.json',
    'orchestra.yaml',
    'events.jsonl',
    'attempts/t/1/stdout.log',
    'task_outputs/t_output.txt',
  ]) {
    expect(readFileSync(join(layout.folder, name)).equals(readFileSync(join(was, name)))).toBe(true);
  }
});

test('a run that goes on is carried as far as it has come', async () => {
  const { agent, begun } = await driver();
  const cwd = project(orchestra({ agents: [agent], tasks: [task('one'), task('two', { context: ['one'] })] }));
  const going = start(['orchestra', 'run', 'o.yaml'], { cwd });
  (await begun('one')).tell({ say: 'hello\n', exit: 0 });
  const second = await begun('two');
  expect((await run(['runs', 'export', '--redacted', '-o', 'r.json'], { cwd })).code).toBe(0);
  second.tell({ exit: 0 });
  expect((await going.ended).code).toBe(0);
  const unpacking = await run(['runs', 'unpack', 'r.json', 'u'], { cwd });
  expect([unpacking.code, unpacking.stderr]).toEqual([0, 'look at it: super runs show -w u\n']);
  const { tasks, state } = JSON.parse((await run(['runs', 'show', '-w', 'u', '--json'], { cwd })).stdout);
  expect([state, ...tasks.map((each: { state: string }) => each.state)]).toEqual([
    'interrupted',
    'succeeded',
    'interrupted',
  ]);
});

test('a recording that cannot be unpacked is told, and nothing is left of it', async () => {
  const cwd = project({ 'cut.json': '{"recording":1,"run":"20261120-024512-123-k3f9"}\n', here: '' });
  mkdirSync(join(cwd, 'orchestra_workspaces'));
  const before = readdirSync(cwd);
  const cases = [
    [['cut.json'], 3, 'super: cut.json:2: the end of the recording is missing: the file was cut off\n'],
    [['nothing.json'], 4, 'super: cannot read nothing.json: there is no such file\n'],
    [['.'], 4, 'super: . is no file\n'],
    [['cut.json', 'here'], 2, 'super: here is there already\n'],
    [
      ['cut.json', 'orchestra_workspaces/x'],
      2,
      'super: orchestra_workspaces/x is where runs of this project are kept\n',
    ],
  ] as const;
  for (const [words, code, stderr] of cases) {
    const ran = await run(['runs', 'unpack', ...words], { cwd });
    expect([ran.code, ran.stdout, ran.stderr.startsWith(stderr) ? stderr : ran.stderr]).toEqual([code, '', stderr]);
    expect(readdirSync(cwd)).toEqual(before);
  }
});

test('what does not go is said, and leaves nothing behind', async () => {
  const cwd = project(orchestra({ agents: [{ name: 'a', run: 'echo hi' }], tasks: [task('t')] }));
  await run(['orchestra', 'run', 'o.yaml'], { cwd });
  const before = readdirSync(cwd);
  const json = await run(['runs', 'export', '--redacted', '--format', 'json'], { cwd });
  expect([json.code, json.stderr]).toEqual([2, expect.stringContaining('--redacted goes with --format recording')]);
  const nowhere = await run(['runs', 'export', '--redacted', '-o', 'no/where.json'], { cwd });
  expect([nowhere.code, nowhere.stdout]).toEqual([4, '']);
  expect(nowhere.stderr).toContain('no/where.json');
  expect(readdirSync(cwd)).toEqual(before);
  expect(existsSync(join(cwd, 'no'))).toBe(false);
});
