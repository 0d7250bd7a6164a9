import { expect, test } from 'vitest';
import { systemPrompt } from '../../src/spec/persona.ts';

test('every part stands in its place, headed where it needs a heading', () => {
  const prompt = systemPrompt({
    persona: {
      system_prompt: 'Be yourself.',
      name: 'DevBot',
      role: 'Software Developer',
      goal: 'Write clean code!',
      traits: ['precise', 'kind'],
      backstory: 'Ten years of embedded work.\n\nThen the web.',
      job_description: 'Reviews code',
      audience: 'Engineers',
      expertise_areas: ['Python', 'C'],
      communication_preferences: { tone: 'friendly', languages: ['en', 'de'] },
      instructions: 'Answer in English.',
      constraints: ['No network'],
      ethical_guidelines: 'Be honest.',
    },
    description: 'Helps with code.',
    instructions: 'Use tools.',
    constraints: { time: 'an hour' },
    tasks: [{ name: 'implement', description: 'Implements', instruction: 'Do it.', inputs: [], outputs: [] }],
    outputs: [{ name: 'code', description: 'The code' }],
  });
  expect(prompt).toBe(`Be yourself.

You are DevBot.
Your role: Software Developer.
Your goal: Write clean code!
Your traits: precise, kind.

Helps with code.

## Background

Ten years of embedded work.

Then the web.

## Your job

Reviews code

## Whom you write for

Engineers

## What you know well

- Python
- C

## How you communicate

- tone: friendly
- languages: en, de

## Instructions

Answer in English.

Use tools.

## What you must keep to

- No network

- time: an hour

## What you hold to

Be honest.

## What you know how to do

### implement

Implements

Do it.

## What your answer holds

- code: The code`);
});

test('nothing gives nothing, and blanks leave no heading', () => {
  expect(systemPrompt({})).toBe('');
  expect(
    systemPrompt({ persona: { name: ' ', traits: [], backstory: null }, instructions: '\n', tasks: [], outputs: [] }),
  ).toBe('');
});

test('what was said is not said again', () => {
  const text = 'You are an expert.\nHelp people.';
  expect(systemPrompt({ persona: text, instructions: `${text}\n` })).toBe(text);
});

test('a name or role that is a sentence already is left alone', () => {
  expect(systemPrompt({ persona: { role: 'You are an HR expert', goal: 'help\npeople' } })).toBe(
    'You are an HR expert.\nYour goal: help people.',
  );
});
