// The package's door for programs: compile a text, run a plan, fold a journal.
import { adapterTable } from './agents/table.ts';
import { adaptersHere } from './cli/adapters.ts';
import { type LocalRun, startLocalRun, workspaceOf } from './cli/local-run.ts';
import { newRunId } from './cli/run-id.ts';
import { exposedSecrets, secrecyOf } from './cli/secrets.ts';
import type { Checked } from './diagnostics/diagnostic.ts';
import { compile as compileSource } from './plan/compile.ts';
import { type Launchers, openLaunchers } from './process/launchers.ts';
import type { RunState } from './run/state.ts';
import type { AgentName, Plan, RunEvent, RunId } from './schema/types.gen.ts';
import { readPlaybook } from './spec/agent.ts';
import { parseSource } from './spec/source.ts';
import type { AgentSpec, Overrides } from './spec/spec.ts';
import { layoutOf } from './workspace/layout.ts';

export type { ModuleAgent, ModuleAnswer, ModuleCall, ModuleProgress } from './agents/module.ts';
export { version } from './cli/version.ts';
export type { Checked, Diagnostic } from './diagnostics/diagnostic.ts';
export { renderText } from './diagnostics/render.ts';
export { toGraph } from './plan/to-graph.ts';
export { fold } from './run/fold.ts';
export type { RunState, TaskState } from './run/state.ts';
export type { Orchestra, Plan, PlanTask, Playbook, RunEvent } from './schema/types.gen.ts';
export { readJournal } from './workspace/journal.ts';

export interface CompileOptions {
  /** Name of the orchestra's file in diagnostics. Default: orchestra.yaml. */
  readonly file?: string;
  /** Texts of the playbooks that the orchestra may name, by agent name. */
  readonly playbooks?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
  /** Whether every agent is to be replaced by a rehearsal. */
  readonly rehearse?: boolean;
}

/** Compiles the text of an orchestra. Never throws for bad input: the diagnostics say what is wrong, and where. */
export async function compile(text: string, options: CompileOptions = {}): Promise<Checked<Plan>> {
  const { value: source, diagnostics } = parseSource(options.file ?? 'orchestra.yaml', text);
  if (source === undefined) return { diagnostics };
  const playbooks = readPlaybooks(options.playbooks ?? {});
  const { value, diagnostics: found } = compileSource(source, {
    ...(options.overrides !== undefined && { overrides: options.overrides }),
    adapters: { ...(await adaptersHere(process.cwd(), process.env)), rehearse: options.rehearse === true },
    team: (spec) => {
      const agents = new Map<AgentName, AgentSpec>(playbooks.agents);
      for (const entry of spec.agents) if (entry.type === 'inline') agents.set(entry.name, entry.agent);
      const needed = new Set(spec.agents.map(({ name }) => `${name}_playbook.yaml`));
      return {
        agents,
        known: [...agents.keys()],
        diagnostics: playbooks.diagnostics.filter(({ file }) => needed.has(file)),
      };
    },
  });
  return { ...(value !== undefined && { value }), diagnostics: [...diagnostics, ...found] };
}

function readPlaybooks(texts: Readonly<Record<string, string>>) {
  const read = Object.entries(texts).map(([name, text]) => {
    const { value: source, diagnostics } = parseSource(`${name}_playbook.yaml`, text);
    const playbook = source === undefined ? { diagnostics: [] } : readPlaybook(source, name as AgentName);
    return {
      value: 'value' in playbook ? playbook.value : undefined,
      diagnostics: [...diagnostics, ...playbook.diagnostics],
    };
  });
  return {
    agents: read.flatMap(({ value }): [AgentName, AgentSpec][] => (value === undefined ? [] : [[value.name, value]])),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  };
}

export interface RunOptions {
  /** What the run is for. Default: the orchestra's own goal, else nothing. */
  readonly goal?: string;
  /** Folder that relative paths of the plan start from. Default: the current folder. */
  readonly root?: string;
  /** Text of the orchestra, stored with the run. */
  readonly orchestra?: string;
  /** What agents get of an environment, by what they name. Default: process.env. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Aborting stops the run. */
  readonly signal?: AbortSignal;
}

/** A run: its events as they happen, and how it ended. */
export interface Run extends AsyncIterable<RunEvent> {
  readonly id: RunId;
  /** Folder of the run, absolute. */
  readonly folder: string;
  /** The final state. Rejects when the journal cannot be written. */
  readonly result: Promise<RunState>;
  stop(): void;
}

/**
 * Runs a plan. Throws when another run holds the workspace, when it cannot be written, and when the value of a secret stands in
 * what would be stored with the run.
 */
export function run(plan: Plan, options: RunOptions = {}): Run {
  const id = newRunId(new Date());
  const root = options.root ?? process.cwd();
  const env = options.env ?? process.env;
  const goal = options.goal ?? plan.goal ?? '';
  let launchers: Launchers | undefined;
  const open = () => {
    launchers ??= openLaunchers({ run: id, goal, env, graceMs: 10_000 });
    return launchers;
  };
  const layout = layoutOf(workspaceOf(root, plan), id);
  const texts = new Map([[plan.file, options.orchestra ?? '']]);
  const { redactor } = secrecyOf(plan, env);
  const [exposed] = exposedSecrets({ plan, goal, texts, folder: layout.folder }, redactor);
  if (exposed !== undefined) throw new Error(exposed);
  const events = eventQueue();
  const local: LocalRun = startLocalRun({
    root,
    layout,
    run: id,
    plan,
    goal,
    begin: {
      type: 'new',
      rehearsal: plan.agents.every(({ adapter }) => adapter === 'rehearsal'),
      texts,
    },
    adapters: adapterTable({ launchers: open, root, env, redactor }),
    launchers: open,
    env,
    redactor,
    observe: (event) => events.push(event),
  });
  const stop = () => local.stop('signal', 'stopped by the program');
  options.signal?.addEventListener('abort', stop, { once: true });
  const result = local.finished
    .finally(() => launchers?.close())
    .finally(() => {
      options.signal?.removeEventListener('abort', stop);
      events.end();
    });
  // Whoever only iterates is told by the iteration; the rejection is theirs who ask for the result.
  result.catch(() => {});
  return { id, folder: local.layout.folder, result, stop, [Symbol.asyncIterator]: () => events.iterate(result) };
}

/** Keeps every event, so that each iteration sees all of them from the first. */
function eventQueue() {
  const events: RunEvent[] = [];
  let ended = false;
  let wake: (() => void)[] = [];
  const wakeAll = () => {
    for (const each of wake.splice(0)) each();
  };
  return {
    push(event: RunEvent) {
      events.push(event);
      wakeAll();
    },
    end() {
      ended = true;
      wakeAll();
    },
    async *iterate(result: Promise<unknown>): AsyncGenerator<RunEvent> {
      for (let at = 0; ; ) {
        const event = events[at];
        if (event !== undefined) {
          at += 1;
          yield event;
        } else if (ended) {
          await result;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = [...wake, resolve];
          });
        }
      }
    },
  };
}
