/** What the core knows of a kind of job: all of it in one record, a file each. `../kinds.ts` has them all. */
import type * as z from "zod/mini";
import type { Action, Plugin } from "../workflow.ts";
import type { CheckedPlace, DataOf, FileKey, FileKeys } from "../keys/key.ts";
import { filledText } from "../keys/values.ts";

/** What does the work: a process, a worker of this program, or the program itself. */
export type RunsIn = "process" | "worker" | "orch";

/** One kind of job. */
export interface Kind<A extends Action, K extends FileKeys = FileKeys> {
  /** What it takes of the keys that not all kinds take. */
  readonly keys: K;
  /** The one of them that it cannot do without. */
  readonly needed: (keyof K & string) | null;
  /** What is said of a key that another kind takes. */
  readonly strangeKey: "unexpected" | "of_plugin";
  /** Adds what a job's own keys get wrong together. */
  check?(data: DataOf<K>, place: CheckedPlace): void;
  /** Makes the action of a job that was checked; `plugin` is the one of its type, if there is one. */
  toAction(data: DataOf<K>, plugin: Plugin | undefined): A;
  /** Makes the shape of what a plan file may hold of it. */
  stored(): z.ZodMiniType<A>;
  /** All of it that bears on what it does. */
  fingerprint(action: A): unknown;
  /** What it does, in the words of the file; may have several lines. */
  summary(action: A): string;
  /** What the file calls its type, where that is another word. */
  jobType?(action: A): string;
  /** The path of the user's file that it runs, as written. */
  fileOf?(action: A): string;
  readonly runsIn: RunsIn;
  /** Whether it may be done once more when it cannot be told whether it was done. */
  mayRepeat(action: A): boolean;
}

/** A kind, written with the types of its own keys. */
export function kind<A extends Action, K extends FileKeys>(of: Kind<A, K>): Kind<A> {
  return of as unknown as Kind<A>;
}

/** What all kinds have in common whose work a process does. */
export const OF_PROCESSES = {
  strangeKey: "unexpected",
  runsIn: "process",
  mayRepeat: (): boolean => true,
} as const;

/** Shell text, source or address, by the kind. */
export const COMMAND_KEY: FileKey<string> = filledText();
