// How states, times and amounts look. Colours come from the context, never from global state.
import { Chalk, type ChalkInstance } from 'chalk';
import { dollars, grouped } from '../diagnostics/figures.ts';
import type { RunState, TaskStatus } from '../run/state.ts';
import type { Usage } from '../schema/types.gen.ts';
import { clean } from './terminal.ts';

/** Colours, or none. */
export type Paint = ChalkInstance;

/** Sixteen colours, which every terminal has and every theme knows how to show; or none. */
export function paint(color: boolean): Paint {
  return new Chalk({ level: color ? 1 : 0 });
}

interface Look {
  readonly symbol: string;
  readonly color: 'green' | 'red' | 'yellow' | 'cyan' | 'gray';
}

/** How each task state is shown. */
export const looks: Readonly<Record<TaskStatus, Look>> = {
  pending: { symbol: '·', color: 'gray' },
  running: { symbol: '▸', color: 'cyan' },
  succeeded: { symbol: '✔', color: 'green' },
  reused: { symbol: '✔', color: 'green' },
  failed: { symbol: '✖', color: 'red' },
  skipped: { symbol: '↓', color: 'yellow' },
  cancelled: { symbol: '⊘', color: 'yellow' },
};

/** A duration for people: 45ms, 1.4s, 59.9s, 2m 05s, 3h 07m. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))}ms`;
  const tenths = Math.floor(Math.max(0, milliseconds) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`;
  return wholeDuration(milliseconds);
}

/** A duration in whole seconds: 0s, 59s, 2m 05s, 3h 07m. */
export function wholeDuration(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
}

/** How long ago something was, in one unit: 12s, 3m, 5h, 12d. */
export function age(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** A whole number with separators: 12,345. */
export function count(value: number): string {
  return grouped(value);
}

/** A number and its noun: 1 task, 2 tasks. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Money that was spent; about so much, where it was computed from a table of prices. */
export function costWords({ cost_usd = 0, estimated }: Usage): string {
  return estimated === true ? `about ${dollars(cost_usd)}` : dollars(cost_usd);
}

/** Tokens and money that were spent, and whose money is not among it. */
export function usageWords(usage: Usage, state: Pick<RunState, 'spending' | 'budget'>): string {
  const { input_tokens, output_tokens, cached_tokens, cost_usd } = usage;
  const cached = cached_tokens === undefined ? '' : ` (${count(cached_tokens)} of them cached)`;
  const cost = cost_usd === undefined ? '' : `, ${costWords(usage)}`;
  const told = cost_usd !== undefined || state.budget.max_cost_usd !== undefined;
  const unpriced = told ? someOf([...state.spending.unpriced], 5) : '';
  const without = unpriced === '' ? '' : `, without the money of ${unpriced}: no price is known`;
  return `${count(input_tokens)} read${cached}, ${count(output_tokens)} written${cost}${without}`;
}

/** Names, as many as are wanted, and how many are left out. */
export function someOf(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${count(names.length - most)} more`;
}

/** How many tasks are in which state, in words: 3 succeeded, 1 failed. */
export function tallyOf(counts: Readonly<Partial<Record<TaskStatus | 'interrupted', number>>>): string {
  const order = ['succeeded', 'reused', 'failed', 'skipped', 'cancelled', 'interrupted', 'running', 'pending'] as const;
  return order
    .filter((status) => (counts[status] ?? 0) > 0)
    .map((status) => `${count(counts[status] ?? 0)} ${status}`)
    .join(', ');
}

/** An amount of bytes for people: 640 B, 1.4 kB, 23 MB, 5.1 GB. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

/** A path or another word of a command, as a shell takes it and a terminal shows it. */
export function quoted(word: string): string {
  const shown = clean(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
