// The key of a model API is a secret of the agent that asks it, though nobody wrote it down as one.
import { expect, test } from 'vitest';
import { keyVariableOf, modelApiOf } from '../../src/spec/model-apis.ts';
import { planOfText } from './compiled.ts';

function secrets(agent: object, rehearse = false): readonly string[] | undefined {
  const text = JSON.stringify({
    orchestra: { id: 'o' },
    agents: [{ name: 'a', adapter: 'llm', model: 'm', ...agent }],
    tasks: [{ name: 't', agent: 'a', description: 'x' }],
  });
  return planOfText(text, { adapters: { rehearse, unusable: () => 'not here' } }).agents[0]?.secrets;
}

test.each<[object, readonly string[]]>([
  [{ provider: 'anthropic' }, ['ANTHROPIC_API_KEY']],
  [{ provider: 'openai' }, ['OPENAI_API_KEY']],
  [{ provider: 'Google' }, ['GEMINI_API_KEY']],
  [{ provider: 'ollama' }, []],
  [{ provider: 'openai_compatible', base_url: 'http://x/v1', api_key_env: 'LAB_KEY' }, ['LAB_KEY']],
  [{ provider: 'anthropic', secrets: ['OTHER', 'ANTHROPIC_API_KEY'] }, ['OTHER', 'ANTHROPIC_API_KEY']],
  [{ adapter: 'command', run: 'x', model: undefined, api_key_env: 'LAB_KEY' }, []],
])('%j: %j', (agent, wanted) => {
  expect(secrets(agent)).toEqual(wanted);
});

test('a rehearsal gets no key', () => {
  expect(secrets({ provider: 'anthropic' }, true)).toEqual([]);
});

test('providers by the names that people give them', () => {
  expect(['LM Studio', 'lm-studio', 'OpenAI Compatible', 'Ollama '].map((name) => modelApiOf(name)?.protocol)).toEqual(
    Array(4).fill('openai-compatible'),
  );
  expect(['', 'constructor', '__proto__', 'open'].map(modelApiOf)).toEqual(Array(4).fill(undefined));
  expect(keyVariableOf({})).toBeUndefined();
});
