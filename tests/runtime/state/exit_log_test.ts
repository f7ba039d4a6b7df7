/** What slots write down about ends: as they write it, and as it is read. */
import { parseEnds, readEnds } from "../../../lib/runtime/state/exit_log.ts";
import { assert, assertEquals, assertRejects } from "../../support/assert.ts";
import { TestPool, until } from "../../support/pool.ts";

/** The text of a file, and what is read from it: a name, a status, and whether the slot was stopped. */
const TEXTS: readonly (readonly [what: string, text: string, expected: readonly string[]])[] = [
  ["nothing", "", []],
  ["one end", "a.1 0 .\n", ["a.1 0"]],
  ["several, in order", "a.1 0 .\nb.2 137 .\n", ["a.1 0", "b.2 137"]],
  ["one of a slot that was told to end", "a.1 143 1.\n", ["a.1 143 stopped"]],
  ["names as jobs may have them", "a.b-c_d.12 1 .\n_.1 255 .\n", ["a.b-c_d.12 1", "_.1 255"]],
  ["the later of two of one attempt", "a.1 0 .\na.1 3 .\n", ["a.1 3"]],
  ["a line without its end", "a.1 0 .\nb.1 0 .", ["a.1 0"]],
  ["a line without its dot", "a.1 0 \nb.1 0 .\n", ["b.1 0"]],
  ["a line whose middle is missing", "a.1 .\nb.1\n\n", []],
  ["lines that ran into each other", "a.1 0b.1 0 .\n", []],
  ["what no slot writes", "a.1 x .\na.1 0 2.\n a.1 0 .\na.1 0 . \na 1 0 .\n\0\0\n", []],
];

for (const [what, text, expected] of TEXTS) {
  Deno.test(`parseEnds() reads ${what}`, () => {
    const ends = [...parseEnds(text, 7)].map(([name, { status, wasStopped, at }]) => {
      assertEquals(at, 7);
      return `${name} ${status}${wasStopped ? " stopped" : ""}`;
    });
    assertEquals(ends, expected);
  });
}

Deno.test("parseEnds() reads a cut text as far as it is whole", () => {
  const text = "a.1 0 .\nb.1 12 1.\nc.3 0 .\n";
  const whole = [...parseEnds(text, 0)];
  for (let length = 0; length <= text.length; length++) {
    const read = [...parseEnds(text.slice(0, length), 0)];
    assertEquals(read, whole.slice(0, text.slice(0, length).split("\n").length - 1));
  }
});

Deno.test("slots write down how their jobs end, and readEnds() reads the files of all", async () => {
  const folder = await Deno.makeTempDir({ prefix: "orch-ends-" });
  try {
    const before = Date.now();
    await using pool = new TestPool({ endsStem: `${folder}/ends-` });
    const commands = ["true", "exit 3", "kill -9 $$", "kill -TERM 0; exit 4", "no_such_program"];
    const jobs = commands.map((command) => pool.start(command));
    await Promise.all(jobs.map(({ ended }) => ended));
    await Deno.writeTextFile(`${folder}/journal.jsonl`, "x.1 0 .\n");
    const ends = await readEnds(folder);
    const shown = [...ends].map(([name, { status, wasStopped }]) =>
      `${name} ${status}${wasStopped ? " stopped" : ""}`
    );
    assertEquals(shown.sort(), [
      ...["j1.1 0", "j2.1 3", "j3.1 137", "j4.1 143 stopped", "j5.1 127"],
    ]);
    for (const { at } of ends.values()) assert(at >= before - 20 && at <= Date.now() + 20);
    if (Deno.build.os !== "windows") {
      for await (const { name } of Deno.readDir(folder)) {
        if (!name.startsWith("ends-")) continue;
        assertEquals((await Deno.stat(`${folder}/${name}`)).mode! & 0o777, 0o600);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what a slot is told between two jobs is not about the next one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "orch-ends-" });
  try {
    await using pool = new TestPool({ endsStem: `${folder}/ends-` });
    const stopped = pool.start("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    await until(() => stopped.stdout() === "ready\n", "the job is ready");
    stopped.stop(false);
    await stopped.ended;
    await pool.run("exit 5");
    const ends = await readEnds(folder);
    const facts = [...ends].map(([name, { status, wasStopped }]) => [name, status, wasStopped]);
    assertEquals(facts, [["j1.1", 0, true], ["j2.1", 5, false]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readEnds() of a folder that is not there is the platform's error", async () => {
  await assertRejects(() => readEnds("/nowhere/at/all"), Deno.errors.NotFound);
});
