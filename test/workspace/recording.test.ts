// A run in one file, and back: what was carried is there again byte for byte; what somebody else wrote does no harm.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/run/ports.ts';
import { makePrivacy } from '../../src/run/redaction/privacy.ts';
import type { RunId, TaskName } from '../../src/schema/types.gen.ts';
import { sha256 } from '../../src/workspace/digest.ts';
import { openJournal } from '../../src/workspace/journal.ts';
import { layoutOf, type RunLayout } from '../../src/workspace/layout.ts';
import { lostOutputs, type RecordedRun, readRun } from '../../src/workspace/recorded.ts';
import { partBytes, wholeBytes } from '../../src/workspace/recording-form.ts';
import { isRecording, RecordingFault, unpackRecording } from '../../src/workspace/recording-reader.ts';
import { writeRecording } from '../../src/workspace/recording-writer.ts';
import { folderWith } from '../cli/harness.ts';
import { planOf } from '../run/rig.ts';

const run = '20261120-024512-123-k3f9' as RunId;
const head = { recording: 1, super: '0.1.0', run, orchestra: 'test', redacted: false } as const;
const plan = planOf([{ name: 'a' }, { name: 'b' }]);

/** A run of two tasks with these files, whose outputs are recorded as they are. */
function runWith(files: Readonly<Record<string, Uint8Array | string>>): RunLayout {
  const layout = layoutOf(folderWith(), run);
  const planText = `${JSON.stringify(plan)}\n`;
  for (const [name, content] of Object.entries({ 'plan.json': planText, ...files })) {
    mkdirSync(dirname(join(layout.folder, name)), { recursive: true });
    writeFileSync(join(layout.folder, name), content);
  }
  const journal = openJournal(layout.journal, run, () => 0);
  const digest = sha256(Buffer.from(planText));
  const started = {
    type: 'run.started',
    orchestra: 'test',
    plan_sha256: digest,
    goal: 'g',
    rehearsal: false,
    super: '0',
  };
  journal.append(started as EventBody);
  for (const task of ['a', 'b'] as TaskName[]) {
    const path = `task_outputs/${task}_output.txt`;
    const content = files[path];
    if (content === undefined) continue;
    const data = Buffer.from(content);
    const output = { path, bytes: data.length, sha256: sha256(data) };
    journal.append({ type: 'task.started', task, attempt: 1, agent: 'worker' as never, adapter: 'command' });
    journal.append({ type: 'task.succeeded', task, attempt: 1, output, duration_ms: 1 });
  }
  journal.write();
  journal.close();
  return layout;
}

/** The recording of a run, as bytes. */
async function recordingOf(layout: RunLayout, privacy?: ReturnType<typeof makePrivacy>) {
  const chunks: Uint8Array[] = [];
  const recorded = await writeRecording(layout, head, privacy, async (bytes) => void chunks.push(bytes));
  return { recorded, bytes: Buffer.concat(chunks) };
}

/** Unpacks this as it would be found on a disk. */
async function unpacked(bytes: Uint8Array | string, limits?: Parameters<typeof unpackRecording>[2]) {
  const path = join(folderWith({ 'bug.json': bytes }), 'bug.json');
  const folder = folderWith();
  return { folder, ...(await unpackRecording(path, folder, limits)) };
}

/** All files below a folder, by name. */
function filesIn(folder: string): Readonly<Record<string, Buffer>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]));
}

const carried = [
  'orchestra.yaml',
  'agents/x_playbook.yaml',
  'agents/_home_é x.yaml',
  'attempts/a/1/prompt.md',
  'attempts/a/10/stdout.log',
  'attempts/a/2/stderr.log',
  'attempts/b/1/transcript.jsonl',
  'attempts/b/1/output.txt',
  'task_outputs/a_output.txt',
  'task_outputs/b_output.txt',
  'final_results/orchestra_output.txt',
];

