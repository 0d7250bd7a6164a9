import type { Finding } from '../../diagnostics/diagnostic.ts';
import type { AgentName } from '../../schema/types.gen.ts';
import type { AgentSpec, OrchestraSpec } from '../spec.ts';

/** The agents that an orchestra's names stand for. */
export interface Candidates {
  /** Agents found, by the name they were asked for. */
  readonly agents: ReadonlyMap<AgentName, AgentSpec>;
  /** Every name that would have been found. */
  readonly known: readonly string[];
}

/** Takes a finding. */
export type Report = (finding: Finding) => void;

/** Looks for one kind of fault in an orchestra whose shape is right. */
export type Rule = (spec: OrchestraSpec, team: Candidates, report: Report) => void;
