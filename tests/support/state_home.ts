/**
 * Where orch keeps the key of its user in tests: in a folder of their own, not in that of whoever runs
 * them. To be imported by whatever starts orch or makes runs.
 */
import { ownState } from "../../lib/runtime/store/own_state.ts";
import { markOf, recordOrder, saveMark } from "../../lib/runtime/store/ownership.ts";
import type { RunDirectory } from "../../lib/runtime/state/run_directory.ts";

const OURS = "orch-state-";

if (!Deno.env.get("XDG_STATE_HOME")?.includes(OURS)) {
  const folder = Deno.makeTempDirSync({ prefix: OURS });
  Deno.env.set("XDG_STATE_HOME", folder);
  globalThis.addEventListener("unload", () => {
    Deno.env.delete("XDG_STATE_HOME");
    Deno.removeSync(folder, { recursive: true });
  });
}

/** Marks the first plan of a run as the user's own, and records it as the newest. */
export async function markAsOwn(directory: RunDirectory): Promise<void> {
  const own = await ownState({ env: (name) => Deno.env.get(name) });
  const text = await Deno.readFile(directory.planPath(0));
  saveMark(directory, 0, (await markOf(directory.runId, 0, { own, text }))!);
  recordOrder(own, "", directory.runId);
}
