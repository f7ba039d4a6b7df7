/** Three runs that were kept, for the commands about such runs. */
import type { RunPlace } from "../../lib/runtime/store/run_store.ts";
import type { Project } from "./cli.ts";
import { keepRun, type KeptOptions } from "./kept_run.ts";
import { START, Story } from "./story.ts";

/** Their ids. */
export const [OLD, MID, NEW] = [
  "20261120-103000-aaaa",
  "20261121-103000-bbbb",
  "20261122-103000-cccc",
] as const;
export const DAY_MS = 86_400_000;

/** A run of `build` and, if it succeeds, `test`. */
export function storyOf(runId: string, at: number, name = "ci"): Story {
  const jobs = [{ id: "build" }, { id: "test", dependencies: ["build"] }];
  return new Story(jobs, { runId, at, workflow: { name } });
}

function succeeded(story: Story): Story {
  for (const id of ["build", "test"]) {
    story.start(id);
    story.pass(2_000);
    story.end(id, { kind: "succeeded" }, { usage: { peakMemoryMb: 12, cpuSeconds: 1 } });
  }
  story.finish("completed");
  return story;
}

/** The first job fails. */
export function failed(story: Story): Story {
  story.start("build");
  story.pass(500);
  story.end("build", { kind: "exited", code: 2 });
  story.skip("test", { kind: "dependency", dependency: "build", cause: "build" });
  story.finish("failed");
  return story;
}

/** The second job is on its way. */
export function died(story: Story): Story {
  story.start("build");
  story.pass(700);
  story.end("build", { kind: "succeeded" });
  story.start("test");
  return story;
}

const OUTPUTS = {
  "build.1.out": "compiled\n",
  "build.1.err": "a warning\n",
  "test.1.out": "half a li",
} as const;

/** An old success of another workflow, then a failure, then a run whose orch died. */
export async function threeRuns(
  project: Project,
  options: KeptOptions = { file: project.path("ci.yaml"), outputs: OUTPUTS },
): Promise<RunPlace[]> {
  const state = project.path(".orch");
  return [
    await keepRun(state, succeeded(storyOf(OLD, START - 2 * DAY_MS, "nightly")), {
      ...options,
      file: "/elsewhere/nightly.yaml",
    }),
    await keepRun(state, failed(storyOf(MID, START - DAY_MS)), options),
    await keepRun(state, died(storyOf(NEW, START)), options),
  ];
}
