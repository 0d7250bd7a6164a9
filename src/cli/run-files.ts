// The files of a run as people look at them.
import { join } from 'node:path';
import { lastLine } from '../process/cap.ts';
import type { ReporterContext } from '../reporters/reporter.ts';
import type { TaskName } from '../schema/types.gen.ts';
import { outputPath, type RunLayout } from '../workspace/layout.ts';
import { ordinarySize, readSome } from '../workspace/ordinary.ts';
import { nameFor } from './paths.ts';
import type { Project } from './project.ts';

/** Where an attempt's standard output and error are kept. */
export function logsOf(layout: RunLayout, task: TaskName, attempt: number): { stdout: string; stderr: string } {
  const folder = join(layout.attempts, task, String(attempt));
  return { stdout: join(folder, 'stdout.log'), stderr: join(folder, 'stderr.log') };
}

/** The files of a run for a reporter. */
export function runFiles(project: Project, layout: RunLayout): ReporterContext['files'] {
  const named = (path: string) => nameFor(project, path);
  const worthReading = (task: TaskName, attempt: number) => {
    const { stdout, stderr } = logsOf(layout, task, attempt);
    return [stderr, stdout].find(hasContent);
  };
  return {
    folder: named(layout.folder),
    result: named(layout.result),
    output: (task) => named(join(layout.folder, outputPath(task))),
    log(task, attempt) {
      const path = worthReading(task, attempt);
      return { path: named(path ?? join(layout.attempts, task, String(attempt))), empty: path === undefined };
    },
    tail: (task, attempt, lines) => lastLines(worthReading(task, attempt), lines),
  };
}

/** The last thing that an attempt said, raw: it must be cleaned. */
export function lastSaid(layout: RunLayout, task: TaskName, attempt: number): string | undefined {
  const { stdout, stderr } = logsOf(layout, task, attempt);
  return [stderr, stdout].flatMap((log) => lastLine(log) ?? []).at(-1);
}

function hasContent(path: string): boolean {
  return (ordinarySize(path) ?? 0) > 0;
}

/** The last lines of a file, out of its last 16 KiB; none where it cannot be read. */
function lastLines(path: string | undefined, count: number): string[] {
  const size = path === undefined ? undefined : ordinarySize(path);
  if (path === undefined || size === undefined) return [];
  const length = Math.min(size, 16_384);
  try {
    return readSome(path, size - length, length)
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .slice(-count);
  } catch {
    return []; // it changed between the two looks, or is not ours to read
  }
}
