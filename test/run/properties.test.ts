// What must hold for every plan, tried on random ones; npm run chaos tries it on more.
import { expect, test } from 'vitest';
import { lawNames, tryLaw } from './laws.ts';

test.each(lawNames)('%s', async (name) => {
  await expect(tryLaw(name, { numRuns: 250 })).resolves.toBeUndefined();
});
