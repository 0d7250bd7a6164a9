import type { Launchers } from '../process/launchers.ts';
import type { Redactor } from '../run/redaction/redact.ts';
import type { RunId } from '../schema/types.gen.ts';

/** What adapters need of the world. */
export interface AgentDoors {
  /** Opens the launchers of the run when the first agent needs them: checking starts nothing. */
  readonly launchers: () => Pick<Launchers, 'launch'>;
  /** The caller's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Keeps secrets out of what is written; undefined where there are none. */
  readonly redactor?: Redactor | undefined;
  /** The project's root, absolute. */
  readonly root: string;
  /** The run that a person goes on with: the one that is run, unless it is said here; null where nobody can go on with it. */
  readonly resumable?: RunId | null;
}
