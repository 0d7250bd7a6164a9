// The programs that we are compared with: found, or installed, or said to be missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of the system that may be missing, and the Debian package of each. */
const packages = { ninja: 'ninja-build', make: 'make' } as const;

/** A peer that is installed by the system. */
export type SystemPeer = keyof typeof packages;

const versions = new Map<SystemPeer, string | undefined>();

/** First line of a peer's version; undefined when it is missing. */
export function versionOf(name: SystemPeer): string | undefined {
  if (!versions.has(name)) versions.set(name, ask(name));
  return versions.get(name);
}

function ask(name: SystemPeer): string | undefined {
  const { status, stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** What a peer does, where the peer is there. */
export function ifThere<T>(name: SystemPeer, act: T): T | undefined {
  return versionOf(name) === undefined ? undefined : act;
}

/** How a missing peer comes here. */
export function adviceFor(name: SystemPeer): string {
  return `${name} is missing: apt-get install ${packages[name]}`;
}

const home = join(import.meta.dirname, 'peers');

/** Where the programs of the peers from npm are, once they are installed. */
export const npmPeers = join(home, 'node_modules/.bin');

/** Installs the peers from npm unless they are there; says why not when that fails. */
export function installNpmPeers(): string | undefined {
  if (existsSync(join(npmPeers, 'turbo')) && existsSync(join(npmPeers, 'wireit'))) return undefined;
  const { status, stderr, error } = spawnSync('npm', ['install', '--no-package-lock', '--loglevel=error'], {
    cwd: home,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `turbo and wireit are missing: ${error?.message ?? stderr.trim()}`;
}
