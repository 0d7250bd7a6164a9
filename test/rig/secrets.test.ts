// Values of secrets appear nowhere in what is written: files, events, screens, exports; with agents that do all they can.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formsOf } from '../../src/run/redaction/secret-forms.ts';
import { events, lives, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

/** Fifty values of all kinds; one has several lines, one contains another. */
const secrets: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 50 }, (_, at) => {
    const text = `v${at}_${(at * 7919 + 104729).toString(36)}`;
    const kinds = [text, `${text}+/ =&?`, `it's "${text}" $x \\`, `sk-${text}é€`, `${text}\nsecond line ${text}\n`];
    return [`SECRET_${at}`, kinds[at % kinds.length] ?? text];
  }),
);
const env = { ...secrets, SECRET_50: 'v0_28t', SECRET_51: `${secrets.SECRET_0} and more` };
const names = Object.keys(env);

/** Every form of every value, as it may stand in a file. */
const forms = Object.values(env).flatMap((value) => {
  const { texts, wrapped } = formsOf(value);
  return [...texts, ...wrapped].filter((form) => form.length >= 5);
});

/** Writes all forms of all secrets, in pieces, to every way out there is. */
const leak = `
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
export const all = () => {
  const forms = JSON.parse(readFileSync(process.env.FORMS, 'utf8'));
  return forms.map((form) => form + '\\n--\\n').join('');
};
export async function pieces(fd, text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) {
    writeSync(fd, bytes.subarray(at, at + 7));
    if (at % 700 === 0) await new Promise((done) => setImmediate(done));
  }
}
`;
const command = `
import { all, pieces } from './leak.mjs';
import { writeFileSync } from 'node:fs';
const text = all();
await Promise.all([pieces(1, text), pieces(2, text)]);
if (process.argv[2] === 'file') writeFileSync(process.env.SUPER_OUTPUT, text);
process.exit(process.argv[2] === 'fail' ? 1 : 0);
`;
const module = `
import { all, pieces } from './leak.mjs';
export default {
  async run({ report, log, env, task }) {
    const text = all();
    for (const name of Object.keys(env)) if (name.startsWith('SECRET_')) report({ kind: 'finding', text: 'I have ' + env[name] });
    log(text);
    await pieces(1, text);
    if (task === 'bad') throw new Error('x'.repeat(1990) + env.SECRET_3 + text);
    return text;
  },
};
`;

function leakyProject(): string {
  const agents = [
    { name: 'printer', argv: ['node', 'command.mjs'], secrets: names, env: { FORMS: 'forms.json' } },
    { name: 'filer', argv: ['node', 'command.mjs', 'file'], secrets: ['SECRET_1'], env: { FORMS: 'forms.json' } },
    { name: 'failer', argv: ['node', 'command.mjs', 'fail'], env: { FORMS: 'forms.json' } },
    { name: 'thinker', adapter: 'module', module: './agent.mjs', secrets: names, env: { FORMS: 'forms.json' } },
    { name: 'shell', run: `cat; cat "$SUPER_CONTEXT_DIR"/*; set -x; : "$SECRET_2"; echo "$SECRET_4"`, secrets: names },
  ];
  const tasks = [
    task('print', { agent: 'printer' }),
    task('file', { agent: 'filer' }),
    task('fail', { agent: 'failer', retry_count: 1 }),
    task('think', { agent: 'thinker' }),
    task('bad', { agent: 'thinker' }),
    task('gather', { agent: 'shell', context: ['print', 'file', 'think'] }),
  ];
  const execution = { strategy: 'parallel', on_failure: 'continue', max_parallel_tasks: 3 };
  return project({
    ...orchestra({ execution, agents, tasks }),
    'leak.mjs': leak,
    'command.mjs': command,
    'agent.mjs': module,
    'forms.json': JSON.stringify(forms),
  });
}

/** Files under a folder, and what they hold. */
function contents(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, full: join(folder, path) }))
    .filter(({ full }) => statSync(full).isFile())
    .map(({ path, full }) => ({ path, text: readFileSync(full, 'utf8') }));
}

function leaksIn(text: string): readonly string[] {
  // Marks may hold what looks like an end of a form: a few letters of base64 beside them.
  return forms.filter((form) => text.includes(form));
}

