/** The line of every event, for pipes and CI. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { heartbeatLine, plainLine } from "../../../lib/view/run/line.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { assertEquals } from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";
import { Story, type StoryOptions } from "../../support/story.ts";
import type { JobSketch } from "../../support/workflows.ts";

const STYLE = makeStyle({ color: false, ascii: false });

/** A story whose lines are kept as it is told. */
class PlainStory extends Story {
  readonly lines: string[] = [];
  #options = { style: STYLE, utcOffsetMinutes: 0, verbose: false };

  constructor(
    jobs: readonly JobSketch[],
    options: StoryOptions & { readonly plain?: Partial<Parameters<typeof plainLine>[2]> } = {},
  ) {
    super(jobs, options);
    this.#options = { ...this.#options, ...options.plain };
    for (const event of this.events) this.#show(event);
  }

  override tell(event: Parameters<Story["tell"]>[0]): RunEvent {
    const told = super.tell(event);
    // The first event is told before this class is ready.
    if (this.events.length > 1) this.#show(told);
    return told;
  }

  #show(event: RunEvent): void {
    const line = plainLine(event, this.state, this.#options);
    if (line !== null) this.lines.push(line);
  }
}

/** Every kind of event. */
function wholeStory(options: ConstructorParameters<typeof PlainStory>[1] = {}): string[] {
  const retry = {
    maxAttempts: 3,
    initialDelayMs: 4_000,
    maxDelayMs: 60_000,
    backoffFactor: 2,
    jitter: 0,
  };
  const ids = ["build", "test", "slow", "package", "deploy", "docs", "long", "last"];
  const story = new PlainStory(ids.map((id) => ({ id, retry })), options);
  story.start("build");
  story.start("test");
  story.start("slow");
  story.start("long");
  story.pass(4_140);
  story.end("build", { kind: "succeeded" });
  story.retry("test", { kind: "exited", code: 1 }, 4_000);
  story.pass(4_000);
  story.start("test", 2);
  story.pass(214);
  story.end("test", { kind: "exited", code: 2 });
  story.skip("package", { kind: "dependency", dependency: "test", cause: "test" });
  story.skip("docs", { kind: "branch", branch: "topic", wanted: ["main"] });
  story.stop("slow", "timeout", { force: false });
  story.pass(10_000);
  story.stop("slow", "timeout", { force: true });
  story.end("slow", { kind: "timed_out", afterMs: 300_000 });
  story.tell({ type: "run_stopping", reason: "interrupt" });
  story.end("deploy", { kind: "cancelled" });
  story.end("last", { kind: "cancelled" });
  story.stop("long", "run_stopping", { force: false });
  story.end("long", { kind: "cancelled" });
  story.finish("cancelled");
  return story.lines;
}

Deno.test("plainLine has a line for every event that something happened with", () => {
  assertEquals(
    wholeStory().join("\n"),
    text(`
      10:30:00  ▶ run       test: 8 jobs, 4 at a time (run 20261122-103000-x7k2)
      10:30:00  ▶ start     build
      10:30:00  ▶ start     test
      10:30:00  ▶ start     slow
      10:30:00  ▶ start     long
      10:30:04  ✔ ok        build 4.1s
      10:30:04  ↻ retry     test: exit code 1; attempt 2 in 4.0s
      10:30:08  ▶ start     test (attempt 2)
      10:30:08  ✗ FAILED    test after 0.21s: exit code 2 (attempt 2)
      10:30:08  ⊘ skipped   package: needs test, which did not succeed
      10:30:08  ⊘ skipped   docs: only for branch main, and the branch is topic
      10:30:08  ■ stop      slow (time limit)
      10:30:18  ■ kill      slow (time limit)
      10:30:18  ✗ FAILED    slow after 18.4s: Job timed out after 300 seconds
      10:30:18  ■ stopping  interrupted: running jobs have 10 s to finish; Ctrl-C again kills them now
      10:30:18  ■ cancelled deploy
      10:30:18  ■ cancelled last
      10:30:18  ■ stop      long (run is stopping)
      10:30:18  ■ cancelled long
      10:30:18  ▶ end       CANCELLED`),
  );
});

Deno.test("plainLine also says what is ready when it is to be verbose", () => {
  const quiet = wholeStory();
  const verbose = wholeStory({ plain: { verbose: true } });
  assertEquals(verbose.filter((line) => !quiet.includes(line)), [
    "10:30:00  ○ ready     build",
    "10:30:00  ○ ready     test",
    "10:30:00  ○ ready     slow",
    "10:30:00  ○ ready     long",
    "10:30:08  ○ ready     test",
  ]);
});

Deno.test("plainLine is ASCII where it must be, and a word stands beside every glyph", () => {
  const lines = wholeStory({ plain: { style: makeStyle({ color: false, ascii: true }) } });
  assertEquals(lines.filter((line) => !/^[\x20-\x7e]*$/.test(line)), []);
  assertEquals(lines[5], "10:30:04  + ok        build 4.1s");
  assertEquals(lines[8], "10:30:08  x FAILED    test after 0.21s: exit code 2 (attempt 2)");
});

