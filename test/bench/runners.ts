// The same graph in the files of each runner, and the command that runs it there.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './measure.ts';
import { npmPeers } from './peers.ts';
import type { Shape } from './shapes.ts';

/** How an edge is written: as an order of tasks, or as context, which hands the output on. */
export type Edges = 'order' | 'context';

/** Most tasks at once, for every runner. */
export const limit = 4;

/** The built program. */
export const program = join(import.meta.dirname, '../../dist/super.cjs');

/** Writes an orchestra; gives the command that runs it. */
export function withSuper(shape: Shape, cwd: string, edges: Edges = 'order'): Command {
  writeFileSync(join(cwd, 'bench.yaml'), orchestraText(shape, edges));
  return { argv: [process.execPath, program, 'orchestra', 'run', './bench.yaml'], cwd };
}

/** The orchestra of a graph; each script is an agent. With descriptions it is about as long as people write them. */
export function orchestraText(shape: Shape, edges: Edges, describe: (name: string) => string = () => ''): string {
  const agents = new Map([...new Set(shape.map(({ script }) => script))].map((script, at) => [script, `agent${at}`]));
  const lines = ['orchestra:', '  id: bench', '  execution: {strategy: parallel, max_parallel_tasks: 4}', 'agents:'];
  for (const [script, name] of agents) {
    lines.push(`  - name: ${name}`, '    adapter: command', `    run: ${JSON.stringify(script)}`);
  }
  lines.push('tasks:');
  for (const { name, needs, script } of shape) {
    const description = describe(name);
    lines.push(`  - name: ${name}`, `    agent: ${agents.get(script)}`);
    if (description !== '') lines.push(`    description: ${description}`);
    if (needs.length > 0) lines.push(...edgesText(needs, edges));
  }
  return `${lines.join('\n')}\n`;
}

function edgesText(needs: readonly string[], edges: Edges): string[] {
  if (edges === 'context') return [`    context: [${needs.join(', ')}]`];
  return [
    '    dependencies:',
    ...needs.map((need) => `      - {task_name: ${need}, dependency_type: requires_completion}`),
  ];
}

/** Writes build.ninja. With `keeps`, what a task prints goes to a file, as it does with us. */
export function withNinja(shape: Shape, cwd: string, keeps = false): Command {
  const lines = ['rule task', '  command = $script'];
  for (const { name, needs, script } of shape) {
    lines.push(`build ${[`${name}:`, 'task', ...needs].join(' ')}`);
    lines.push(`  script = ${kept(script, name, keeps).replaceAll('$', '$$$$')}`);
  }
  writeFileSync(join(cwd, 'build.ninja'), `${lines.join('\n')}\n`);
  return { argv: ['ninja', `-j${limit}`], cwd };
}

/** Writes a Makefile; see withNinja. */
export function withMake(shape: Shape, cwd: string, keeps = false): Command {
  const all = shape.map(({ name }) => name).join(' ');
  const lines = [`.PHONY: all ${all}`, `all: ${all}`];
  for (const { name, needs, script } of shape) {
    lines.push([`${name}:`, ...needs].join(' '), `\t${kept(script, name, keeps).replaceAll('$', '$$$$')}`);
  }
  writeFileSync(join(cwd, 'Makefile'), `${lines.join('\n')}\n`);
  return { argv: ['make', `-j${limit}`, 'all'], cwd };
}

/** The file has another name than the task, so that no runner takes the task for done. */
function kept(script: string, name: string, keeps: boolean): string {
  return keeps ? `${script} > ${name}.txt` : script;
}

/**
 * Writes a turborepo. Turbo starts every script through npm, which takes 0.2 s each time: here an npm of three lines
 * stands in for it, so that what is measured is turbo.
 */
export function withTurbo(shape: Shape, cwd: string): Command {
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  mkdirSync(join(cwd, 'scripts'));
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexec sh "./scripts/$2"\n');
  chmodSync(join(bin, 'npm'), 0o755);
  for (const { name, script } of shape) writeFileSync(join(cwd, 'scripts', name), script);
  const each = <T>(of: (task: Shape[number]) => T) => Object.fromEntries(shape.map((task) => [task.name, of(task)]));
  writeJson(cwd, 'package.json', {
    name: 'bench',
    private: true,
    packageManager: 'npm@11.0.0',
    scripts: each(({ script }) => script),
  });
  writeJson(cwd, 'package-lock.json', { name: 'bench', lockfileVersion: 3, packages: { '': { name: 'bench' } } });
  writeJson(cwd, 'turbo.json', { tasks: each(({ needs }) => ({ cache: false, dependsOn: needs })) });
  return {
    argv: [join(npmPeers, 'turbo'), 'run', ...shape.map(({ name }) => name), `--concurrency=${limit}`],
    cwd,
    env: { PATH: `${bin}:${process.env.PATH}`, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  };
}

/** Writes a package of wireit scripts. */
export function withWireit(shape: Shape, cwd: string): Command {
  const dependenciesOf = new Map(
    shape.map(({ name, needs, script }) => [name, { command: script, dependencies: needs }]),
  );
  const all = { dependencies: shape.map(({ name }) => name) };
  writeJson(cwd, 'package.json', {
    name: 'bench',
    private: true,
    scripts: Object.fromEntries(['all', ...dependenciesOf.keys()].map((name) => [name, 'wireit'])),
    wireit: { all, ...Object.fromEntries(dependenciesOf) },
  });
  return {
    argv: ['npm', 'run', 'all'],
    cwd,
    env: { PATH: `${npmPeers}:${process.env.PATH}`, WIREIT_PARALLEL: String(limit), WIREIT_CACHE: 'none' },
  };
}

function writeJson(folder: string, name: string, value: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(value));
}
