import type { LaunchOrder } from '../process/order.ts';
import type { AgentCall } from '../run/ports.ts';

/** What a call says of the bounds of its process: the time between TERM and KILL, and what it may use. */
export function boundsOf({
  graceMs,
  agent,
}: Pick<AgentCall, 'graceMs' | 'agent'>): Pick<LaunchOrder, 'graceMs' | 'limits'> {
  const { memory_bytes: memoryBytes, cpus } = agent.limits ?? {};
  const limited = memoryBytes !== undefined || cpus !== undefined;
  return {
    ...(graceMs !== undefined && { graceMs }),
    ...(limited && {
      limits: { ...(memoryBytes !== undefined && { memoryBytes }), ...(cpus !== undefined && { cpus }) },
    }),
  };
}
