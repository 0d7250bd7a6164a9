// Orchestras whose agents always say the same: whatever is done to a run, its end can be compared.

/** An orchestra of a campaign. */
export interface Shape {
  readonly name: string;
  /** The whole document; JSON is YAML. */
  readonly document: object;
}

/** Every agent says in the ledger that it works, once for each execution. */
const sign = 'echo "$SUPER_TASK $SUPER_ATTEMPT" >>"$LEDGER"';
// What is passed on does not stand first: it may be the list of tasks that somebody handed on.
const passOn =
  'echo "$SUPER_TASK got"; for f in "$SUPER_CONTEXT_DIR"/*.txt; do [ -e "$f" ] && cat "$f"; done; echo "$SUPER_TASK is done"';

const agents = {
  quick: `${sign}; ${passOn}`,
  slow: `${sign}; sleep 0.04; ${passOn}`,
  /** Writes its output into the file for it, and something else to its standard output. */
  filing: `${sign}; echo noise; (${passOn}) >"$SUPER_OUTPUT"`,
  /** More than is handled in one go. */
  large: `${sign}; sleep 0.02; i=0; while [ $i -lt 3000 ]; do echo "$SUPER_TASK line $i of a long output"; i=$((i + 1)); done`,
  flaky: `${sign}; if [ "$SUPER_ATTEMPT" -lt 3 ]; then echo "not yet" >&2; exit 7; fi; ${passOn}`,
  failing: `${sign}; sleep 0.02; echo "I cannot" >&2; exit 3`,
  /** Leaves a child in a session of its own that is deaf to TERM. */
  straggling: `${sign}; setsid sh -c 'trap "" TERM HUP INT; sleep 60' >/dev/null 2>&1 & sleep 0.05; ${passOn}`,
  boss: `${sign}; sleep 0.02; ${passOn}`,
  /** Hands on two tasks; one of them hands on a third. */
  delegating: `${sign}
case $SUPER_TASK in
*_brief) echo '{"delegate": [{"name": "first", "agent": "delegating", "description": "x"}, {"name": "second", "agent": "slow", "description": "y", "context": ["first"]}]}' ;;
first) echo '{"delegate": [{"name": "third", "agent": "quick", "description": "z"}]}' ;;
*) sleep 0.02; ${passOn} ;;
esac`,
} as const;

type Agent = keyof typeof agents;

/** A task as `name agent: context`, for example `join quick: a b`; without a colon it gets what its strategy gives. */
function taskOf(line: string): object {
  const [head = '', received] = line.split(': ');
  const [name, agent] = head.split(' ');
  return { name, agent, description: `do ${name}`, ...(received !== undefined && { context: received.split(' ') }) };
}

function shape(name: string, execution: object, lines: readonly string[], more: readonly Agent[] = []): Shape {
  const used = new Set<string>([...lines.map((line) => line.split(':')[0]?.trim().split(' ')[1] ?? ''), ...more]);
  return {
    name,
    document: {
      orchestra: { id: 'o', goal: 'the same every time', execution },
      agents: Object.entries(agents)
        .filter(([agent]) => used.has(agent))
        .map(([agent, run]) => ({ name: agent, run, env: ['LEDGER'] })),
      tasks: lines.map(taskOf),
    },
  };
}

const retry = { strategy: 'fixed', initial_delay_seconds: 0.03, jitter: 0 };

/** The shapes that runs are killed in. */
export const shapes: readonly Shape[] = [
  shape('chain', { strategy: 'sequential' }, ['a quick', 'b slow: a', 'c filing: b', 'd quick: c', 'e slow: d']),
  shape('fan-out', { strategy: 'parallel', max_parallel_tasks: 4 }, [
    'root quick',
    ...[1, 2, 3, 4, 5, 6].map((n) => `leaf${n} ${n % 2 ? 'slow' : 'quick'}: root`),
    'join quick: leaf1 leaf2 leaf3 leaf4 leaf5 leaf6',
  ]),
  shape('diamond', { strategy: 'parallel', max_parallel_tasks: 3 }, [
    'top quick',
    'left slow: top',
    'right filing: top',
    'middle quick: left right',
    'low_left slow: middle',
    'low_right quick: middle',
    'bottom quick: low_left low_right',
  ]),
  shape(
    'mixed',
    {
      strategy: 'mixed',
      max_parallel_tasks: 4,
      task_groups: [
        { name: 'one', tasks: ['a', 'b', 'c'], execution_strategy: 'parallel', max_concurrency: 2 },
        { name: 'two', tasks: ['d', 'e'], execution_strategy: 'sequential' },
        { name: 'three', tasks: ['f', 'g'], execution_strategy: 'parallel' },
      ],
    },
    ['a slow', 'b quick', 'c slow', 'd quick: a', 'e quick: d', 'f slow: e', 'g quick: b'],
  ),
  shape(
    'hierarchical',
    { strategy: 'hierarchical', manager: 'boss', max_parallel_tasks: 3 },
    ['a slow', 'b quick', 'c filing: a'],
    ['boss'],
  ),
  shape('retry', { strategy: 'parallel', max_parallel_tasks: 2, retry_strategy: { ...retry, max_attempts: 3 } }, [
    'a flaky',
    'b slow',
    'c flaky: b',
    'd quick: a c',
  ]),
  shape(
    'failing, goes on',
    {
      strategy: 'parallel',
      max_parallel_tasks: 3,
      on_failure: 'continue',
      retry_strategy: { ...retry, max_attempts: 2 },
    },
    ['a slow', 'bad failing: a', 'b quick: a', 'c quick: bad', 'd slow: b', 'e quick: c d'],
  ),
  shape('failing, stops', { strategy: 'sequential', on_failure: 'stop' }, [
    'a quick',
    'b slow: a',
    'bad failing: b',
    'd quick: bad',
    'e quick: d',
  ]),
  shape(
    'delegation',
    { strategy: 'hierarchical', manager: 'delegating', max_depth: 2, max_parallel_tasks: 2 },
    ['a slow', 'b quick: a'],
    ['delegating', 'quick'],
  ),
  shape('handed on', { strategy: 'parallel', max_parallel_tasks: 3 }, [
    'a large',
    'b large',
    'c quick: a b',
    'd filing: c',
    'e large: a',
    'f slow: d e',
  ]),
  shape('stragglers', { strategy: 'parallel', max_parallel_tasks: 2 }, ['a straggling', 'b slow', 'c quick: a b']),
];

const bitOfEverything = (name: string, limits: object) =>
  shape(
    name,
    {
      strategy: 'hierarchical',
      manager: 'delegating',
      max_depth: 2,
      max_parallel_tasks: 1,
      retry_strategy: { ...retry, max_attempts: 3 },
      ...limits,
    },
    ['a flaky', 'b large', 'c filing: b'],
    ['delegating', 'slow', 'quick'],
  );

/** A bit of everything, one after the other, so that its steps are nearly the same every time. */
export const stepShape: Shape = bitOfEverything('steps', {});

/** The same, which goes on until the disk is full to the last byte. */
export const carelessShape: Shape = bitOfEverything('careless', { limits: { free_disk: 1 } });
