// Runs one attempt of a coding CLI. What it prints goes, as it is, into transcript.jsonl; what of it people read into stdout.log;
// what it reports into the journal; its answer into answer.txt.
import { lstatSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRedactedLog, type RedactedLog } from '../process/redacted-log.ts';
import type { Judgement } from '../run/policy/policy.ts';
import { type AgentCall, type AgentEnd, type AgentProcess, type Progress, StorageFailure } from '../run/ports.ts';
import type { Redactor } from '../run/redaction/redact.ts';
import type { RunId } from '../schema/types.gen.ts';
import { boundsOf } from './bounds.ts';
import type { CodingCli } from './coding-cli.ts';
import { openComplaint } from './complaint.ts';
import type { AgentDoors } from './doors.ts';
import { type Guard, openGuard } from './guard.ts';
import { installedVersions } from './installed.ts';
import type { Retried } from './streams/events.ts';
import { type Listener, openListener } from './streams/listener.ts';
import { withDoctor } from './tested.ts';
import { asItIs, openTranscript } from './transcript.ts';
import { vendorVariables } from './vendor.ts';
import { verdictOf } from './verdict.ts';

/** Starts it with these words. `preface` stands before the prompt. Throws what the system says when files cannot be opened. */
export function drive(
  doors: AgentDoors,
  cli: Pick<CodingCli, 'env' | 'reader' | 'isHopeless' | 'refuses'> & { readonly tested?: CodingCli['tested'] },
  call: AgentCall,
  argv: readonly string[],
  preface: string,
): AgentProcess {
  const { files, agent } = call;
  const stdin = inputFile(call, preface);
  if (stdin === undefined) return refused('there is nothing to ask: the task has no description and receives nothing');
  const transcript = openTranscript(files, doors.redactor);
  const [told, stderr] = [files.stdout, files.stderr].map((path) =>
    openRedactedLog(path, doors.redactor?.open() ?? asItIs),
  ) as [RedactedLog, RedactedLog];
  const complaint = openComplaint();
  const line = (text: string) => told.write(Buffer.from(`${text}\n`));
  const guard = guardOf(cli, call, doors.resumable === undefined ? call.run : doors.resumable, {
    line,
    stop: () => stop(true),
  });
  let hopeless: Retried | undefined;
  const listener = openListener(cli.reader(), {
    report: call.report,
    spend: call.spend,
    line,
    guard,
    retried: (retry) => {
      hopeless ??= cli.isHopeless?.(retry) === true ? retry : undefined;
      if (hopeless !== undefined) stop(false);
    },
  });
  const { ended, stop, freeze, held } = doors.launchers().launch({
    program: { type: 'argv', argv },
    cwd: call.cwd,
    env: { ...vendorVariables(agent.adapter, doors.env), ...cli.env, ...call.env },
    stdin,
    stdout: transcript.of({
      write: listener.push,
      end() {
        listener.end();
        told.end();
      },
    }),
    stderr: {
      write(chunk) {
        stderr.write(chunk);
        complaint.push(chunk);
      },
      end: stderr.end,
    },
    ...boundsOf(call),
  });
  return {
    stop,
    freeze,
    held,
    ended: ended.then((end) => {
      for (const log of [transcript, told, stderr]) log.check();
      const verdict = verdictOf(end, listener.account(), {
        adapter: agent.adapter,
        complaint: complaint.text(),
        hopeless,
        now: Date.now(),
      });
      const violation = guard?.violation();
      if (violation !== undefined) return kept(violated(verdict, violation), doors.redactor);
      if (verdict.type === 'failed' && hopeless === undefined && cli.tested !== undefined) {
        const versionOf = () => installedVersions(doors)(agent);
        return kept(withDoctor(verdict, agent.adapter, cli.tested, listener.account(), versionOf), doors.redactor);
      }
      if (verdict.type === 'failed') return kept(verdict, doors.redactor);
      leaveAnswer(files.answer, listener);
      return verdict;
    }),
  };
}

/** Watches over an agent that has a policy. */
function guardOf(
  { refuses }: Pick<CodingCli, 'refuses'>,
  { task, agent, report }: AgentCall,
  resumable: RunId | null,
  { line, stop }: { line(text: string): void; stop(): void },
): Guard | undefined {
  if (agent.policy === undefined) return undefined;
  const tell = (progress: Progress) => {
    line(`[policy] ${progress.text}`);
    report(progress);
  };
  // Without all permissions a CLI may refuse for want of them, too: its answer decides, where it gives one.
  const mayRefuse = refuses !== undefined && agent.permissions !== 'full';
  const isRefused = ({ pattern, nested, unread }: Judgement) =>
    mayRefuse || (unread !== true && refuses?.(pattern, nested) === true);
  // The run may well succeed without the command, and keeps its successes.
  const again =
    resumable === null ? undefined : `super orchestra resume ${resumable} --with-changes --from ${task.name}`;
  return openGuard(agent.policy, { refuses: isRefused, again, report: tell, stop });
}

/** How an attempt ended that was ended for what it ran. Another one would be told the same, and do the same. */
function violated({ usage }: AgentEnd, message: string): Extract<AgentEnd, { type: 'failed' }> {
  return { type: 'failed', reason: 'agent-exit', message, final: true, ...(usage !== undefined && { usage }) };
}

function refused(message: string): AgentProcess {
  return { ended: Promise.resolve({ type: 'failed', reason: 'adapter', message }), stop() {} };
}

/** The file with what the CLI reads; undefined where there is nothing to read. */
function inputFile({ files, prompt }: AgentCall, preface: string): string | undefined {
  if (files.prompt === undefined || prompt.trim() === '') return undefined;
  if (preface === '') return files.prompt;
  const path = join(files.folder, 'prompt-with-system.md');
  try {
    writeFileSync(path, `${preface}\n\n${prompt}`);
  } catch (error) {
    throw new StorageFailure(`cannot write a prompt: ${(error as Error).message}`);
  }
  return path;
}

/** Redacted before it is cut to its length: of a secret that the cut goes through nobody would know the rest. */
function kept(end: Extract<AgentEnd, { type: 'failed' }>, redactor: Redactor | undefined): AgentEnd {
  return { ...end, message: redactor?.text(end.message) ?? end.message };
}

/** The answer is the output where the agent wrote none itself. What it left in the answer's place is not its own to leave. */
function leaveAnswer(path: string, listener: Listener): void {
  const { result, text } = listener.account();
  const answer = (result?.text ?? '').trim() === '' ? text : (result?.text ?? '');
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) unlinkSync(path);
  writeFileSync(path, answer.trim() === '' ? '' : `${answer.trimEnd()}\n`, { flag: 'wx' });
}
