import { closeSync, openSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunState, TaskState } from '../run/state.ts';
import type { TaskName } from '../schema/types.gen.ts';
import type { RunLayout } from './layout.ts';
import { expectFolder, openOrdinary, removeTemporary, temporaryName } from './ordinary.ts';

/** Writes final_results/orchestra_output.txt from the outputs that make up the result; absent ones are left out. */
export function writeResult(layout: RunLayout, state: RunState): void {
  const parts = resultTasks(state);
  const temporary = temporaryName(layout.result);
  expectFolder(layout.results);
  try {
    const to = openSync(temporary, 'wx');
    try {
      writeParts(layout, parts, to);
    } finally {
      closeSync(to);
    }
    renameSync(temporary, layout.result);
  } catch (error) {
    removeTemporary(temporary);
    throw error;
  }
}

function writeParts(layout: RunLayout, parts: readonly ResultPart[], to: number): void {
  const buffer = Buffer.allocUnsafe(65_536);
  parts.forEach((part, at) => {
    // Unlike writeSync this writes all of it, or fails: a disk that runs full takes a part first.
    if (part.headed) writeFileSync(to, `${at === 0 ? '' : '\n'}## ${part.task.task.name}\n\n`);
    const { output } = part.task;
    if (output !== undefined && output.bytes > 0) append(join(layout.folder, output.path), to, buffer, part.headed);
  });
}

interface ResultPart {
  readonly task: TaskState;
  /** Whether it stands under a heading even when it is alone. */
  readonly headed: boolean;
}

/** Whose outputs are the result: the last task of a chain, the synthesis, else every task that nothing waits for. */
function resultTasks(state: RunState): ResultPart[] {
  const { strategy, order } = state.plan;
  const last = strategy === 'sequential' ? state.tasks.get(order.at(-1) as TaskName) : synthesisOf(state);
  if (last !== undefined) return last.output === undefined ? [] : [{ task: last, headed: false }];
  return state.inOrder
    .filter((task) => task.output !== undefined && (state.dependents.get(task.task.name) ?? []).length === 0)
    .map((task) => ({ task, headed: true }));
}

/** The manager's last word; a plan cut down by --only may be without. */
function synthesisOf(state: RunState): TaskState | undefined {
  return state.inOrder.find(({ task }) => task.role === 'synthesis');
}

/** Copies a file through `buffer`; with `whole` what it holds ends in a line end, so that a heading can follow. */
function append(path: string, to: number, buffer: Buffer, whole: boolean): void {
  const { fd: from } = openOrdinary(path);
  let last = 0x0a;
  try {
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) {
      for (let at = 0; at < read; ) at += writeSync(to, buffer, at, read - at);
      last = buffer[read - 1] ?? last;
    }
  } finally {
    closeSync(from);
  }
  if (whole && last !== 0x0a) writeSync(to, '\n');
}
