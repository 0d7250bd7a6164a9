// Outputs that must conform to a schema: what is wrong goes back to the agent once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events, orchestra, project, run, runFolder, task } from './rig.ts';

const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['verdict'],
  additionalProperties: false,
  properties: { verdict: { enum: ['good', 'bad'] }, score: { type: 'number', maximum: 10 } },
};

function place(script: string, output_schema: object = schema, more: object = {}): string {
  const agents = [{ name: 'a', run: script }];
  return project(orchestra({ agents, tasks: [task('one', { description: 'Judge it.', output_schema, ...more })] }));
}

async function outcome(cwd: string) {
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  return { code, stdout, stderr, ends: events(cwd).filter(({ type }) => /^task\.(succ|fail|retry)/.test(type)) };
}

test.each([
  ['alone', `echo '{"verdict": "good", "score": 3}'`],
  ['in a fence', 'printf \'I judge:\\n```json\\n{"verdict": "bad"}\\n```\\nThat is all.\\n\''],
])('JSON %s conforms, and the agent was told the schema', async (_, answer) => {
  const cwd = place(`cat > seen.txt; ${answer}`);
  const { code, ends } = await outcome(cwd);
  expect({ code, types: ends.map(({ type }) => type) }).toEqual({ code: 0, types: ['task.succeeded'] });
  expect(readFileSync(join(cwd, 'seen.txt'), 'utf8')).toContain(JSON.stringify(schema));
});

test('what is wrong is handed back once, with the answer, outside of the attempts', async () => {
  const cwd = place(`cat > seen$SUPER_ATTEMPT.txt
    if [ "$SUPER_ATTEMPT" = 1 ]; then echo '{"verdict": "so so", "mood": 1}'; else echo '{"verdict": "bad"}'; fi`);
  const { code, stdout, ends } = await outcome(cwd);
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: '{"verdict": "bad"}' });
  expect(ends).toMatchObject([
    { type: 'task.retry-scheduled', reason: 'invalid-output' },
    { type: 'task.succeeded', attempt: 2 },
  ]);
  const seen = readFileSync(join(cwd, 'seen2.txt'), 'utf8');
  expect(seen).toContain('the whole: must NOT have additional properties: "mood"');
  expect(seen).toContain('/verdict: must be equal to one of the allowed values: ["good","bad"]');
  expect(seen).toContain('The answer:\n{"verdict": "so so", "mood": 1}\n');
});

test.each([
  ['prose', 'echo It is good.', /^the output does not conform to output_schema: the answer is not JSON: /],
  ['nothing', ':', /not JSON: it is empty$/],
  ['two fences', "printf '```\\n{}\\n```\\n```\\n{}\\n```\\n'", /not JSON: it has several fenced blocks/],
  ['a wrong type', `echo '{"verdict": "good", "score": "3"}'`, /: \/score: must be number$/],
])('%s fails after one repair', async (_, answer, message) => {
  const { code, ends } = await outcome(place(answer));
  expect(code).toBe(1);
  expect(ends).toMatchObject([
    { type: 'task.retry-scheduled', attempt: 1 },
    { type: 'task.failed', attempt: 2, reason: 'invalid-output', message: expect.stringMatching(message) },
  ]);
});

test.each([
  [
    'an unknown type',
    { type: 'objekt' },
    /:\d+: error: no output of task "one" can be measured by this: "type" must be .*\n.*\n.* did you mean "object"\?/,
  ],
  ['a reference to nowhere', { $ref: 'https://example.com/other.json' }, /can't resolve reference/],
])('a schema with %s is refused before anything runs', async (_, faulty, message) => {
  const cwd = place('echo {}', faulty);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(message) });
  expect(() => runFolder(cwd)).toThrow();
});

test('formats, and words that no validator knows, are no faults of a schema; a rehearsal is not measured', async () => {
  const schema = { type: 'object', 'x-remark': 1, properties: { at: { type: 'string', format: 'unheard-of' } } };
  const cwd = place(`echo '{"at": "x"}'`, schema);
  expect((await outcome(cwd)).code).toBe(0);
  const rehearsed = place('exit 1');
  expect((await run(['orchestra', 'run', 'o.yaml', '--rehearse'], { cwd: rehearsed })).code).toBe(0);
});
