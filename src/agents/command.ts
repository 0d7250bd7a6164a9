import { statSync } from 'node:fs';
import { constants as system } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { LaunchEnd, LaunchOrder } from '../process/order.ts';
import { isExecutable } from '../process/probe.ts';
import type { AgentAdapter, AgentCall, AgentEnd } from '../run/ports.ts';
import type { PlanAgent } from '../schema/types.gen.ts';
import { boundsOf } from './bounds.ts';
import type { AgentDoors } from './doors.ts';
import { type Outlets, outletsOf } from './outlets.ts';

/** Runs a script or a program of the user's. Exit code 0 is success, whatever it wrote. */
export function commandAdapter(doors: AgentDoors): AgentAdapter {
  return {
    check: async (agent) => whatIsMissing(agent, doors),
    start(call) {
      const outlets = outletsOf(call.files, doors.redactor);
      const { ended, stop, freeze, held } = doors.launchers().launch(orderOf(call, outlets));
      return {
        stop,
        freeze,
        held,
        ended: ended.then((end) => {
          outlets.check();
          return endOf(end);
        }),
      };
    },
  };
}

function orderOf(call: AgentCall, { stdout, stderr }: Outlets): LaunchOrder {
  const { agent, files } = call;
  return {
    program: agent.argv
      ? { type: 'argv', argv: agent.argv }
      : { type: 'script', text: agent.run ?? '', shell: agent.shell },
    cwd: call.cwd,
    env: call.env,
    stdin: files.prompt,
    stdout,
    stderr,
    ...boundsOf(call),
  };
}

/** The end of a process as the end of an agent that is one. */
export function endOf(end: LaunchEnd): AgentEnd {
  if (end.type === 'lost') return { type: 'failed', reason: 'worker-lost', message: end.message };
  if (end.type === 'refused') return { type: 'failed', reason: 'adapter', message: end.message };
  if (end.type === 'exceeded') return { type: 'failed', reason: 'resource-limit', message: end.message };
  if (end.code === 0) return { type: 'done', noOutputFails: false };
  return { type: 'failed', reason: 'agent-exit', message: exitMessage(end.code), exit_code: end.code };
}

/** What an exit code other than 0 means, in words. */
export function exitMessage(code: number): string {
  const signal = Object.entries(system.signals).find(([, number]) => number === code - 128)?.[0];
  if (code === 127) return `command not found (exit code ${code})`;
  if (code === 126) return `command cannot be executed (exit code ${code})`;
  if (signal !== undefined) return `ended by signal ${signal.slice('SIG'.length)} (exit code ${code})`;
  return `exit code ${code}`;
}

function whatIsMissing(agent: PlanAgent, doors: AgentDoors): string | undefined {
  if (agent.run === undefined && agent.argv === undefined) return 'it has neither run: nor argv:';
  const noFolder = missingFolder(agent, doors.root);
  if (noFolder !== undefined) return noFolder;
  const cwd = resolve(doors.root, agent.cwd);
  const path = agent.env.set.PATH ?? doors.env.PATH ?? '';
  if (agent.argv) {
    const [program = ''] = agent.argv;
    return isProgram(program, path, cwd) ? undefined : `program not found: ${program}`;
  }
  const [shell = ''] = agent.shell.split(' ').filter((word) => word !== '');
  if (!isProgram(shell, path, cwd)) return `shell not found: ${shell}`;
  const command = onlyCommand(agent.run ?? '', shell);
  return command === undefined || isProgram(command, path, cwd) ? undefined : `command not found: ${command}`;
}

/** The command of a script that is nothing but one command, where the shell does not know that name itself. */
function onlyCommand(script: string, shell: string): string | undefined {
  if (!/(^|\/)(sh|dash|ash|bash|ksh|zsh)$/.test(shell)) return undefined;
  const command = /^\s*([A-Za-z0-9][\w.+-]*)([ \t][^\n;|&(){}`\\]*)?\s*$/.exec(script)?.[1];
  return command === undefined || shellWords.has(command) ? undefined : command;
}

/** Reserved words and commands that are part of some shell. */
const shellWords = new Set(
  `alias autoload bg bind break builtin caller case cd chdir command compgen complete compopt continue coproc declare dirs
  disown do done echo elif else emulate enable esac eval exec exit export false fc fg fi float for foreach function functions
  getopts hash help history if in integer jobs kill let limit local login logout mapfile noglob popd print printf pushd pwd
  read readarray readonly rehash repeat return select set setopt shift shopt source suspend test then time times trap true
  type typeset ulimit umask unalias unfunction unset unsetopt until wait whence where which while zmodload`.split(
    /\s+/,
  ),
);

/** Whether a name leads to something that can be executed: by PATH, or as a path seen from the folder. */
export function isProgram(name: string, path: string, cwd: string): boolean {
  if (name.includes('/')) return isExecutable(resolve(cwd, name));
  return path.split(delimiter).some((folder) => isExecutable(join(resolve(cwd, folder), name)));
}

/** That the folder in which an agent works is not there, in a sentence. */
export function missingFolder(agent: Pick<PlanAgent, 'cwd'>, root: string): string | undefined {
  const cwd = resolve(root, agent.cwd);
  const there = statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return there ? undefined : `its working folder does not exist: ${cwd}`;
}
