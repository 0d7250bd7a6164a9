import type { Command } from './command.ts';

/** Words that gather commands, with their short form. */
export const groups: readonly { readonly path: string; readonly alias?: string; readonly summary: string }[] = [
  { path: 'agent', summary: 'playbooks: the agents of this project' },
  { path: 'orchestra', alias: 'orch', summary: 'orchestras: write, check, show and run them' },
];

/** The table of commands: one line each. */
export const commands: readonly Command[] = [];
