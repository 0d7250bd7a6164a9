import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The API as it was built. */
export function loadApi(): Promise<typeof import('../../../src/api.ts')> {
  return import(pathToFileURL(join(import.meta.dirname, '../../../dist/api.js')).href);
}
