// The table of reporters, and which one a run gets.
import type { Reporter, ReporterContext, Stream } from './reporter.ts';

export type ReporterName = 'pretty' | 'plain' | 'json' | 'quiet';

type Environment = Readonly<Record<string, string | undefined>>;

/** One line for each reporter; each is loaded only when it is wanted. */
const reporters: Readonly<Record<ReporterName, (context: ReporterContext) => Promise<Reporter>>> = {
  pretty: async (context) => (await import('./pretty.ts')).prettyReporter(context),
  plain: async (context) => (await import('./plain.ts')).plainReporter(context),
  json: async (context) => (await import('./json.ts')).jsonReporter(context),
  quiet: async (context) => (await import('./quiet.ts')).quietReporter(context),
};

/** The reporter of that name; in GitHub Actions it also annotates, unless it is to be quiet. */
export async function makeReporter(name: ReporterName, context: ReporterContext, env: Environment): Promise<Reporter> {
  const reporter = await reporters[name](context);
  if (env.GITHUB_ACTIONS !== 'true' || name === 'quiet') return reporter;
  const { withAnnotations } = await import('./annotations.ts');
  return withAnnotations(reporter, context);
}

/** The reporter for what was asked for and where progress goes: live only on a terminal that a person looks at. */
export function chooseReporter(
  asked: { readonly json: boolean; readonly quiet: boolean },
  stderr: Pick<Stream, 'isTTY'>,
  env: Environment,
): ReporterName {
  if (asked.json) return 'json';
  if (asked.quiet) return 'quiet';
  // GitHub's annotations are lines between others: they would stand in a live display.
  const isWatched = stderr.isTTY && env.TERM !== 'dumb' && !isSet(env.CI) && env.GITHUB_ACTIONS !== 'true';
  return isWatched ? 'pretty' : 'plain';
}

/** Whether to colour what goes to the stream: FORCE_COLOR wins, then NO_COLOR and TERM=dumb, then what the stream is. */
export function wantsColor(stream: Pick<Stream, 'isTTY'>, env: Environment): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return (no === undefined || no === '') && term !== 'dumb' && stream.isTTY;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
