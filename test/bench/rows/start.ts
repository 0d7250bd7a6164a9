import { against } from '../findings.ts';
import { inTurns, seconds } from '../measure.ts';
import { type Bench, type Row, timed } from '../row.ts';
import { program, withSuper } from '../runners.ts';
import { wide } from '../shapes.ts';

/** How long one waits for the smallest things, against a Node that does nothing. */
export const start: Row = {
  about: 'start-up and the smallest run',
  measure(bench: Bench) {
    const cwd = bench.folder();
    const { node, version, run } = inTurns(15, {
      node: () => seconds({ argv: [process.execPath, '-e', '0'], cwd }),
      version: () => seconds({ argv: [process.execPath, program, '--version'], cwd }),
      run: timed(bench, (folder) => withSuper(wide(1), folder)),
    });
    const peer = { name: 'node -e 0', value: node };
    return [against('super --version', version, peer, 1.3), against('a run of one task', run, peer, 2)];
  },
};
