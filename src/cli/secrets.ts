// The secrets of a run: variables that its agents name, with the values that they have here and now.
import { vendorKeys } from '../agents/vendor.ts';
import { makeRedactor, type Redactor, type Secret } from '../run/redaction/redact.ts';
import { shortestSecret } from '../run/redaction/secret-forms.ts';
import type { Plan } from '../schema/types.gen.ts';

/** What is to be kept out of everything that a run writes. */
export interface Secrecy {
  /** Undefined where there is nothing to keep out. */
  readonly redactor: Redactor | undefined;
  /** Variables whose values are too short to be found. */
  readonly tooShort: readonly string[];
}

/** The secrets of all agents of a plan count for all of the run, the keys that coding CLIs get from the caller among them. */
export function secrecyOf(plan: Plan, env: Readonly<Record<string, string | undefined>>): Secrecy {
  // What an agent names under env: it calls no secret.
  const keys = plan.agents.flatMap(({ adapter, env: own }) =>
    vendorKeys(adapter, env).filter((name) => !own.pass.includes(name) && !Object.hasOwn(own.set, name)),
  );
  const names = [...new Set([...plan.agents.flatMap(({ secrets }) => secrets), ...keys])];
  if (names.length === 0) return { redactor: undefined, tooShort: [] };
  const given = names.map((name): Secret => ({ name, value: env[name] ?? '' })).filter(({ value }) => value !== '');
  const secrets = given.filter(({ value }) => value.length >= shortestSecret);
  return {
    redactor: secrets.length === 0 ? undefined : makeRedactor(secrets),
    tooShort: given.filter((each) => !secrets.includes(each)).map(({ name }) => name),
  };
}

/** The sentence with which a person is told that something is not kept out. */
export function shortSecretText(name: string): string {
  return `the value of ${name} has fewer than ${shortestSecret} characters: it is not kept out of what is written`;
}

/** What is stored with a run, as people would call it. */
export interface Stored {
  readonly plan: Plan;
  readonly goal: string;
  /** Files by name, as far as they are stored now. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Folder of the run. */
  readonly folder: string;
}

/** A sentence for each place where a secret stands already in what is stored with a run, and what an agent is told by it. */
export function exposedSecrets({ plan, goal, texts, folder }: Stored, redactor: Redactor | undefined): string[] {
  if (redactor === undefined) return [];
  const files = [...(texts ?? [])].map(([name, text]) => ({ where: `in ${name}`, text }));
  const others = [
    { where: 'in the goal', text: goal },
    { where: 'in the path of the workspace', text: folder },
  ];
  const found = [...files, ...others].flatMap(({ where, text }) => sentence(redactor.nameIn(text), where));
  return found.length > 0 ? found : sentence(redactor.nameIn(JSON.stringify(plan)), 'in the plan of the run');
}

function sentence(name: string | undefined, where: string): string[] {
  if (name === undefined) return [];
  return [
    `the value of the secret ${name} stands ${where}, which is stored with the run: take it out there, or give it under env: if it is no secret`,
  ];
}
