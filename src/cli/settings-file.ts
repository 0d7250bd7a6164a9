import type { Diagnostic, Path } from '../diagnostics/diagnostic.ts';
import type { Source } from '../spec/source.ts';
import type { Settings } from '../spec/spec.ts';

/** A file of settings as it was read. */
export interface SettingsFile {
  /** As diagnostics name it. */
  readonly file: string;
  /** What it says; nothing where it is faulty. */
  readonly settings: Settings;
  /** Where in the file the settings stand. */
  readonly at: Path;
  readonly diagnostics: readonly Diagnostic[];
  /** The name of the project, where the file gives one. */
  readonly project?: string;
  /** Absent where the file is empty or faulty. */
  readonly source?: Source;
  /** Absent where the file could not be read as text. */
  readonly text?: string;
  /** Why it cannot be read at all, in a sentence. */
  readonly refusal?: string;
}
