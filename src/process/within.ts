// Runs within runs: an agent may start super itself. What the inner run starts bears the marks of the inner run, and in one more
// variable those of every attempt around it: SUPER_WITHIN=<run>/<task>/<attempt> <run>/<task>/<attempt>. So whoever ends the outer
// attempt finds all of the inner run too.

/** The variable that tells what is around a run that is started with this environment: nothing, when nothing is. */
export function withinEntry(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const { SUPER_RUN_ID: run, SUPER_TASK: task = '', SUPER_ATTEMPT: attempt = '', SUPER_WITHIN: around } = env;
  if (run === undefined) return {};
  return { SUPER_WITHIN: [...(around === undefined ? [] : [around]), `${run}/${task}/${attempt}`].join(' ') };
}

/** Whether an environment, its entries between NULs, says that it is within what these marks mean: a run, or one attempt. */
export function isWithin(environment: string, marks: readonly string[]): boolean {
  const start = environment.indexOf('\0SUPER_WITHIN=');
  if (start === -1 || marks.length === 0) return false;
  const value = environment.slice(environment.indexOf('=', start) + 1, environment.indexOf('\0', start + 1));
  const place = `${marks.map((mark) => mark.slice(mark.indexOf('=') + 1)).join('/')}/`;
  return value.split(' ').some((one) => `${one}/`.startsWith(place));
}
