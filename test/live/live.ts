// `npm run test:live`: installs the real CLIs beside this file and drives each through whole orchestras, against a stand-in for
// every model API on this machine. Where the system allows it, in a network of its own in which nothing else can be reached.
import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const here = import.meta.dirname;
const root = resolve(here, '../..');

execFileSync('npm', ['install', '--no-save'], { cwd: here, stdio: 'inherit' });

const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');
const tests = [process.execPath, vitest, 'run', '--project', 'live', ...process.argv.slice(2)];
const apart = ['unshare', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const canBeApart = spawnSync(apart[0] ?? '', [...apart.slice(1), 'true']).status === 0;
process.stderr.write(
  canBeApart
    ? 'test:live: in a network of its own, with nothing but loopback\n'
    : 'test:live: this system gives no network of its own (unshare --net, ip): outside connections are not kept out\n',
);
const [program = '', ...words] = canBeApart ? [...apart, ...tests] : tests;
process.exitCode =
  spawnSync(program, words, { cwd: root, stdio: 'inherit', env: { ...process.env, SUPER_LIVE: '1' } }).status ?? 1;
