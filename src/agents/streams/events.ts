// What coding agents tell of themselves, in one vocabulary: every CLI has a reader that translates its own into this one.
import type { Usage } from '../../schema/types.gen.ts';

/** Something that an agent told. Every value of a native stream becomes one of these at least: nothing vanishes. */
export type AgentEvent =
  | SessionBegan
  | TextSaid
  | Thought
  | ToolCalled
  | ToolAnswered
  | FileChanged
  | UsageTold
  | Retried
  | ErrorTold
  | ResultGiven
  | OtherTold;

/** The CLI is up. */
interface SessionBegan {
  readonly type: 'session';
  /** By which the CLI finds the conversation again. */
  readonly id: string;
  readonly model?: string;
  /** Version of the CLI. */
  readonly version?: string;
}

/** The model said something to whoever asked. */
interface TextSaid {
  readonly type: 'text';
  readonly text: string;
  /** More of the same text follows, up to the next event of another type. */
  readonly part?: true;
  /** A remark on the way, or another agent's text: no part of the answer. */
  readonly aside?: true;
}

/** The model thought aloud. */
interface Thought {
  readonly type: 'thinking';
  readonly text: string;
}

/** The model wants a tool to be used. */
export interface ToolCalled {
  readonly type: 'tool-call';
  readonly id: string;
  readonly tool: string;
  /** What it is to do, in short: the command, the path. */
  readonly input: string;
  /** The whole text for a shell, where the tool takes one. */
  readonly command?: string;
  /** It has begun, and nobody was asked before. */
  readonly running?: true;
}

/** What came of it. */
export interface ToolAnswered {
  readonly type: 'tool-result';
  readonly id: string;
  /** As it was called; empty where that is not known. */
  readonly tool: string;
  readonly input: string;
  readonly ok: boolean;
  /** What went wrong, in short; empty for a success. */
  readonly problem: string;
  /** The tool was not allowed to be used. */
  readonly denied?: true;
  /** That was for a path outside of the folders that it may use. */
  readonly outside?: true;
  /** The tool never began: its call was faulty, or called off. */
  readonly unused?: true;
}

/** A file was written or taken away by a tool of the CLI. Files that commands change are not told. */
interface FileChanged {
  readonly type: 'file-change';
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/** Tokens and money. */
export interface UsageTold {
  readonly type: 'usage';
  readonly usage: Usage;
  /** message: of one answer, at least. turn: to be added to other turns. total: everything so far. */
  readonly of: 'message' | 'turn' | 'total';
  /** Which answer: the same one may be told several times. */
  readonly message?: string;
}

/** The CLI tries to reach its model again. */
export interface Retried {
  readonly type: 'retry';
  readonly message: string;
  /** HTTP status. */
  readonly status?: number;
  /** All that was told, where that is more than the message. */
  readonly whole?: string;
  readonly attempt?: number;
  readonly of?: number;
  readonly wait_ms?: number;
}

/** Something went wrong; whether the work did is told by the result. */
export interface ErrorTold {
  readonly type: 'error';
  readonly message: string;
  /** A remark of the CLI, which goes on: no reason of a failure. */
  readonly minor?: true;
  readonly status?: number;
  /** The kind of the error, in the CLI's own word. */
  readonly code?: string;
  /** All that was told, where that is more than the message. */
  readonly whole?: string;
  /** When it can be asked again, in milliseconds since 1970. */
  readonly retryAt?: number;
}

/** The terminal event: what the CLI says of its own success. */
export interface ResultGiven {
  readonly type: 'result';
  readonly ok: boolean;
  /** The answer, where the CLI says it here; else it is the last text. */
  readonly text?: string;
  /** What went wrong. */
  readonly message?: string;
  readonly status?: number;
  /** The kind of the error, in the CLI's own word. */
  readonly code?: string;
  /** All that was told, where that is more than the message. */
  readonly whole?: string;
  /** The message holds what a tool said: nothing of it tells what is wrong with the CLI itself. */
  readonly ofTool?: true;
  /** It says no more than that the agent ended without a word of its own. */
  readonly gone?: true;
  /** It ended because it would have cost more than it may. */
  readonly budget?: true;
  readonly denials: readonly Denial[];
}

/** A tool that was not allowed. */
export interface Denial {
  readonly id: string;
  readonly tool: string;
  readonly input: string;
}

/** A value of which nothing else is known, by its native name. */
interface OtherTold {
  readonly type: 'other';
  readonly name: string;
}

/** A native value, as JSON gives it. */
export type Native = Readonly<Record<string, unknown>>;

/** Translates a stream, one value after the other; it may remember what it has seen. Never throws, whatever the value. */
export type EventReader = (value: Native) => readonly AgentEvent[];
