// What an attempt may not do while it runs: be silent for too long, and write too much.
import { lstatSync } from 'node:fs';
import { amount } from '../run/amounts.ts';
import type { AttemptFiles, Clock } from '../run/ports.ts';

/** Watches the logs of an attempt while it runs. */
export interface LogWatch {
  /** Milliseconds since one of the logs last grew. */
  silence(): number;
  /** Bytes that were written to the logs, what was cut out of them included. */
  written(): number;
  /** Stops watching; the logs are below their cap when it resolves, and together no longer than `together` bytes where that is given. */
  close(together?: number): Promise<void>;
}

/** An attempt, as supervision sees it. */
export interface Supervised {
  readonly files: AttemptFiles;
  readonly logs: LogWatch;
  readonly stallSeconds: number | null;
  /** Most bytes of its logs and its output file together. */
  readonly outputBytes: number | undefined;
  /** For how many milliseconds it has been held: silence in this time is none of its own. */
  held(): number;
}

/** How often an attempt is looked at, in milliseconds: for silence, and for its output. */
const stallInterval = 250;
const outputInterval = 100;

/** Looks at an attempt until it does what it may not, or until the function that is given back is called. */
export function supervise(
  clock: Clock,
  supervised: Supervised,
  end: (cause: 'stalled' | 'resource-limit', message: string) => void,
): () => void {
  const { stallSeconds, outputBytes } = supervised;
  if (stallSeconds === null && outputBytes === undefined) return () => {};
  const interval = outputBytes === undefined ? stallInterval : outputInterval;
  const silence = ownSilence(supervised);
  let forget = () => {};
  const look = () => {
    const excess = outputExcess(supervised);
    if (excess !== undefined) return end('resource-limit', excess);
    if (stallSeconds !== null && silence() >= stallSeconds * 1000)
      return end('stalled', `wrote nothing for ${stallSeconds} s`);
    forget = clock.after(interval, look);
  };
  look();
  return () => forget();
}

/** Says how long an attempt has been silent without being held. */
function ownSilence({ logs, held }: Supervised): () => number {
  let before = Number.POSITIVE_INFINITY;
  let heldBefore = 0;
  return () => {
    const silent = logs.silence();
    if (silent < before) heldBefore = held();
    before = silent;
    return silent - (held() - heldBefore);
  };
}

/** What an attempt wrote too much, with figures; undefined while it may go on. */
export function outputExcess({ files, logs, outputBytes }: Pick<Supervised, 'files' | 'logs' | 'outputBytes'>) {
  if (outputBytes === undefined) return undefined;
  const bytes = logs.written() + (lstatSync(files.output, { throwIfNoEntry: false })?.size ?? 0);
  if (bytes <= outputBytes) return undefined;
  return `wrote ${amount(bytes, outputBytes)} to its outputs, the limit is ${amount(outputBytes)}`;
}
