// npm run bench [-- <row> ... --json]: what we take, side by side with what peers take. Times decide nothing; the exit code
// is 1 when a command fails.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Finding, isMet, ratioOf, tableOf } from './findings.ts';
import { machineFacts } from './machine.ts';
import type { Bench, Row } from './row.ts';
import { adapters } from './rows/adapters.ts';
import { edges } from './rows/edges.ts';
import { fromNpm } from './rows/from-npm.ts';
import { independent } from './rows/independent.ts';
import { latency } from './rows/latency.ts';
import { load } from './rows/load.ts';
import { loop } from './rows/loop.ts';
import { makespan } from './rows/makespan.ts';
import { memory } from './rows/memory.ts';
import { output } from './rows/output.ts';
import { start } from './rows/start.ts';
import { streams } from './rows/streams.ts';
import { program } from './runners.ts';

const rows: Readonly<Record<string, Row>> = {
  start,
  independent,
  edges,
  output,
  npm: fromNpm,
  memory,
  loop,
  load,
  makespan,
  latency,
  streams,
  adapters,
};

process.exitCode = main(process.argv.slice(2));

function main(argv: string[]): number {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(rows, name));
  if (unknown.length > 0) return refuse(`no row is called ${unknown.join(', ')}; there are:\n${listOfRows()}`);
  if (!existsSync(program)) return refuse('the program is not built: npm run build');
  const machine = machineFacts();
  say(machine.join('\n'));
  const { findings, failures } = measureAll(positionals.length > 0 ? positionals : Object.keys(rows));
  if (values.json === true) {
    const facts = findings.map((each) => ({ ...each, ratio: ratioOf(each), met: isMet(each) }));
    console.log(JSON.stringify({ machine, findings: facts, failures }, null, 2));
  } else {
    console.log(`\n${tableOf(findings)}`);
  }
  for (const failure of failures) say(`\nfailed: ${failure}`);
  return failures.length > 0 ? 1 : 0;
}

/** Measures these rows, one after the other; one that fails does not keep the others from being measured. */
function measureAll(names: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'super-bench-'));
  const findings: Finding[] = [];
  const failures: string[] = [];
  let folders = 0;
  const bench: Bench = {
    folder() {
      folders += 1;
      const folder = join(root, String(folders));
      mkdirSync(folder);
      return folder;
    },
    note: (text) => say(`  ${text}`),
  };
  try {
    for (const name of names) {
      const began = performance.now();
      try {
        findings.push(...(rows[name]?.measure(bench) ?? []));
      } catch (error) {
        failures.push(`${name}: ${(error as Error).message}`);
      }
      say(`${name}: ${rows[name]?.about} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
    }
  } finally {
    rmSync(root, { recursive: true });
    say('Where files were just deleted, creating others is slow on ext4: let five minutes pass before the next time.');
  }
  return { findings, failures };
}

function listOfRows(): string {
  return Object.entries(rows)
    .map(([name, { about }]) => `  ${name.padEnd(12)}${about}`)
    .join('\n');
}

function refuse(text: string): number {
  say(text);
  return 2;
}

function say(text: string): void {
  console.error(text);
}
