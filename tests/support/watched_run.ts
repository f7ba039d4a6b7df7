/** A run that is told event by event to a view, in a world made by hand. */
import { guardedWorld } from "../../lib/cli/base/command_stream.ts";
import { openView } from "../../lib/cli/run_view/open.ts";
import type { RunView, ViewFlags } from "../../lib/cli/run_view/view.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import { parseRunId, type RunDirectory } from "../../lib/runtime/state/run_directory.ts";
import { FakeWorld, pass } from "./fake_world.ts";
import { Story, type StoryOptions } from "./story.ts";
import type { JobSketch } from "./workflows.ts";

/** What a test may want of a run and its view. */
export interface WatchedOptions extends StoryOptions {
  readonly flags?: Partial<ViewFlags>;
  readonly env?: Readonly<Record<string, string>>;
  readonly workflowPath?: string | null;
}

/** A story that its view is shown as it is told; time passes for both. */
export class WatchedRun {
  readonly story: Story;
  readonly world: FakeWorld;
  readonly view: RunView;
  #shown = 0;

  private constructor(story: Story, world: FakeWorld, view: RunView) {
    this.story = story;
    this.world = world;
    this.view = view;
  }

  /** Opens the view. */
  static async open(
    jobs: readonly JobSketch[],
    options: WatchedOptions = {},
    world = new FakeWorld(),
  ): Promise<WatchedRun> {
    for (const [name, value] of Object.entries(options.env ?? {})) world.variables.set(name, value);
    const story = new Story(jobs, options);
    const { stdout, stderr } = options.env?.["GITHUB_ACTIONS"] === "true"
      ? guardedWorld(world)
      : world;
    const guarded: World = Object.assign(Object.create(world), { stdout, stderr });
    const view = await openView(story.state, {
      quiet: false,
      verbose: false,
      ...options.flags,
      directory: DIRECTORY,
      file: "w.yaml",
      workflowPath: options.workflowPath ?? null,
      world: guarded,
      usageOf: (jobId, attempt) => world.processes.usageOf(`${jobId}.${attempt}`),
    });
    const run = new WatchedRun(story, world, view);
    run.show();
    return run;
  }

  /** Shows what was told since. */
  show(): void {
    for (const event of this.story.events.slice(this.#shown)) this.view.show(event);
    this.#shown = this.story.events.length;
  }

  pass(ms: number): void {
    this.show();
    this.story.pass(ms);
    pass(this.world.clock, ms);
  }

  /** A job prints something. */
  print(jobId: string, text: string, attempt = 1): void {
    this.world.files.append(DIRECTORY.filesOf(jobId, attempt).stdout, text);
  }

  /** What was said on standard error since the last call, without the times. */
  said(): string {
    const { text } = this.world.stderr;
    this.world.stderr.text = "";
    return text.replace(/^\d\d:\d\d:\d\d {2}/gm, "");
  }
}

const DIRECTORY = {
  runId: parseRunId("20261122-103000-x7k2")!,
  path: "/work/.orch/runs/x",
  filesOf(jobId: string, attempt: number) {
    const stem = `/work/.orch/runs/x/jobs/${jobId}.${attempt}`;
    return {
      stdout: `${stem}.out`,
      stderr: `${stem}.err`,
      other: (end: string) => `${stem}.${end}`,
    };
  },
} as RunDirectory;
