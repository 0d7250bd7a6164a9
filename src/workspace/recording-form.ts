// A recording: a run in one file, as JSON lines. The first says what it is, the last that it is whole; between them stand the
// files of the run's folder, a large one in several lines that follow each other. What is no UTF-8 stands in base64.
import type { RunId, TaskName } from '../schema/types.gen.ts';
import { answerName, outputName } from './attempt-files.ts';
import { outputPath } from './layout.ts';

/** The version of this form. */
export const recordingVersion = 1;

/** The first line. */
export interface RecordingHead {
  readonly recording: typeof recordingVersion;
  /** The super that wrote it. */
  readonly super: string;
  readonly run: RunId;
  readonly orchestra: string;
  /** Whether what is private was taken out. */
  readonly redacted: boolean;
}

/** A file, or a part of one. */
export interface RecordingPart {
  /** Name below the run's folder. */
  readonly file: string;
  readonly text?: string;
  readonly base64?: string;
  /** Whether the next line goes on with this file. */
  readonly more?: true;
  /** Bytes that were left out of its middle; a mark stands there. */
  readonly cut?: number;
}

/** The last line. */
export interface RecordingEnd {
  readonly end: true;
  readonly files: number;
  /** How often what was taken out, by kind. */
  readonly taken_out?: Readonly<Record<string, number>>;
}

/** Most bytes of one part. */
export const partBytes = 262_144;

/** Longest line, in bytes: a part of control characters alone, each as an escape of six. */
export const longestLine = 6 * partBytes + 4096;

/**
 * Most bytes of a file of which all is carried, but for the plan and the journal, which are nothing without their middle. Logs have
 * up to 16 MiB, and may grow when what is private is taken out.
 */
export const wholeBytes = 24 * 1024 * 1024;

/** Files of one attempt that are carried. */
export const attemptFiles = [
  'prompt.md',
  'transcript.jsonl',
  'stdout.log',
  'stderr.log',
  answerName,
  outputName,
] as const;

/** Name of an attempt's file in a recording. */
export function attemptFile(task: string, attempt: string, name: (typeof attemptFiles)[number]): string {
  return `attempts/${task}/${attempt}/${name}`;
}

/** The result of a run. */
export const resultFile = 'final_results/orchestra_output.txt';

const taskName = '[A-Za-z][A-Za-z0-9_-]{0,63}';

/** Whether a name is that of a task, as the schema has it. */
export const isTaskName = (name: string): name is TaskName => new RegExp(`^${taskName}$`).test(name);

/** Whether a name is the number of an attempt. */
export const isAttempt = (name: string): boolean => /^[1-9][0-9]{0,8}$/.test(name);

/** Whether a name can be that of a stored playbook. */
export function isPlaybook(name: string): boolean {
  return name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 255 && name !== '';
}

const shapes: readonly RegExp[] = [
  /^(?:plan\.json|orchestra\.yaml|events\.jsonl)$/,
  new RegExp(`^attempts/${taskName}/[1-9][0-9]{0,8}/(?:${attemptFiles.join('|').replaceAll('.', '\\.')})$`),
  new RegExp(`^${outputPath(taskName as TaskName).replace('.', '\\.')}$`),
  new RegExp(`^${resultFile.replace('.', '\\.')}$`),
];

/** Whether a file of this name belongs into a recording: no other is written, and none is read. */
export function isCarried(file: string): boolean {
  if (file.startsWith('agents/')) return isPlaybook(file.slice('agents/'.length));
  return shapes.some((shape) => shape.test(file));
}
