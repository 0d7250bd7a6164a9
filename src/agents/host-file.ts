import { dirname, join } from 'node:path';

/** The file of a program of ours in which agents run: beside this one, built as this one is. */
export function hostFile(name: 'llm' | 'acp'): string {
  const here = import.meta.filename;
  return join(dirname(here), `${name}-host.${here.endsWith('.ts') ? 'ts' : 'js'}`);
}
