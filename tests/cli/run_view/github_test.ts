/** A run as a step of GitHub Actions: what the runner is sent, and the page it gets. */
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { text } from "../../support/shown_text.ts";
import { type WatchedOptions, WatchedRun } from "../../support/watched_run.ts";

const ACTIONS = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: "/work" };

const FILE = `name: w
jobs:
  - id: a
    command: "false"
  - {id: b, command: "false"}
`;

async function open(options: WatchedOptions = {}): Promise<WatchedRun> {
  const run = await WatchedRun.open([{ id: "a" }, { id: "b" }], {
    workflowPath: "/work/ci/w.yaml",
    ...options,
    env: { ...ACTIONS, ...options.env },
  });
  run.world.files.contents.set("/work/ci/w.yaml", FILE);
  return run;
}

/** Each fence has a word of its own; here all are called TOKEN. */
function said(run: WatchedRun): string {
  run.show();
  const shown = run.said().trimEnd();
  const tokens = [...shown.matchAll(/::stop-commands::(\w+)/g)].map(([, token]) => token!);
  for (const token of tokens) assertMatch(token, /^[0-9a-f]{32}$/);
  assertEquals(new Set(tokens).size, tokens.length, "no word twice");
  return tokens.reduce((all, token) => all.replaceAll(token, "TOKEN"), shown);
}

function randomly(run: WatchedRun): WatchedRun {
  run.world.randomBytes.push(...Array.from({ length: 400 }, (_, i) => i % 251));
  return run;
}

Deno.test("actions: the output of an attempt is folded under the line of its end, and fenced", async () => {
  const run = randomly(await open());
  run.story.start("a");
  run.story.start("b");
  run.print("a", "::error::mine\n::endgroup::\n");
  run.story.end("a", { kind: "succeeded" });
  run.story.end("b", { kind: "exited", code: 1 });
  assertEquals(
    said(run),
    text(`
      ▶ run       test: 2 jobs, 4 at a time (run 20261122-103000-x7k2)
      ▶ start     a
      ▶ start     b
      ::group::10:30:00  ✔ ok        a 0.00s
      ::stop-commands::TOKEN
      ::error::mine
      ::endgroup::
      ::TOKEN::
      ::endgroup::
      ✗ FAILED    b after 0.00s: exit code 1`),
  );
  run.view.close();
});

Deno.test("actions: with prefixed output each piece is fenced, with none nothing is shown", async () => {
  const prefixed = randomly(await open({ flags: { jobOutput: "prefixed" } }));
  prefixed.story.start("a");
  said(prefixed);
  prefixed.print("a", "::error::mine\n");
  prefixed.pass(300);
  assertEquals(said(prefixed), "::stop-commands::TOKEN\n  a | ::error::mine\n::TOKEN::");
  prefixed.view.close();
  const none = randomly(await open({ flags: { jobOutput: "none" } }));
  none.story.start("a");
  none.print("a", "::error::mine\n");
  none.story.end("a", { kind: "exited", code: 1 });
  assert(!said(none).includes("mine"));
  none.view.close();
});

Deno.test("actions: what failed is marked where the file has it, and the last words are fenced", async () => {
  const run = randomly(await open());
  for (const id of ["a", "b"]) {
    run.story.start(id);
    run.story.end(id, { kind: "exited", code: 1 });
  }
  run.story.finish("failed");
  said(run);
  run.view.close();
  await run.view.end("last words\n::error::mine\n");
  assertEquals(
    said(run),
    text(`
      ::error file=ci/w.yaml,line=3,col=9,endColumn=10,title=a failed::exit code 1
      ::error file=ci/w.yaml,line=5,col=10,endColumn=11,title=b failed::exit code 1
      ::stop-commands::TOKEN
      last words
      ::error::mine
      ::TOKEN::`),
  );
});

Deno.test("actions: ten errors are marked at most, and places are left out where there is no file", async () => {
  const ids = Array.from({ length: 12 }, (_, i) => `job-${i}`);
  const run = randomly(await WatchedRun.open(ids.map((id) => ({ id })), { env: ACTIONS }));
  for (const id of ids) {
    run.story.start(id);
    run.story.end(id, { kind: "exited", code: 1 });
  }
  run.story.finish("failed");
  said(run);
  run.view.close();
  await run.view.end("");
  const errors = said(run).split("\n").filter((line) => line.startsWith("::error"));
  assertEquals(errors.length, 10);
  assertEquals(errors[0], "::error title=job-0 failed::exit code 1");
});

Deno.test("actions: the page is added to the summary of the step, as long as it fits there", async () => {
  const page = "/work/summary.md";
  for (const before of ["# Before\n", "x".repeat(2 ** 20 - 250)]) {
    const run = randomly(await open({ env: { GITHUB_STEP_SUMMARY: page } }));
    run.world.files.contents.set(page, before);
    run.story.start("a");
    run.print("a", "why it failed\n");
    run.story.end("a", { kind: "exited", code: 1 });
    run.story.end("b", { kind: "cancelled" });
    run.story.finish("failed");
    run.show();
    run.view.close();
    await run.view.end("");
    const after = run.world.files.contents.get(page)!;
    assert(after.startsWith(before) && after.length <= 2 ** 20);
    assertEquals(after.includes("| ✗ | a | failed: exit code 1 |"), before.length < 100);
    assertEquals(after.includes("why it failed"), before.length < 100);
  }
});

Deno.test("actions: a summary that cannot be written is said and costs nothing", async () => {
  const run = randomly(await open({ env: { GITHUB_STEP_SUMMARY: "/work/summary.md" } }));
  run.world.files.append = () => {
    throw new Error("Permission denied");
  };
  run.story.end("a", { kind: "cancelled" });
  run.story.end("b", { kind: "cancelled" });
  run.story.finish("cancelled");
  run.show();
  run.view.close();
  await run.view.end("last words\n");
  assertMatch(
    said(run),
    /last words[^]*warning: cannot write the step summary: Permission denied$/,
  );
});
