// A program whose agent writes into a pipe that nobody empties; it waits to be killed.
import { join } from 'node:path';
import { openLaunchers } from '../../src/process/launchers.ts';
import type { RunId } from '../../src/schema/types.gen.ts';

const [folder = ''] = process.argv.slice(2);
const run = `pipes-${process.pid}` as RunId;
const launchers = openLaunchers({ run, goal: '', env: process.env, graceMs: 10_000 });
const blocked = {
  write() {
    // Longer than anybody waits: the pipe fills up.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  },
  end() {},
};
launchers.launch({
  program: { type: 'script', text: 'echo $$ >pid; trap "" TERM; yes hush', shell: 'sh -eu' },
  cwd: folder,
  env: { SUPER_TASK: 't', SUPER_ATTEMPT: '1' },
  stdin: undefined,
  stdout: blocked,
  stderr: join(folder, 'err'),
});
console.log(run);