test('fifty secrets in every form are nowhere in the files and on the screens of a run', async () => {
  const cwd = leakyProject();
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--verbose'], { cwd, env });
  expect(code).toBe(1);
  const ends = events(cwd).flatMap((event) =>
    event.type === 'task.succeeded' || event.type === 'task.failed' ? [`${event.task} ${event.type.slice(5)}`] : [],
  );
  expect(ends.sort()).toEqual([
    'bad failed',
    'fail failed',
    'file succeeded',
    'gather succeeded',
    'print succeeded',
    'think succeeded',
  ]);
  const folder = runFolder(cwd);
  const leaks = contents(folder).flatMap(({ path, text }) => leaksIn(text).map((form) => `${path}: ${form}`));
  expect(leaks).toEqual([]);
  expect(leaksIn(stdout + stderr)).toEqual([]);
  // The agents did say it all.
  for (const path of ['print/1/stdout.log', 'print/1/stderr.log', 'file/1/output.txt', 'fail/2/stdout.log']) {
    const text = readFileSync(join(folder, 'attempts', path), 'utf8');
    expect(text.match(/--$/gm)?.length).toBe(forms.length);
    for (const name of names.slice(0, 50)) expect(text).toContain(`[redacted:${name}]`);
  }
  expect(readFileSync(join(folder, 'task_outputs', 'gather_output.txt'), 'utf8')).toContain('[redacted:SECRET_4]');
  const json = await run(['orchestra', 'run', 'o.yaml', '--json', '-w', 'w2'], { cwd, env });
  expect(json.stdout).toContain('I have [redacted:SECRET_0]');
  expect(leaksIn(json.stdout + json.stderr)).toEqual([]);
  for (const argv of [
    ['runs', 'logs', 'print'],
    ['runs', 'logs'],
    ['runs', 'show', '--json'],
    ['runs', 'export', '--format', 'json'],
    ['runs', 'export', '--format', 'ndjson'],
    ['runs', 'export', '--format', 'recording'],
    ['runs', 'export', '--redacted'],
    ['runs', 'export', '--format', 'gadugi', '--output', 'exported'],
  ]) {
    const shown = await run(argv, { cwd, env });
    expect(shown.code).toBe(0);
    expect(leaksIn(shown.stdout + shown.stderr)).toEqual([]);
  }
  const exported = contents(join(cwd, 'exported'));
  expect(exported.length).toBeGreaterThan(2);
  expect(exported.flatMap(({ text }) => leaksIn(text))).toEqual([]);
});

test('after KILL nothing unredacted is in the logs; a resumed run cleans what the agent itself had left', async () => {
  const script = `echo $$ >pid; echo "$TOKEN" >"$SUPER_OUTPUT"; [ -e again ] || while :; do echo "$TOKEN"; sleep 0.01; done`;
  const agents = [{ name: 'a', run: script, secrets: ['TOKEN'] }];
  const cwd = project(orchestra({ agents, tasks: [task('t')] }));
  const place = { cwd, env: { TOKEN: 'tok-0123456789' } };
  const started = start(['orchestra', 'run', 'o.yaml'], place);
  const folder = () => runFolder(cwd);
  const log = () => {
    try {
      return readFileSync(join(folder(), 'attempts/t/1/stdout.log'), 'utf8');
    } catch {
      return '';
    }
  };
  await until(() => log().length > 200);
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
  started.child.kill('SIGKILL');
  await until(() => !lives(pid));
  expect(log()).toMatch(/^(\[redacted:TOKEN\]\n)+$/);
  writeFileSync(join(cwd, 'again'), '');
  const { code, stdout } = await run(['orchestra', 'resume'], place);
  expect([code, stdout]).toEqual([0, '[redacted:TOKEN]\n']);
  const leaks = contents(folder()).filter(({ text }) => text.includes('tok-0123456789'));
  expect(leaks.map(({ path }) => path)).toEqual([]);
});

test('a secret that stands in what is stored with a run keeps it from running', async () => {
  const agents = [{ name: 'a', run: 'echo "$TOKEN"', secrets: ['TOKEN', 'PIN'] }];
  const cwd = project(orchestra({ agents, tasks: [task('t', { description: 'do {goal}' })] }));
  const place = { cwd, env: { TOKEN: 'tok-0123456789', PIN: '123' } };
  const inGoal = await run(['orchestra', 'run', 'o.yaml', '--goal', 'use tok-0123456789'], place);
  expect(inGoal).toMatchObject({ code: 4, stdout: '' });
  expect(inGoal.stderr).toContain('the value of the secret TOKEN stands in the goal');
  const inFile = await run(['orchestra', 'run', 'o.yaml', '--goal', 'x'], { cwd, env: { TOKEN: 'echo' } });
  expect(inFile).toMatchObject({ code: 4, stdout: '' });
  expect(inFile.stderr).toContain('the value of the secret TOKEN stands in o.yaml');
  expect(inGoal.stderr).not.toContain('tok-');
  const short = await run(['orchestra', 'run', 'o.yaml', '--goal', 'x'], place);
  expect(short).toMatchObject({ code: 0, stdout: '[redacted:TOKEN]\n' });
  expect(short.stderr).toContain('super: warning: the value of PIN has fewer than 4 characters');
});

test.each([
  ['a resume', ['orchestra', 'resume']],
  ['a resume with changes', ['orchestra', 'resume', '--with-changes']],
  ['another run', ['orchestra', 'run', 'o.yaml']],
])(
  'what an agent wrote itself before kill -9 is cleaned by %s, also when one without the secret came before',
  async (_, words) => {
    const script = 'echo "$TOKEN" > "$SUPER_OUTPUT"; echo $$ > pid; test -e again || sleep 60';
    const agents = [{ name: 'a', run: `set +u; ${script}`, secrets: ['TOKEN'] }];
    const cwd = project(orchestra({ agents, tasks: [task('t')] }));
    const place = { cwd, env: { TOKEN: 'tok-0123456789' } };
    const leaks = () =>
      contents(join(cwd, 'orchestra_workspaces')).filter(({ text }) => text.includes('tok-0123456789'));
    const started = start(['orchestra', 'run', 'o.yaml'], place);
    await until(() => existsSync(join(cwd, 'pid')));
    started.child.kill('SIGKILL');
    await started.ended;
    expect(leaks()).toHaveLength(1);
    writeFileSync(join(cwd, 'again'), '');
    const resumed = words[1] === 'resume';
    if (resumed) await run(['orchestra', 'resume'], { cwd });
    expect((await run(resumed ? [...words, '@last', '--from', 't'] : words, place)).code).toBe(0);
    expect(leaks().map(({ path }) => path)).toEqual([]);
  },
);
