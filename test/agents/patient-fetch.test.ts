import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { patientFetch } from '../../src/agents/patient-fetch.ts';

const dispatcher = Symbol.for('undici.globalDispatcher.1');
const kept = globalThis as unknown as Record<
  symbol,
  { constructor: new (options: object) => { constructor: unknown } }
>;

test('waits for whom fetch does not wait', async () => {
  const server = createServer((_, response) => setTimeout(() => response.end('late'), 2500));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const usual = kept[dispatcher];
  if (usual === undefined) throw new Error('Node keeps its dispatcher elsewhere');
  try {
    kept[dispatcher] = new usual.constructor({ headersTimeout: 100 }) as typeof usual;
    const [plain, patient] = await Promise.allSettled([fetch(url), patientFetch(url)]);
    expect(plain).toMatchObject({ status: 'rejected' });
    expect(patient.status === 'fulfilled' && (await patient.value.text())).toBe('late');
  } finally {
    kept[dispatcher] = usual;
    server.closeAllConnections();
    server.close();
  }
});
