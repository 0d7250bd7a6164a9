import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptBody, attemptLines, isPlain, isPlainName, quote } from './message.ts';
import type { LaunchOrder, Program } from './order.ts';
import { type Pipe, redirections } from './pipes.ts';

/** An order in the form in which a launcher takes it. */
export interface Prepared {
  readonly lines: string;
  /** Whether it runs in the launcher's own shell. */
  readonly plain: boolean;
  /** By these a process of the attempt is known even where it has left the group. */
  readonly marks: readonly string[];
  /** Files that go with it. */
  readonly spilled: readonly string[];
}

/** What orders of one run have in common. */
export interface Common {
  /** Environment of every launcher. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Where text may be put that is too long; private, for it may hold secrets. */
  readonly folder: string;
}

/** Longest message in bytes; a pipe holds twice as much. */
const messageLimit = 32_768;
/** Longest script in bytes that is handed over as an argument; Linux takes 131,071. */
const argumentLimit = 100_000;

/** Puts an order into words. Throws for what cannot be said to a process. `evaluate`: whether a plain script may be evaluated. */
export function prepareOrder(
  id: number,
  order: LaunchOrder,
  pipes: readonly Pipe[],
  common: Common,
  evaluate: boolean,
): Prepared {
  const spilled: string[] = [];
  const spill = (kind: string, text: string) => {
    const file = join(common.folder, `${kind}-${id}`);
    writeFileSync(file, text, { mode: 0o600 });
    spilled.push(file);
    return file;
  };
  const plain = evaluate && isPlain(order.program) && Object.keys(order.env).every(isPlainName);
  const program = plain ? order.program : withinArgument(order.program, (text) => spill('script', text));
  const body = attemptBody({ ...order, program }, common.inherited, plain);
  const short = Buffer.byteLength(body) < messageLimit / 2;
  const files = redirections(order, pipes, quote);
  const lines = attemptLines(id, files, short ? body : `. ${quote(spill('message', body))}`);
  return { lines, plain, marks: attemptMarks(order, common.inherited), spilled };
}

/** A script that is too long to be the argument of its shell becomes a file that the shell reads. */
function withinArgument(program: Program, spill: (text: string) => string): Program {
  if (program.type === 'argv' || Buffer.byteLength(program.text) < argumentLimit) return program;
  return { type: 'argv', argv: [...program.shell.split(' ').filter((word) => word !== ''), spill(program.text)] };
}

function attemptMarks(order: LaunchOrder, inherited: Readonly<Record<string, string>>): readonly string[] {
  const { SUPER_TASK: task, SUPER_ATTEMPT: attempt } = order.env;
  if (task === undefined || attempt === undefined) return [];
  return [`SUPER_RUN_ID=${inherited.SUPER_RUN_ID}`, `SUPER_TASK=${task}`, `SUPER_ATTEMPT=${attempt}`];
}
