import type { PlaybookTaskSpec } from './spec.ts';

/** All that may be said to an agent about itself. What is missing or blank leaves no trace in the prompt. */
export interface PromptParts {
  /** A text, or a map with name, role, goal, traits, backstory and their like; other keys are not read. */
  readonly persona?: unknown;
  readonly description?: string;
  readonly instructions?: string;
  /** Rules beside those of the persona: a text, a list or a map. */
  readonly constraints?: unknown;
  readonly tasks?: readonly PlaybookTaskSpec[];
  readonly outputs?: readonly { readonly name: string; readonly description: string }[];
}

/** The system prompt of an agent in Markdown, without a newline at its end; empty when the parts say nothing. Nothing is said twice. */
export function systemPrompt(parts: PromptParts): string {
  const said = new Set<string>();
  const persona = isMap(parts.persona) ? parts.persona : { system_prompt: parts.persona };
  const part = (heading: string, ...values: unknown[]): string => {
    const body = values.map(block).filter((text) => isNew(text, said));
    return body.length === 0 ? '' : `${heading === '' ? '' : `## ${heading}\n\n`}${body.join('\n\n')}`;
  };
  return [
    part('', persona.system_prompt),
    part('', introduction(persona)),
    part('', parts.description),
    part('Background', persona.backstory),
    part('Your job', persona.job_description),
    part('Whom you write for', persona.audience),
    part('What you know well', persona.expertise_areas),
    part('How you communicate', persona.communication_preferences),
    part('Instructions', persona.instructions, parts.instructions),
    part('What you must keep to', persona.constraints, parts.constraints),
    part('What you hold to', persona.ethical_guidelines),
    part('What you know how to do', (parts.tasks ?? []).map((task) => skill(task, said)).join('\n\n')),
    part(
      'What your answer holds',
      Object.fromEntries((parts.outputs ?? []).map((each) => [each.name, each.description])),
    ),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** One sentence a line: a name and a role are never woven into each other, since both are free text. */
function introduction(persona: Readonly<Record<string, unknown>>): string {
  const { name, role, goal, traits } = persona;
  return [
    ['You are', name],
    ['Your role:', role],
    ['Your goal:', goal],
    ['Your traits:', Array.isArray(traits) ? traits.map(inline).filter(Boolean).join(', ') : traits],
  ]
    .map(([lead, value]) => ({ lead, text: inline(value) }))
    .filter(({ text }) => text !== '')
    .map(({ lead, text }) => sentence(/^you are\b/i.test(text) ? text : `${lead} ${text}`))
    .join('\n');
}

function skill(task: PlaybookTaskSpec, said: Set<string>): string {
  const texts = [task.description, task.instruction].map(block).filter((text) => isNew(text, said));
  return [`### ${inline(task.name)}`, ...texts].filter((text) => text !== '### ').join('\n\n');
}

/** A value as Markdown: a text as it stands, a list or a map as a list of lines; empty for nothing. */
function block(value: unknown): string {
  if (Array.isArray(value)) return value.map(inline).filter(Boolean).map(bullet).join('\n');
  if (!isMap(value)) return scalar(value).trim();
  return Object.entries(value)
    .map(([key, inner]) => [key, inline(inner)].filter(Boolean).join(': '))
    .map(bullet)
    .join('\n');
}

/** A value on one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return value.map(inline).filter(Boolean).join(', ');
  if (isMap(value)) {
    return Object.entries(value)
      .map(([key, inner]) => `${key}: ${inline(inner)}`)
      .join('; ');
  }
  return scalar(value).replace(/\s+/g, ' ').trim();
}

function scalar(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function bullet(text: string): string {
  return `- ${text}`;
}

function sentence(text: string): string {
  return /[.!?:\u2026]$/.test(text) ? text : `${text}.`;
}

/** Whether a text says something that was not said before, word for word; remembers it. */
function isNew(text: string, said: Set<string>): boolean {
  const key = text.replace(/\s+/g, ' ').trim();
  if (key === '' || said.has(key)) return false;
  said.add(key);
  return true;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
