import type { Finding } from '../../diagnostics/diagnostic.ts';
import { firstFew } from '../limits.ts';
import type { OrchestraSpec } from '../spec.ts';
import { agentShape } from './agent-shape.ts';
import { cache } from './cache.ts';
import { commands } from './commands.ts';
import { descriptions } from './descriptions.ts';
import { expects } from './expects.ts';
import { groups } from './groups.ts';
import { ignoredSettings } from './ignored-settings.ts';
import { names } from './names.ts';
import { policies } from './policies.ts';
import { references } from './references.ts';
import type { Candidates, Rule } from './rule.ts';
import { whoWorks } from './who-works.ts';

const rules: readonly Rule[] = [
  names,
  whoWorks,
  agentShape,
  policies,
  references,
  groups,
  ignoredSettings,
  descriptions,
  commands,
  cache,
  expects,
];

/** What is wrong with an orchestra as a whole, apart from circles, which the plan finds. */
export function checkOrchestra(spec: OrchestraSpec, team: Candidates): readonly Finding[] {
  return rules.flatMap((rule) => {
    const findings: Finding[] = [];
    rule(spec, team, (finding) => findings.push(finding));
    return firstFew(findings);
  });
}