Deno.test("plainLine colours the word and the time, not the rest", () => {
  const lines = wholeStory({ plain: { style: makeStyle({ color: true, ascii: false }) } });
  assertEquals(lines.slice(5, 10).map(escaped), [
    "␛[2m10:30:04␛[0m  ␛[32m✔ ok       ␛[0m build 4.1s",
    "␛[2m10:30:04␛[0m  ␛[33m↻ retry    ␛[0m test: exit code 1; attempt 2 in 4.0s",
    "␛[2m10:30:08␛[0m  ␛[36m▶ start    ␛[0m test (attempt 2)",
    "␛[2m10:30:08␛[0m  ␛[31m✗ FAILED   ␛[0m test after 0.21s: exit code 2 (attempt 2)",
    "␛[2m10:30:08␛[0m  ␛[2m⊘ skipped  ␛[0m package: needs test, which did not succeed",
  ]);
});

Deno.test("plainLine tells local time", () => {
  assertEquals(wholeStory({ plain: { utcOffsetMinutes: -90 } })[1], "09:00:00  ▶ start     build");
});

Deno.test("plainLine counts the jobs that were left out, and prints no controls of the name", () => {
  const story = new PlainStory([{ id: "a" }, { id: "b" }, { id: "c" }], {
    selected: [0, 2],
    workflow: { name: "CI\x1b[2J\r\n\u202e漢" },
    settings: { concurrency: 1 },
  });
  assertEquals(story.lines, [
    "10:30:00  ▶ run       CI␛[2J␍␊�漢: 2 of 3 jobs, 1 at a time (run 20261122-103000-x7k2)",
  ]);
});

for (
  const [status, word] of [
    ["completed", "succeeded"],
    ["failed", "FAILED"],
    ["cancelled", "CANCELLED"],
  ] as const
) {
  Deno.test(`plainLine ends a ${status} run with ${word}`, () => {
    const story = new PlainStory([{ id: "a" }]);
    story.finish(status);
    assertEquals(story.lines.at(-1), `10:30:00  ▶ end       ${word}`);
  });
}

Deno.test("heartbeatLine names what runs longest and what comes back first, and counts the rest", () => {
  const beat = (story: Story) =>
    heartbeatLine(story.state, {
      style: STYLE,
      utcOffsetMinutes: 60,
      verbose: false,
      now: story.now,
    });
  const retry = {
    maxAttempts: 2,
    initialDelayMs: 90_000,
    maxDelayMs: 90_000,
    backoffFactor: 1,
    jitter: 0,
  };
  const story = new Story(["a", "b", "c", "d"].map((id) => ({ id, retry })));
  assertEquals(beat(story), null);
  story.start("b");
  story.pass(30_000);
  assertEquals(beat(story), "11:30:30  ▶ running   b for 30.0s; 0 of 4 jobs done");
  story.start("a");
  story.pass(60_000);
  story.tell({ type: "pause_ended", pausedMs: 20_000 });
  assertEquals(beat(story), "11:31:30  ▶ running   b for 1:10, a for 40.0s; 0 of 4 jobs done");
  story.retry("a", { kind: "exited", code: 1 }, 90_000);
  story.end("b", { kind: "succeeded" });
  story.pass(30_000);
  assertEquals(beat(story), "11:32:00  ▶ running   a again in 1:00; 1 of 4 jobs done");
  for (const id of ["c", "d"]) story.start(id);
  assertEquals(
    beat(story),
    "11:32:00  ▶ running   c for 0.00s, d for 0.00s, a again in 1:00; 1 of 4 jobs done",
  );
  story.start("a", 2);
  const many = new Story(["a", "b", "c", "d", "e"].map((id) => ({ id })));
  for (const id of ["a", "b", "c", "d", "e"]) many.start(id);
  assertEquals(
    beat(many),
    "11:30:00  ▶ running   a for 0.00s, b for 0.00s, c for 0.00s and 2 more; 0 of 5 jobs done",
  );
});

Deno.test("plainLine says what is lost of an attempt, and what is left of it", () => {
  const containment = "process_group";
  const lost = { process: { containment, logLost: true } } as const;
  const alive = { process: { containment, unkillable: [12, 345] } } as const;
  const both = { process: { ...lost.process, unkillable: [7] } } as const;
  const story = new PlainStory(["a", "b", "c", "d"].map((id) => ({ id })));
  for (const id of ["a", "b", "c", "d"]) story.start(id);
  story.end("a", { kind: "succeeded" }, lost);
  story.end("b", { kind: "exited", code: 1 }, both);
  story.stop("c", "run_stopping", { force: true });
  story.end("c", { kind: "cancelled" }, alive);
  story.end("d", { kind: "exited", code: 2 }, { process: { containment } });
  assertEquals(
    story.lines.slice(5).join("\n"),
    text(`
      10:30:00  ✔ ok        a 0.00s; some of its output is lost: no space left for its log
      10:30:00  ✗ FAILED    b after 0.00s: exit code 1; some of its output is lost: no space left for its log; still alive after SIGKILL: process 7
      10:30:00  ■ kill      c (run is stopping)
      10:30:00  ■ cancelled c; still alive after SIGKILL: process 12, 345
      10:30:00  ✗ FAILED    d after 0.00s: exit code 2`),
  );
});
