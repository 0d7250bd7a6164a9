import { agentCreate } from './agent-create.ts';
import { agentLint } from './agent-lint.ts';
import { agentList } from './agent-list.ts';
import { agentShow } from './agent-show.ts';
import type { Command, Group } from './command.ts';
import { completion } from './completion.ts';
import { config } from './config.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { init } from './init.ts';
import { orchestraCreate } from './orchestra-create.ts';
import { orchestraList } from './orchestra-list.ts';
import { orchestraReplay } from './orchestra-replay.ts';
import { orchestraResume } from './orchestra-resume.ts';
import { orchestraRun } from './orchestra-run.ts';
import { orchestraShow } from './orchestra-show.ts';
import { orchestraValidate } from './orchestra-validate.ts';
import { runsCancel } from './runs-cancel.ts';
import { runsExport } from './runs-export.ts';
import { runsGc } from './runs-gc.ts';
import { runsList } from './runs-list.ts';
import { runsLogs } from './runs-logs.ts';
import { runsPause } from './runs-pause.ts';
import { runsShow } from './runs-show.ts';
import { runsStop } from './runs-stop.ts';
import { runsUnpack } from './runs-unpack.ts';
import { runsUnpause } from './runs-unpause.ts';
import { runsWhy } from './runs-why.ts';
import { schema } from './schema.ts';

/** Words that only lead to other commands. */
export const groups: readonly Group[] = [
  { path: 'agent', summary: 'playbooks: the agents of this project', example: 'super agent list' },
  {
    path: 'orchestra',
    alias: 'orch',
    summary: 'orchestras: write, check, show and run them',
    example: 'super orchestra validate',
  },
  { path: 'runs', summary: 'runs, live and past: see, steer, keep and remove them', example: 'super runs list' },
];

/** The table of commands: one line each, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  doctor,
  agentList,
  agentShow,
  agentCreate,
  agentLint,
  orchestraCreate,
  orchestraList,
  orchestraShow,
  orchestraValidate,
  orchestraRun,
  orchestraResume,
  orchestraReplay,
  runsList,
  runsShow,
  runsLogs,
  runsWhy,
  runsStop,
  runsPause,
  runsUnpause,
  runsCancel,
  runsExport,
  runsUnpack,
  runsGc,
  config,
  explain,
  schema,
  completion,
];
