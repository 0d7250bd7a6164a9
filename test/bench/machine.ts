import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { adviceFor, type SystemPeer, versionOf } from './peers.ts';

/** Where the figures come from, a line each: figures of different machines cannot be compared, ratios hardly. */
export function machineFacts(): string[] {
  const processors = cpus();
  const peers: SystemPeer[] = ['ninja', 'make'];
  return [
    `${processors.length} x ${processors[0]?.model ?? 'unknown processor'}, ${(totalmem() / 1e9).toFixed(0)} GB`,
    `${type()} ${release()}, node ${process.version}, files in ${tmpdir()}`,
    `load ${loadavg()
      .map((each) => each.toFixed(2))
      .join(' ')}`,
    ...peers.map((name) => {
      const version = versionOf(name);
      return version === undefined ? adviceFor(name) : `${name} ${/\d[\d.]*/.exec(version)?.[0] ?? version}`;
    }),
  ];
}
