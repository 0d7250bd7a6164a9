import { chmodSync, closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { against, type Finding } from '../findings.ts';
import { type Command, inTurns, peakOf, seconds } from '../measure.ts';
import type { Bench, Row } from '../row.ts';
import { program } from '../runners.ts';

const recorded = resolve(import.meta.dirname, '../../fixtures/agent-streams/claude/tool-accept.jsonl');

/** How fast the stream of a coding agent is read, and what is in memory meanwhile. The agent is `cat` under the name of one. */
export const streams: Row = {
  about: '200 MB of stream-json from one agent',
  measure(bench: Bench) {
    const [large, small] = [200e6, 20e6].map((bytes) => streamOf(bytes, bench.folder()));
    const reading = (stream = '') => withStream(stream, bench.folder());
    const { ours, parsed } = inTurns(5, {
      ours: () => seconds(reading(large)),
      parsed: () => seconds({ argv: [process.execPath, '-e', parseLines, large ?? ''], cwd: bench.folder() }),
    });
    const { most = Number.NaN, less } = inTurns(3, {
      most: () => peakOf(reading(large)),
      less: () => peakOf(reading(small)),
    });
    const memory: Finding = {
      what: 'peak memory meanwhile',
      unit: 'MB',
      ours: most,
      peer: { name: '20 MB of it', value: less },
      target: { of: 'ratio', most: 1.2 },
    };
    const peer = { name: 'JSON.parse of each line', value: parsed };
    const read = against('200 MB of stream-json, a whole run', ours, peer);
    return [{ ...read, target: { of: 'ours', most: 2 } }, memory];
  },
};

/** Node that takes lines and parses each, as the least that anybody could do. */
const parseLines = `const lines = require('node:readline').createInterface({ input: require('node:fs').createReadStream(process.argv[1]) });
lines.on('line', (line) => JSON.parse(line));`;

/** A recorded stream whose middle is repeated until it has so many bytes; gives its path. */
function streamOf(bytes: number, folder: string): string {
  const lines = readFileSync(recorded, 'utf8').trimEnd().split('\n');
  const [first, last] = [lines[0], lines.at(-1)];
  const middle = `${lines.slice(1, -1).join('\n')}\n`.repeat(500);
  const path = join(folder, 'stream.jsonl');
  const file = openSync(path, 'w');
  let written = writeSync(file, `${first}\n`);
  while (written < bytes) written += writeSync(file, middle);
  writeSync(file, `${last}\n`);
  closeSync(file);
  return path;
}

/** A run of one agent that prints this file. */
function withStream(stream: string, cwd: string): Command {
  writeFileSync(join(cwd, 'claude'), `#!/bin/sh\nexec cat '${stream}'\n`);
  chmodSync(join(cwd, 'claude'), 0o755);
  const agents = [{ name: 'a', adapter: 'claude' }];
  const tasks = [{ name: 'one', agent: 'a', description: 'x' }];
  writeFileSync(join(cwd, 'bench.yaml'), JSON.stringify({ orchestra: { id: 'bench' }, agents, tasks }));
  return {
    argv: [process.execPath, program, 'orchestra', 'run', './bench.yaml'],
    cwd,
    env: { PATH: `${cwd}:${process.env.PATH}` },
  };
}
