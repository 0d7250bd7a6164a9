import type { Permissions, PlanAgent } from '../schema/types.gen.ts';
import type { EventReader, Retried } from './streams/events.ts';
import type { CliName } from './vendor.ts';

/** What is particular about one coding CLI. */
export interface CodingCli {
  /** Its program has the same name. */
  readonly name: CliName;
  /** Versions with which it was tried, the oldest and the newest. */
  readonly tested: readonly [string, string];
  /** Variables that make it behave; those of the agent come over them. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it reads the system prompt from a file of its own; else that stands before the prompt. */
  readonly takesSystemPrompt: boolean;
  /** The words of its command line. Of prompts there are only the paths of files among them. */
  argumentsFor(agent: PlanAgent, permissions: Permissions, systemFile: string | undefined): readonly string[];
  /** Arguments by which it may use these folders besides its own; absent where it may read everywhere. */
  foldersFor?(folders: readonly string[]): readonly string[];
  /** Begins to read what it prints. */
  reader(): EventReader;
  /** What of an agent it cannot do here, in a sentence. */
  problem?(agent: PlanAgent, permissions: Permissions): string | undefined;
  /** Whether it tries in vain to reach its model, and would for long. */
  isHopeless?(retry: Retried): boolean;
  /**
   * Whether its own rules can say what a pattern of a policy says; `nested`: of a command within a text for another shell. Absent where it
   * has no rules that hold for one run.
   */
  refuses?(pattern: string, nested?: boolean): boolean;
  /** The words that give it its rules. `keep` keeps a text beside the attempt and gives its path. */
  rulesFor?(patterns: readonly string[], keep: (name: string, text: string) => string): readonly string[];
}