test('what is carried comes back byte for byte, compressed or not', async () => {
  const text = fc.string({ unit: 'binary' }).map((each) => Buffer.from(each));
  const bytes = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each));
  const long = fc
    .tuple(fc.constantFrom('é', '€', '😀', 'x', '\u0000'), fc.nat(7))
    .map(([character, more]) =>
      Buffer.from(`${'-'.repeat(more)}${character.repeat(2 * partBytes)}`.slice(0, 2 * partBytes)),
    );
  const content = fc.oneof(
    { weight: 5, arbitrary: text },
    { weight: 5, arbitrary: bytes },
    { weight: 1, arbitrary: long },
  );
  const files = fc.dictionary(fc.constantFrom(...carried), content, { maxKeys: 6 });
  await fc.assert(
    fc.asyncProperty(files, fc.boolean(), async (some, compressed) => {
      const layout = runWith(some);
      const { recorded, bytes: recording } = await recordingOf(layout);
      const again = await unpacked(compressed ? gzipSync(recording) : recording);
      expect(filesIn(again.layout.folder)).toEqual(filesIn(layout.folder));
      expect(again.files).toBe(recorded.files);
      expect(readRun(again.layout)?.state.counts).toEqual(readRun(layout)?.state.counts);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('lines are JSON, and none is long', async () => {
  const layout = runWith({ 'attempts/a/1/stdout.log': Buffer.alloc(partBytes * 3 + 5, '\u0001') });
  const lines = (await recordingOf(layout)).bytes.toString().trimEnd().split('\n');
  const values = lines.map((line) => JSON.parse(line));
  expect(values[0]).toEqual(head);
  expect(values.map(({ file, more }) => [file, more])).toEqual([
    [undefined, undefined],
    ['plan.json', undefined],
    ['attempts/a/1/stdout.log', true],
    ['attempts/a/1/stdout.log', true],
    ['attempts/a/1/stdout.log', true],
    ['attempts/a/1/stdout.log', undefined],
    ['events.jsonl', undefined],
    [undefined, undefined],
  ]);
  expect(values.at(-1)).toEqual({ end: true, files: 3 });
});

test('nothing else is carried: no links, no folders of agents, no requests', async () => {
  const elsewhere = folderWith({ 'secret.txt': 'SENTINEL', 'attempt/stdout.log': 'SENTINEL' });
  const layout = runWith({
    'status.json': 'SENTINEL',
    'control/x': 'SENTINEL',
    'intermediate/artifacts/x': 'SENTINEL',
    'worktrees/a/x': 'SENTINEL',
    'attempts/a/1/context/b.txt': 'SENTINEL',
    'attempts/a/1/llm-call.json': 'SENTINEL',
    'attempts/a/1.x.tmp/stdout.log': 'SENTINEL',
    'attempts/1a/1/stdout.log': 'SENTINEL',
    'task_outputs/a_output.txt.x.tmp': 'SENTINEL',
    'agents/x.yaml': 'x',
  });
  symlinkSync(join(elsewhere, 'secret.txt'), join(layout.attempts, 'a', '1', 'stdout.log'));
  symlinkSync(join(elsewhere, 'attempt'), join(layout.attempts, 'a', '2'));
  symlinkSync(elsewhere, join(layout.attempts, 'b'));
  symlinkSync(join(elsewhere, 'secret.txt'), join(layout.agents, 'y.yaml'));
  mkdirSync(layout.outputs, { recursive: true });
  symlinkSync(join(elsewhere, 'secret.txt'), join(layout.outputs, 'b_output.txt'));
  const { bytes, recorded } = await recordingOf(layout);
  expect(bytes.toString()).not.toContain('SENTINEL');
  expect(recorded.files).toBe(3);
});

test('a file that is too long loses its middle, and the journal knows the rest', async () => {
  const data = Buffer.alloc(wholeBytes + 1_000_000, 'é€ some line\n');
  const exact = Buffer.alloc(wholeBytes, 'abc\n');
  const layout = runWith({ 'task_outputs/a_output.txt': data, 'attempts/b/1/stdout.log': exact });
  const { bytes, recorded } = await recordingOf(layout);
  expect(recorded.cut).toBe(1);
  const again = await unpacked(bytes);
  const files = filesIn(again.layout.folder);
  expect(files['attempts/b/1/stdout.log']?.equals(exact)).toBe(true);
  const output = files['task_outputs/a_output.txt'] as Buffer;
  expect(output.length).toBeLessThanOrEqual(wholeBytes);
  const [, before = '', cut] = /^([\s\S]*)\n\[\.\.\. (\d+) bytes cut here \.\.\.\]\n/.exec(output.toString()) ?? [];
  const after = output.subarray(Buffer.byteLength(before) + `\n[... ${cut} bytes cut here ...]\n`.length);
  expect(Buffer.byteLength(before) + after.length + Number(cut)).toBe(data.length);
  expect(data.subarray(0, Buffer.byteLength(before)).toString()).toBe(before);
  expect(data.subarray(data.length - after.length).equals(after)).toBe(true);
  expect(bytes.toString()).not.toContain('"base64"');
  expect(await lostOutputs(readRun(again.layout) as RecordedRun)).toEqual([]);
});

test('without what is private it is a whole run still; an output that was lost stays lost', async () => {
  const layout = runWith({
    'orchestra.yaml': 'agents: [{name: x, env: {SHORT: abc}}]\n',
    'agents/alice_playbook.yaml': 'name: alice\n',
    'agents/user_playbook.yaml': 'name: bob\n',
    'task_outputs/a_output.txt': 'I am Alice, alice@mail.example.com\n',
    'task_outputs/b_output.txt': 'I am Bob\n',
  });
  writeFileSync(join(layout.folder, 'task_outputs/b_output.txt'), 'I am nobody\n');
  const facts = { folders: [], tops: [], names: [{ name: 'alice', instead: 'user' }] };
  const { bytes } = await recordingOf(layout, makePrivacy(facts, plan));
  const again = await unpacked(bytes);
  const files = filesIn(again.layout.folder);
  expect(files['task_outputs/a_output.txt']?.toString()).toBe('I am user, [redacted:e-mail]\n');
  expect(files['orchestra.yaml']?.toString()).toBe('agents: [{name: x, env: {SHORT: "[redacted:SHORT]"}}]\n');
  expect(Object.keys(files).filter((name) => name.startsWith('agents/'))).toEqual([
    'agents/2_user_playbook.yaml',
    'agents/user_playbook.yaml',
  ]);
  const lost = await lostOutputs(readRun(again.layout) as RecordedRun);
  expect(lost.map(({ task }) => task.name)).toEqual(['b']);
});

test('a damaged run is carried as it is: torn, broken, with a plan that is none', async () => {
  const layout = runWith({});
  writeFileSync(layout.plan, '{"alice": ');
  const whole = readFileSync(layout.journal, 'utf8');
  writeFileSync(layout.journal, `${whole}no event of alice\n{"v":1,"type":"alice`);
  const plain = await unpacked((await recordingOf(layout)).bytes);
  expect(filesIn(plain.layout.folder)).toEqual(filesIn(layout.folder));
  const facts = { folders: [], tops: [], names: [{ name: 'alice', instead: 'user' }] };
  const clean = filesIn(
    (await unpacked((await recordingOf(layout, makePrivacy(facts, undefined))).bytes)).layout.folder,
  );
  expect(clean['plan.json']?.toString()).toBe('{"user": ');
  expect(clean['events.jsonl']?.toString()).toBe(`${whole}no event of user\n{"v":1,"type":"user`);
});

describe('a file that somebody wrote', () => {
  const first = JSON.stringify(head);
  const file = (name: unknown, more: object = { text: '' }) => JSON.stringify({ file: name, ...more });
  const end = (files: number) => JSON.stringify({ end: true, files });

  /** The sentence that such a file gets, and what it left on the disk. */
  async function faultOf(bytes: Uint8Array | string, limits?: Parameters<typeof unpackRecording>[2]): Promise<string> {
    const root = folderWith({ 'bug.json': bytes });
    mkdirSync(join(root, 'in'));
    const fault = await unpackRecording(join(root, 'bug.json'), join(root, 'in'), limits).catch((error) => error);
    expect(fault).toBeInstanceOf(RecordingFault);
    expect(readdirSync(root).sort()).toEqual(['bug.json', 'in']);
    expect(readdirSync(join(root, 'in')).filter((name) => name !== 'runs')).toEqual([]);
    return fault.message.replace(`${root}/`, '');
  }

  test.each([
    ['', 'bug.json:1: the file is empty'],
    ['hello\n', 'bug.json:1: this line is no JSON: the file is no recording, or was damaged or cut off here'],
    ['[]\n', 'bug.json:1: this line is no JSON object'],
    ['{"run":"x"}\n', 'bug.json:1: this is no recording: it does not begin with {"recording":1,...}'],
    [
      `${first.replace('1', '2')}\n`,
      'bug.json:1: this recording has the form 2, and only 1 is known here: it needs a newer super',
    ],
    [`${first.replace(run, '../../x')}\n`, 'bug.json:1: "run" is not the id of a run'],
    [first, 'bug.json:2: the end of the recording is missing: the file was cut off'],
    [`${first}\n${end(0)}\n`, 'bug.json:2: it holds no plan.json'],
    [`${first}\n${end(1)}\n`, 'bug.json:2: there are 0 files, and there should be 1'],
    [`${first}\n${end(0)}\n${file('plan.json')}\n`, 'bug.json:3: there is more after the end of the recording'],
    [`${first}\n${file('plan.json')}\n${file('plan.json')}\n`, 'bug.json:3: plan.json is here for the second time'],
    [
      `${first}\n${file('plan.json', { text: '', more: true })}\n${end(1)}\n`,
      'bug.json:3: the rest of plan.json is missing',
    ],
    [
      `${first}\n${file('plan.json', { text: '', more: true })}\n${file('orchestra.yaml')}\n`,
      'bug.json:3: the rest of plan.json is missing',
    ],
    [`${first}\n${file('plan.json', {})}\n`, 'bug.json:2: this file has neither "text" nor "base64"'],
    [`${first}\n${file('plan.json', { base64: '!' })}\n`, 'bug.json:2: this file has neither "text" nor "base64"'],
    [`${first}\n${file(7)}\n`, 'bug.json:2: this line is neither a file nor the end of a recording'],
  ])('%j', async (text, message) => {
    expect(await faultOf(text)).toBe(message);
  });

  test.each([
    ...[
      '../x',
      '/etc/passwd',
      'plan.json/../../x',
      'attempts/../../../x',
      'agents/../x',
      'agents/',
      'agents/..',
      'agents/a/b',
    ],
    ...['agents/x\u0000y', 'agents/x\ny', 'attempts/a/0/stdout.log', 'attempts/a/1/x', 'attempts/a/01/stdout.log'],
    ...[
      'attempts/1a/1/stdout.log',
      'task_outputs/x',
      'task_outputs/../x_output.txt',
      'run.lock',
      'control/x',
      'Plan.json',
    ],
    ...[
      'status.json',
      'worktrees/a/.git/hooks/x',
      'final_results/x',
      `agents/${'x'.repeat(256)}`,
      'plan.json\n',
      'agents/x\\y',
    ],
  ])('a name that belongs into no recording: %j', async (name) => {
    expect(await faultOf(`${first}\n${file(name)}\n`)).toBe(
      `bug.json:2: a recording holds no file called ${JSON.stringify(name)}`,
    );
  });

  test('is never unpacked without end', async () => {
    const many = ['a', 'b', 'c'].map((task) => file(`task_outputs/${task}_output.txt`, { text: 'x'.repeat(100) }));
    const text = `${[first, ...many].join('\n')}\n`;
    expect(await faultOf(text, { files: 2, bytes: 1e9 })).toBe('bug.json:4: there are more than 2 files');
    expect(await faultOf(text, { files: 9, bytes: 250 })).toBe(
      'bug.json:4: its files have more than 250 bytes together',
    );
    expect(await faultOf(gzipSync(Buffer.alloc(50_000_000)))).toBe(
      'bug.json:1: this line is longer than 1576960 bytes',
    );
  });

  test('compressed and cut off or damaged, it is told', async () => {
    const { bytes } = await recordingOf(
      runWith({ 'orchestra.yaml': Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))) }),
    );
    const whole = gzipSync(bytes);
    expect(await faultOf(whole.subarray(0, -20))).toMatch(
      /^bug.json:\d: the compressed file is damaged, or its end is missing/,
    );
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 20_000, 20_100);
    expect(await faultOf(damaged)).toMatch(/^bug.json:\d+: /);
  });

  test('cut off anywhere, it is never taken for a whole one', async () => {
    const { bytes } = await recordingOf(runWith({ 'task_outputs/a_output.txt': 'some text\n' }));
    for (let length = 0; length < bytes.length - 1; length += 7)
      expect(await faultOf(bytes.subarray(0, length))).toMatch(/^bug.json:\d: /);
    // The last line needs no end.
    expect((await unpacked(bytes.subarray(0, -1))).files).toBe(3);
  });

  test('random damage gives a recording or a fault, and never anything else', async () => {
    const { bytes } = await recordingOf(runWith({ 'task_outputs/a_output.txt': 'some text\n', 'agents/x.yaml': 'x' }));
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        await unpacked(damaged).catch((error) => expect(error).toBeInstanceOf(RecordingFault));
      }),
      { numRuns: 200 },
    );
  });
});

test('how a recording begins is known', async () => {
  const { bytes } = await recordingOf(runWith({}));
  const root = folderWith({
    'a.json': bytes,
    'b.gz': gzipSync(bytes),
    'c.yaml': 'orchestra: {}',
    'd.json': '{"run":1}',
    e: '',
  });
  const is = (name: string) => isRecording(join(root, name));
  expect(['a.json', 'b.gz', 'c.yaml', 'd.json', 'e', 'f', '.'].map(is)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  truncateSync(join(root, 'a.json'), 20);
  expect(is('a.json')).toBe(true);
});
