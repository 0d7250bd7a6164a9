import { didYouMean } from '../diagnostics/suggest.ts';

/** What `options:` may say to the llm adapter. */
export interface LlmOptions {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly max_output_tokens?: number;
  readonly stop_sequences?: readonly string[];
  readonly seed?: number;
  readonly reasoning?: (typeof efforts)[number];
  /** How often a call is repeated that failed before anything of an answer had come; 2 unless given. */
  readonly max_retries?: number;
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** What an option must be, in words, and whether it is. */
const rules: Readonly<Record<keyof LlmOptions, readonly [string, (value: unknown) => boolean]>> = {
  temperature: ['a number from 0 to 2', (value) => isWithin(value, 0, 2)],
  top_p: ['a number from 0 to 1', (value) => isWithin(value, 0, 1)],
  max_output_tokens: ['a whole number above 0', (value) => Number.isInteger(value) && isWithin(value, 1, 1e9)],
  stop_sequences: [
    'a list of texts',
    (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  ],
  seed: ['a whole number', Number.isInteger],
  reasoning: [`one of ${efforts.join(', ')}`, (value) => efforts.some((effort) => effort === value)],
  max_retries: ['a whole number from 0 to 20', (value) => Number.isInteger(value) && isWithin(value, 0, 20)],
};

/** What is wrong with the options of an agent, in a sentence; undefined when nothing is. */
export function optionFault(options: Readonly<Record<string, unknown>>): string | undefined {
  const names = Object.keys(rules);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      const hint = didYouMean(name, names);
      return `options has no "${name}" for a model API: ${hint ?? `there are ${names.join(', ')}`}`;
    }
    const [what, holds] = rules[name as keyof LlmOptions];
    if (!holds(value)) return `options.${name} must be ${what}`;
  }
  return undefined;
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
