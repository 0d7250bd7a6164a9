// With which versions a coding CLI was tried, in words: another one may tell its events otherwise, or tell nothing at all.
import type { AgentEnd } from '../run/ports.ts';
import { ruleFor } from '../run/recovery-rules.ts';
import type { AdapterName } from '../schema/types.gen.ts';
import type { CodingCli } from './coding-cli.ts';
import type { Account } from './streams/account.ts';

/** The versions, in words. */
export function testedWords([oldest, newest]: CodingCli['tested']): string {
  return oldest === newest ? oldest : `${oldest} to ${newest}`;
}

/** Whether a version is between the oldest and the newest of them. */
export function isTested(version: string, [oldest, newest]: CodingCli['tested']): boolean {
  return !isOlder(version, oldest) && !isOlder(newest, version);
}

function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}

/**
 * A failure of which nothing is known, as that of a CLI that is broken or speaks otherwise than was expected: where to see whether it
 * is so. `versionOf` is asked for nothing else.
 */
export function withDoctor<T extends AgentEnd>(
  end: T,
  name: AdapterName | null,
  tested: CodingCli['tested'],
  { result, error, counts, version: told }: Account,
  versionOf: () => string | undefined,
): T {
  if (end.type !== 'failed' || end.exit_code === undefined) return end;
  if (result !== undefined || error !== undefined) return end;
  if (ruleFor(name, end.signs) !== undefined) return end;
  const isUnderstood = Object.keys(counts).some((type) => !type.startsWith('other'));
  // Who was understood and then ended with a fault or by force is none of these.
  if (isUnderstood && end.exit_code !== 0) return end;
  const version = told ?? versionOf();
  const here = version === undefined ? '' : `, and this is ${version}`;
  const range = version !== undefined && isTested(version, tested) ? '' : `; tested: ${testedWords(tested)}${here}`;
  return { ...end, message: `${end.message} (super doctor says whether ${name} works here${range})` };
}
