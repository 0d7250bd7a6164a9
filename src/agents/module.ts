import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AgentAdapter, AgentCall, AgentProcess } from '../run/ports.ts';
import type { ProgressKind, Usage } from '../schema/types.gen.ts';
import type { AgentDoors } from './doors.ts';
import { startHosted } from './hosted.ts';
import { moduleHost } from './module-host.ts';

/** What the default export of an agent's module must be. Each attempt runs in a process of its own. */
export interface ModuleAgent {
  /** Does a task. What it returns is the output; nothing, and outputFile is, or else standard output. Throwing fails the attempt. */
  run(call: ModuleCall): Promise<string | ModuleAnswer | undefined> | string | ModuleAnswer | undefined;
}

/** An output, and what it cost. */
export interface ModuleAnswer {
  readonly output: string;
  readonly usage?: Usage;
}

/** What a module agent is given. All paths are absolute. */
export interface ModuleCall {
  /** Name of the task. */
  readonly task: string;
  /** Who the agent is, as a system prompt for a model; empty where nothing is said about it. */
  readonly system: string;
  /** What to do, and what it received, as text for a model. */
  readonly prompt: string;
  /** Goal of the run. */
  readonly goal: string;
  /** From 1. */
  readonly attempt: number;
  /** The agent's `options:`, unchanged. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Received outputs: the task's name and a file. */
  readonly context: readonly { readonly name: string; readonly path: string }[];
  /** The output may be written here instead of being returned. */
  readonly outputFile: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the attempt is being stopped; the process is killed when the grace period is over. */
  readonly signal: AbortSignal;
  /** Tells people and programs that watch the run. */
  report(progress: ModuleProgress): void;
  /** Tells what the attempt has used so far, in all: budgets are watched while it runs. What the answer says counts in its place. */
  spend(usage: Usage): void;
  /** Writes a line to the attempt's stderr.log. */
  log(text: string): void;
}

/** Something to tell while at work; `kind` is "progress" unless given. */
export interface ModuleProgress {
  readonly kind?: ProgressKind;
  readonly text: string;
  /** 0 to 100. */
  readonly percent?: number;
}

/** Runs agents that are modules. Checking sees that the file exists; whether it exports an agent shows when it runs. */
export function moduleAdapter(doors: AgentDoors): AgentAdapter {
  const moduleOf = (path: string | undefined) => resolve(doors.root, path ?? '');
  return {
    async check(agent) {
      if (agent.module === undefined) return 'it names no module:';
      const path = moduleOf(agent.module);
      return statSync(path, { throwIfNoEntry: false })?.isFile() ? undefined : `module not found: ${path}`;
    },
    start: (call) => startModule(doors, call, moduleOf(call.agent.module)),
  };
}

function startModule(doors: AgentDoors, call: AgentCall, module: string): AgentProcess {
  return startHosted(doors, call, {
    name: 'module',
    program: ['--input-type=module', '-e', moduleHost],
    call: callText(call, module),
    unanswered: 'the module ended its process before it answered',
  });
}

/** What the host hands on to the agent, but for the functions. */
function callText(call: AgentCall, module: string) {
  return {
    module: pathToFileURL(module).href,
    promptFile: call.files.prompt,
    task: call.task.name,
    system: call.agent.system_prompt,
    goal: call.goal,
    attempt: call.attempt,
    options: call.agent.options,
    context: call.task.context.map((name) => ({ name, path: join(call.files.context, `${name}.txt`) })),
    outputFile: call.files.output,
    workingDirectory: call.cwd,
  };
}
