import { type Call, flag, type Option, textOption } from './command.ts';

const formats = ['text', 'json', 'github', 'sarif'] as const;

/** How the result of a check can be told. */
export type Format = (typeof formats)[number];

/** Options of commands that check files. */
export const formatOptions: readonly Option[] = [
  { flags: '--format <format>', description: 'how faults are told', choices: formats },
  { flags: '--json', description: 'the same as --format json' },
];

/** The format that was asked for. */
export function formatOf(call: Call): Format {
  return flag(call, 'json') ? 'json' : ((textOption(call, 'format') ?? 'text') as Format);
}
