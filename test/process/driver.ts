// A program that starts agents of every unpleasant kind and then waits to be killed.
import { join } from 'node:path';
import { openLaunchers } from '../../src/process/launchers.ts';
import type { RunId } from '../../src/schema/types.gen.ts';

const [folder = ''] = process.argv.slice(2);
const run = `driver-${process.pid}` as RunId;
const launchers = openLaunchers({ run, goal: '', env: process.env, graceMs: 10_000 });
const deaf = (file: string) =>
  `perl -e '$SIG{TERM} = "IGNORE"; open F, ">", $ARGV[0]; print F $$; close F; sleep 100' ${file}`;
const scripts = [
  'sleep 100',
  'trap "" TERM; while :; do sleep 1; done',
  `setsid ${deaf('daemon')}`,
  `env -i ${deaf('markless')}`,
];
for (const [n, text] of scripts.entries()) {
  const stdout = join(folder, `d${n}.out`);
  launchers.launch({
    program: { type: 'script', text, shell: 'sh -eu' },
    cwd: folder,
    env: {},
    stdin: undefined,
    stdout,
    stderr: stdout,
  });
}
console.log(run);
