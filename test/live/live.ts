// `npm run test:live`: installs the real CLIs beside this file and drives each through whole orchestras, against a stand-in for
// every model API on this machine. Where the system allows it, in a network of its own in which nothing else can be reached.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const here = import.meta.dirname;
const root = resolve(here, '../..');

/** Exit code where the CLIs cannot be installed, so that nothing was tried: "service unavailable" in sysexits.h. */
const unavailable = 69;

/** Longest time that a registry has, in milliseconds. */
const patience = 240_000;

process.exitCode = areInstalled() ? runTests() : unavailable;

/** Installs what is not there yet; what is there needs no network. */
function areInstalled(): boolean {
  return [here, resolve(here, 'bridges')].every((cwd) => {
    const { status } = spawnSync('npm', ['install', '--no-save', '--loglevel=error'], {
      cwd,
      stdio: 'inherit',
      timeout: patience,
    });
    if (status === 0) return true;
    process.stderr.write(
      `test:live: NO LIVE TEST WAS RUN: npm could not install the real CLIs in ${cwd} (${status === null ? `not within ${patience / 1000} s` : 'it says above why'}); it needs the npm registry\n`,
    );
    return false;
  });
}

function runTests(): number {
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
  return (
    spawnSync(program, words, { cwd: root, stdio: 'inherit', env: { ...process.env, SUPER_LIVE: '1' } }).status ?? 1
  );
}
