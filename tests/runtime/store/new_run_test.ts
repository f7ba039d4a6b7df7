/** The files of a new run on their disk: under `power` also their names, and those of all folders on the way. */
import type { Durability } from "../../../lib/core/base/choices.ts";
import type { PlanRecord } from "../../../lib/core/record/plan_file.ts";
import { saveFile } from "../../../lib/runtime/store/journal.ts";
import { createRun } from "../../../lib/runtime/store/new_run.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import { assertEquals } from "../../support/assert.ts";
import { namesIn } from "../../support/kept_run.ts";
import { sketchSettings, sketchWorkflow } from "../../support/workflows.ts";

const RECORD: PlanRecord = {
  file: null,
  baseDirectory: "/",
  workflow: sketchWorkflow([{ id: "a" }]),
  selected: [0],
  settings: sketchSettings(),
};

/** What was synced while `act` ran, in order: paths below `folder`, which is `.` itself. */
async function syncedBy(folder: string, act: () => Promise<void>): Promise<string[]> {
  const { synced, restore } = noteSyncs(folder);
  try {
    await act();
  } finally {
    restore();
  }
  return synced;
}

/** Notes from now on which files and folders are synced. */
function noteSyncs(folder: string): { readonly synced: string[]; readonly restore: () => void } {
  const { open, openSync } = Deno;
  const { sync, syncData } = Deno.FsFile.prototype;
  const paths = new WeakMap<Deno.FsFile, string>();
  const synced: string[] = [];
  const noting = (sync: () => Promise<void>) =>
    async function (this: Deno.FsFile) {
      await sync.call(this);
      synced.push(paths.get(this) ?? "a file that was opened otherwise");
    };
  const named = (file: Deno.FsFile, path: string | URL) => {
    paths.set(file, String(path).replace(folder, "."));
    return file;
  };
  Deno.open = async (path, options) => named(await open(path, options), path);
  Deno.openSync = (path, options) => named(openSync(path, options), path);
  Object.assign(Deno.FsFile.prototype, { sync: noting(sync), syncData: noting(syncData) });
  const restore = () => {
    Object.assign(Deno, { open, openSync });
    Object.assign(Deno.FsFile.prototype, { sync, syncData });
  };
  return { synced, restore };
}

async function syncedByNewRun(durability: Durability): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "orch-new-run-" });
  try {
    return (await syncedBy(folder, async () => {
      const options = { record: RECORD, durability };
      using run = await createRun(realWorld(), `${folder}/.orch`, options);
      await run.journal.close();
      assertEquals(namesIn(run.directory.path), [
        ...["jobs", "journal.jsonl", "mark", "plan.json", "run.lock"],
      ]);
    })).map((path) => path.replace(/runs\/[0-9a-z-]+/, "runs/ID"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "under power the names of a new run are safe, up to the folder of its state directory",
  ignore: Deno.build.os === "windows",
  async fn() {
    const synced = await syncedByNewRun("power");
    assertEquals(synced[0], "./.orch/runs/ID/plan.json");
    assertEquals(synced.slice(-4), ["./.orch/runs/ID", "./.orch/runs", "./.orch", "."]);
  },
});

Deno.test("under process nothing of a new run is synced", async () => {
  assertEquals(await syncedByNewRun("process"), []);
});

Deno.test({
  name: "a plan that a journal will speak of is safe under its name before it does",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "orch-plan-" });
    const save = (durability: Durability) => () =>
      saveFile(`${folder}/plan.1.json`, new Uint8Array(9), durability);
    assertEquals(await syncedBy(folder, save("power")), ["./plan.1.json", "."]);
    assertEquals(await syncedBy(folder, save("process")), []);
    await Deno.remove(folder, { recursive: true });
  },
});
