// What agents say on a real terminal: nothing of it moves the cursor, sets a title, fills the clipboard or colours what follows.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { orchestra, program, project, runFolder, task } from './rig.ts';

/** Titles, clipboard, colours, moves, resets: as seven and as eight bits, ended and not. */
const hostile = [
  '\x1b]0;TITLE\x07',
  '\x1b]52;c;Q0xJUA==\x1b\\',
  '\x9d0;TITLE\x9c',
  '\x1b[2J\x1b[H',
  '\x9b31m',
  '\x1bc',
  '\x1bP1;PAYLOAD\x1b\\',
  '\x1b]8;;http://LINK\x07text\x1b]8;;\x07',
  '\x08\x08\x0d\x0b\x0c\x0e',
  '\u202egnp.exe\u202c',
  '\x1b]0;UNENDED',
].join('word ');

/** Sequences that the program itself sends: colours, moves up and back, erasing, the cursor's visibility, wrapping, updates at once. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const ours = /\x1b[78]|\x1b\[(?:[\d;]*m|\d*[A-GK]|J|\?(?:25|7|2026)[hl])/g;

/** Runs `super` on a terminal of its own; gives all that it sent there. */
async function onTerminal(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const command = [process.execPath, program, ...argv].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 100 rows 30; ${command}`, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
  });
  await new Promise((done) => child.on('close', done));
  return shown;
}

test.skipIf(spawnSync('script', ['--version']).status !== 0)(
  'hostile words and secrets stay off the screen',
  async () => {
    const secret = 'tok-0123456789';
    const module = `export default { async run({ report, log, task }) {
    const text = process.env.TOKEN + ' ' + ${JSON.stringify(hostile)};
    report({ text }); log(text); console.log(text);
    await new Promise((done) => setTimeout(done, 700));
    if (task === 'bad') throw new Error(text);
    return text;
  } };`;
    const agents = [
      { name: 'm', adapter: 'module', module: './agent.mjs', secrets: ['TOKEN'] },
      {
        name: 's',
        run: 'printf %s "$TOKEN" "$TEXT"; printf %s "$TEXT" >&2; sleep 0.7; exit $CODE',
        secrets: ['TOKEN'],
      },
    ].map((agent) => ({ ...agent, env: { TEXT: hostile.replaceAll('\0', ''), CODE: '0' } }));
    const tasks = [
      task('good', { agent: 'm' }),
      task('bad', { agent: 'm' }),
      task('said', { agent: 's' }),
      task('last', { agent: 's', description: `say ${hostile}` }),
    ];
    const execution = { strategy: 'parallel', on_failure: 'continue' };
    const cwd = project({ ...orchestra({ execution, agents, tasks }), 'agent.mjs': module });
    const shown: string[] = [];
    for (const argv of [
      ['orchestra', 'run', 'o.yaml', '--verbose', '--goal', hostile],
      ['orchestra', 'run', 'o.yaml', '--only', 'said', '-w', 'w2'],
      ['orchestra', 'run', 'o.yaml', '--dry-run'],
      ['orchestra', 'show', 'o.yaml'],
      ['runs', 'show'],
      ['runs', 'list'],
      ['runs', 'logs'],
      ['runs', 'logs', 'bad'],
      ['runs', 'logs', 'said'],
      ['orchestra', 'run', 'o.yaml', '--json', '--goal', hostile, '-w', 'w3'],
      ['orchestra', 'run', 'o.yaml', '--dry-run', '--json'],
      ['runs', 'show', '--json'],
      ['runs', 'logs', '--json'],
      ['runs', 'logs', 'said', '--json'],
      ['runs', 'export', '--format', 'ndjson'],
      ['runs', 'export'],
    ]) {
      shown.push(await onTerminal(argv, cwd, { TOKEN: secret }));
    }
    expect(shown[0]).toContain('[redacted:TOKEN]');
    const left = shown.map((text) => text.replaceAll(ours, '').replaceAll(/\r?\n|\r/g, '\n'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const bad = left.map((text) => text.match(/.{0,20}[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e].{0,20}/g) ?? []);
    expect(bad).toEqual(shown.map(() => []));
    // Escaped, and so still there: in all JSON but that of the plan.
    expect(shown.filter((text) => text.includes('\\u202egnp.exe'))).toHaveLength(6);
    expect(shown.join('')).not.toContain(secret);
    expect(readFileSync(join(runFolder(cwd), 'attempts/said/1/stdout.log'), 'utf8')).toContain('\x1b]0;TITLE');
  },
);
