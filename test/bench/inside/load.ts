// Compiles ./bench.yaml, or only parses it, in a fresh process, and prints how long that took.
import { readFileSync } from 'node:fs';
import { loadApi } from './api.ts';

/** What a process has to tell about its loading. */
export interface LoadReport {
  readonly seconds: number;
}

const text = readFileSync('bench.yaml', 'utf8');
const measure = process.argv[2] === 'plan' ? await planning() : await parsing();
const began = performance.now();
await measure();
const report: LoadReport = { seconds: (performance.now() - began) / 1000 };
console.log(JSON.stringify(report));

async function planning() {
  const { compile } = await loadApi();
  return async () => {
    const { value, diagnostics } = await compile(text);
    if (value === undefined) throw new Error(`no plan: ${diagnostics[0]?.message}`);
  };
}

async function parsing() {
  const { parseDocument } = await import('yaml');
  return async () => {
    const { errors } = parseDocument(text);
    if (errors[0] !== undefined) throw errors[0];
  };
}
