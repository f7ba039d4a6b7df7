/**
 * What attempts leave behind in the folder of a run, held against its journal. An attempt is written
 * down before it begins: one that has left something and that the journal does not know means that the
 * journal has lost lines, however whole the rest of it looks. Pure: whoever asks has read the names.
 */
import type { RunEvent } from "../run/event.ts";

/** One attempt of a job. */
export interface NamedAttempt {
  readonly jobId: string;
  readonly attempt: number;
}

/** The names of what attempts left. */
export interface Traces {
  /** The files of attempts: `build.1.out`. */
  readonly files: readonly string[];
  /** The attempts whose end was written down: `build.1`. */
  readonly ends: readonly string[];
}

const FILE = /^(.+)\.(\d{1,9})\.[a-z]+$/;
const END = /^(.+)\.(\d{1,9})$/;

/** The attempts of the jobs `jobIds` that left traces and never began, as `events` tell it; each once. */
export function unrecordedAttempts(
  events: readonly RunEvent[],
  jobIds: ReadonlySet<string>,
  { files, ends }: Traces,
): NamedAttempt[] {
  const known = new Set<string>();
  for (const event of events) {
    if (event.type === "job_started") known.add(`${event.jobId}.${event.attempt}`);
  }
  const found = new Map<string, NamedAttempt>();
  const look = (match: RegExpExecArray | null) => {
    const [, jobId = "", number] = match ?? [];
    const name = `${jobId}.${number}`;
    // A job may be called `build.1`: its files are not those of an attempt of `build`.
    if (!jobIds.has(jobId) || jobIds.has(name) || known.has(name)) return;
    found.set(name, { jobId, attempt: Number(number) });
  };
  for (const name of files) look(FILE.exec(name));
  for (const name of ends) look(END.exec(name));
  return [...found.values()];
}
