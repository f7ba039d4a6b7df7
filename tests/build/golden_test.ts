/** Expected texts of the tests of views, written anew by a run of those tests. */
import { assert, assertEquals } from "../support/assert.ts";
import { newProject, ROOT } from "../support/cli.ts";
import { runProgram } from "./bundled.ts";

const TEST = `import { assertEquals } from "${ROOT}/tests/support/assert.ts";
import { text } from "${ROOT}/tests/support/shown_text.ts";
import { check } from "./rows.ts";

check([["one", "first"], ["two", "second \\"2\\""]]);
Deno.test("of one", () => {
  assertEquals(
    "new\\n  \`text\`",
    text(\`
      old
        text\`),
  );
});
Deno.test("of a list", () => assertEquals(["same", "new"], ["same", "old"]));
Deno.test("of a number", () => assertEquals(1, 1));
`;

const ROWS_HELPER = `import { assertEquals } from "${ROOT}/tests/support/assert.ts";
export function check(rows: string[][]): void {
  for (const [name, said] of rows) {
    Deno.test(name!, () => assertEquals(\`new \${name}\`, said!));
  }
}
`;

Deno.test("ORCH_UPDATE_GOLDEN=1 writes what is there now into the tests of views, which then pass", async () => {
  await using project = newProject({
    "tests/view/a_test.ts": TEST,
    "tests/view/rows.ts": ROWS_HELPER,
    "tests/else/b_test.ts": TEST,
    "tests/else/rows.ts": ROWS_HELPER,
  });
  const test = async (folder: string, update: "0" | "1") => {
    const config = ["--config", `${ROOT}/deno.json`];
    const args = ["test", "--allow-all", "--no-check", ...config, `tests/${folder}/`];
    const env = { NO_COLOR: "1", ORCH_UPDATE_GOLDEN: update };
    return await runProgram([Deno.execPath(), ...args], { cwd: project.folder, env });
  };
  assertEquals((await test("view", "0")).code, 1);
  assertEquals(project.read("tests/view/a_test.ts"), TEST);
  assertEquals((await test("view", "1")).code, 0);
  assertEquals((await test("view", "0")).code, 0);
  const changed = project.read("tests/view/a_test.ts");
  assert(changed.includes("text(`\n      new\n        \\`text\\``)"), changed);
  assert(changed.includes('check([["one", "new one"], ["two", "new two"]]);'), changed);
  assert(changed.includes('["same", "new"], ["same", "new"]'), changed);
  assertEquals((await test("else", "1")).code, 1, "only the texts of views");
  assertEquals(project.read("tests/else/b_test.ts"), TEST);
});
