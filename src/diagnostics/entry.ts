/** How bad a fault is: an error forbids running the file. */
export type Severity = 'error' | 'warning';

/** What a code means: printed by `super explain`, proven by the golden case of the same name. */
export interface Entry {
  readonly severity: Severity;
  /** One sentence. */
  readonly title: string;
  /** Why it is a fault and what to do. */
  readonly meaning: string;
  /** YAML that shows it. */
  readonly wrong: string;
  /** The same, mended. */
  readonly right: string;
}
