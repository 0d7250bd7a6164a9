import type { Option } from './command.ts';

/** Where a command about runs looks. */
export const workspaceOption: Option = {
  flags: '-w, --workspace-path <folder>',
  description: 'where the run was written, if not where its orchestra says',
};

/** Facts instead of words. */
export const jsonOption: Option = { flags: '--json', description: 'one JSON document' };
