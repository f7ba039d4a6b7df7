/** What attempts have left in the folder of a run, on the disk: see `core/traces.ts`. */
import type { NamedAttempt, Traces } from "../core/traces.ts";
import { ENDS_STEM, readEnds, withoutEnds } from "./ends.ts";

/** Where a repair puts what the journal does not know of, in the folder of the run. */
const ASIDE = "unrecorded";

/** The names of all traces in the folder of a run. Throws the platform's error. */
export async function readTraces(runPath: string): Promise<Traces> {
  return { files: filesIn(`${runPath}/jobs`), ends: [...(await readEnds(runPath)).keys()] };
}

/**
 * Puts the traces of these attempts aside, so that the attempts to come, which get their numbers, are
 * not taken for them. Throws the platform's error.
 */
export async function setAside(runPath: string, attempts: readonly NamedAttempt[]): Promise<void> {
  const names = new Set(attempts.map(({ jobId, attempt }) => `${jobId}.${attempt}`));
  const aside = `${runPath}/${ASIDE}`;
  await Deno.mkdir(aside, { recursive: true, mode: 0o700 });
  for (const name of filesIn(`${runPath}/jobs`)) {
    if (!names.has(name.slice(0, name.lastIndexOf(".")))) continue;
    await Deno.rename(`${runPath}/jobs/${name}`, `${aside}/${name}`);
  }
  for (const name of filesIn(runPath)) {
    if (!name.startsWith(ENDS_STEM)) continue;
    const path = `${runPath}/${name}`;
    const text = await Deno.readTextFile(path);
    const kept = withoutEnds(text, names);
    if (kept === text) continue;
    await Deno.writeTextFile(`${aside}/${name}`, text, { append: true, mode: 0o600 });
    await Deno.writeTextFile(path, kept);
  }
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap(({ name, isFile }) => isFile ? [name] : []);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
