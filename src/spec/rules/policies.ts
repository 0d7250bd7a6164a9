import type { Path } from '../../diagnostics/diagnostic.ts';
import type { Policy } from '../../schema/types.gen.ts';
import type { Report, Rule } from './rule.ts';

const kinds = ['deny', 'confirm', 'watch'] as const;

/** Patterns of policies can be met, and none of them is said twice with different words. */
export const policies: Rule = ({ policy, agents }, _team, report) => {
  checkPolicy(policy, ['orchestra', 'policy'], report);
  for (const entry of agents) {
    if (entry.type !== 'inline' || entry.agent.policy === undefined) continue;
    checkPolicy(entry.agent.policy, [...entry.at, 'policy'], report, policy);
  }
};

/** Reports what is wrong with a policy that stands there. `above`: the policy that holds besides. */
export function checkPolicy(policy: Policy, at: Path, report: Report, above: Policy = {}): void {
  const stricter = new Map<string, string>();
  for (const kind of kinds) {
    for (const pattern of above[kind] ?? []) if (!stricter.has(plain(pattern))) stricter.set(plain(pattern), kind);
  }
  for (const kind of kinds) {
    for (const [index, pattern] of (policy[kind] ?? []).entries()) {
      const place = [...at, kind, index];
      const fault = faultOf(pattern);
      if (fault !== undefined) report({ code: 'policy-pattern', at: place, ...fault });
      const other = stricter.get(plain(pattern));
      if (other === undefined) stricter.set(plain(pattern), kind);
      else if (other !== kind) report({ code: 'policy-twice', at: place, ...doubled(pattern, other, kind) });
    }
  }
}

function plain(pattern: string): string {
  return pattern.trim().split(/\s+/).join(' ');
}

function doubled(pattern: string, first: string, second: string) {
  const counts = kinds.find((kind) => kind === first || kind === second);
  return {
    message: `"${pattern}" stands under ${first} and under ${second}: ${counts} counts`,
    hint: 'keep it in one of them',
  };
}

/** Signs that end a command, begin another one or open files, so that no single command has them outside of quotes. */
const signs = /&&|\|\||\$\(|[;&`<>]|\n/;

interface PatternFault {
  readonly message: string;
  readonly hint: string;
}

function faultOf(pattern: string): PatternFault | undefined {
  const parts = pattern.split('|').map(plain);
  if (plain(pattern) === '') return { message: 'this pattern is empty', hint: 'write a command, such as "git push *"' };
  if (parts.length === 1 && /^[*\s]+$/.test(pattern))
    return {
      message: `"${pattern}" meets every command`,
      hint: 'name a program; an agent that is to run nothing has permissions: plan',
    };
  const wrapped = /^Bash\((.*?)(?::\*)?\)$/s.exec(plain(pattern));
  if (wrapped !== null) return { message: `"${pattern}" is a rule of claude's`, hint: `write "${wrapped[1]} *"` };
  const group = /(?:^|\|)\s*([({]\s.*|\()/.exec(pattern)?.[1]?.charAt(0);
  if (group !== undefined)
    return {
      message: `no command meets "${pattern}": the commands within ${group} are judged one by one`,
      hint: 'write a pattern for each of them, without brackets',
    };
  const sign = signs.exec(pattern)?.[0];
  const fault =
    expressionFault(pattern) ?? quoteFault(pattern) ?? (sign === undefined ? undefined : signFault(pattern, sign));
  if (fault !== undefined) return fault;
  if (parts.includes(''))
    return {
      message: `no pipeline meets "${pattern}": a part of it is empty`,
      hint: 'write * for any command, such as "curl * | sh *"',
    };
  return undefined;
}

/** Who writes a regular expression would be guarded against nothing. */
function expressionFault(pattern: string): PatternFault | undefined {
  if (!/\\|\.\*\s*\|/.test(pattern)) return undefined;
  const bare = pattern.replace(/\\s[*+]?|\.\*/g, ' * ').replace(/\\(.)/g, '$1');
  const parts = bare.split('|').map((part) => plain(part).replace(/^(\* )+(?=.)/, ''));
  return {
    message: `no command meets "${pattern}": it is no regular expression, * alone has a meaning`,
    hint: `write ${parts.join(' | ')}`,
  };
}

/** Words are compared as a program gets them, without the quotes around them. */
function quoteFault(pattern: string): PatternFault | undefined {
  const [quote] = /["']/.exec(pattern) ?? [];
  if (quote === undefined) return undefined;
  const bare = pattern.replace(/"([^"]*)"|'([^']*)'/g, '$1$2');
  const unclosed = /["']/.exec(bare)?.[0];
  return unclosed === undefined
    ? {
        message: `no command meets "${pattern}": words are compared without the quotes around them`,
        hint: `write ${bare}`,
      }
    : {
        message: `a quote, ${unclosed}, is not closed in this pattern`,
        hint: 'quotes are not part of a pattern: leave them out',
      };
}

function signFault(pattern: string, sign: string): PatternFault {
  if (sign === '<' || sign === '>')
    return {
      message: `no command meets "${pattern}": redirections are not part of a pattern`,
      hint: `leave out ${sign} and its file: a command is met whatever its redirections`,
    };
  if (sign === '$(' || sign === '`')
    return {
      message: `no command meets "${pattern}": substitutions are not part of a pattern`,
      hint: 'write * for it, and a pattern of its own for the command within',
    };
  return {
    message: `no command meets "${pattern}": it is read as one command, or as a pipeline with |`,
    hint: `write a pattern for each side of ${sign === '\n' ? 'the line end' : sign}`,
  };
}
