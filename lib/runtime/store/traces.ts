/** What attempts have left in the folder of a run, on the disk: see `core/record/traces.ts`. */
import type { NamedAttempt, Traces } from "../../core/record/traces.ts";
import { ENDS_BYTES_MAX, endsFiles, readEnds, withoutEnds } from "../state/exit_log.ts";
import {
  appendToStateFile,
  checkFolders,
  entriesOf,
  readStateText,
  writeStateFile,
} from "../state/state_files.ts";

/** Where a repair puts what the journal does not know of, in the folder of the run. */
const ASIDE = "unrecorded";

/** The names of all traces in the folder of a run. Throws `StateRefused`, and the platform's error. */
export async function readTraces(runPath: string): Promise<Traces> {
  return { files: filesIn(`${runPath}/jobs`), ends: [...(await readEnds(runPath)).keys()] };
}

/**
 * Puts the traces of these attempts aside, so that the attempts to come, which get their numbers, are
 * not taken for them. Throws `StateRefused`, and the platform's error.
 */
export async function setAside(runPath: string, attempts: readonly NamedAttempt[]): Promise<void> {
  const names = new Set(attempts.map(({ jobId, attempt }) => `${jobId}.${attempt}`));
  const aside = `${runPath}/${ASIDE}`;
  await Deno.mkdir(aside, { recursive: true, mode: 0o700 });
  checkFolders(runPath, aside);
  for (const name of filesIn(`${runPath}/jobs`)) {
    if (!names.has(name.slice(0, name.lastIndexOf(".")))) continue;
    await Deno.rename(`${runPath}/jobs/${name}`, `${aside}/${name}`);
  }
  const encoder = new TextEncoder();
  for (const path of await endsFiles(runPath)) {
    const text = readStateText(path, ENDS_BYTES_MAX);
    const kept = withoutEnds(text, names);
    if (kept === text) continue;
    appendToStateFile(`${aside}/${path.slice(runPath.length + 1)}`, encoder.encode(text));
    writeStateFile(path, encoder.encode(kept));
  }
}

function filesIn(folder: string): string[] {
  return entriesOf(folder).flatMap(({ name, isFile }) => isFile ? [name] : []);
}
