/**
 * How attempts ended that nobody was told of: the slots of a run write it down themselves (see
 * `shell_text.ts`), so that what was done while orch was dead need not be done again.
 */

import { plainFileAt, readStateText } from "./state_files.ts";

/** How the files of the slots begin, in the folder of a run; a number follows. */
export const ENDS_STEM = "ends-";
/** A line is shorter than a hundred bytes: more ends than any run has had. */
export const ENDS_BYTES_MAX = 64 * 2 ** 20;

/** An end that was written down. */
export interface WrittenEnd {
  /** As shells tell it: 128 and more may be a signal. */
  readonly status: number;
  /** Whether the slot was told to end before its job had: then this is no end of the job's own. */
  readonly wasStopped: boolean;
  /** At the latest, in milliseconds since the epoch. */
  readonly at: number;
}

const LINE = /^(\S+) (\d+) (1?)\.$/;

/**
 * The ends in the text of one slot's file, by the name of the attempt. A line that is not whole was
 * being written when its slot died, and says nothing. `writtenAt` is when the file last changed.
 */
export function parseEnds(text: string, writtenAt: number): Map<string, WrittenEnd> {
  const ends = new Map<string, WrittenEnd>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [, name, status, stopped] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    ends.set(name, { status: Number(status), wasStopped: stopped === "1", at: writtenAt });
  }
  return ends;
}

/** The text of one slot's file without the ends of the attempts called so. */
export function withoutEnds(text: string, names: ReadonlySet<string>): string {
  return text.split("\n").filter((line) => !names.has(LINE.exec(line)?.[1] ?? "")).join("\n");
}

/** All ends that the slots of a run wrote down in its folder. Throws `StateRefused`, and the platform's error. */
export async function readEnds(runPath: string): Promise<Map<string, WrittenEnd>> {
  const ends = new Map<string, WrittenEnd>();
  for (const path of await endsFiles(runPath)) {
    const writtenAt = plainFileAt(path)?.mtime?.getTime() ?? 0;
    const text = readStateText(path, ENDS_BYTES_MAX);
    for (const [attempt, end] of parseEnds(text, writtenAt)) ends.set(attempt, end);
  }
  return ends;
}

/** The files in which the slots of a run wrote down ends. */
export async function endsFiles(runPath: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(runPath)) {
    if (name.startsWith(ENDS_STEM)) found.push(`${runPath}/${name}`);
  }
  return found;
}
