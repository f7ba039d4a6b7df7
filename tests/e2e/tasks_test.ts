/** The tasks in deno.json that run orch: they grant what some workflow needs, and no more. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { ROOT, workflow } from "../support/cli.ts";
import { orchWith } from "../support/narrow.ts";
import { ENTRY } from "../support/under_test.ts";

const TASKS: Readonly<Record<string, { readonly command: string }>> =
  JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`)).tasks;

function flagsOf(task: string): string[] {
  return TASKS[task]!.command.match(/--(allow|deny|no-prompt)\S*/g) ?? [];
}

/** Needs each kind of permission. */
const FILES = {
  "w.yaml": workflow(
    { id: "a", command: "echo one | cat", environment: { A: "$GIVEN" } },
    { id: "b", job_type: "http", command: "http://127.0.0.1:9/" },
  ),
};

const KINDS = ["read", "write", "run", "env", "net"];

Deno.test("the tasks grant these kinds, any of each, and never ask", () => {
  const wanted = KINDS.map((kind) => `--allow-${kind}`);
  for (const task of ["orch", "run"]) {
    assertEquals(flagsOf(task), ["--no-prompt", ...wanted, "--allow-sys=systemMemoryInfo,uid"]);
  }
});

for (const kind of KINDS) {
  Deno.test(`without --allow-${kind} the tasks would refuse some workflow, and for no other reason`, async () => {
    const permissions = flagsOf("orch").filter((flag) => flag !== `--allow-${kind}`);
    await orchWith(permissions, { files: FILES }, ({ code, stderr, folder }) => {
      assertEquals([code, folder], [2, ["w.yaml"]], stderr);
      const asked = [...stderr.matchAll(/E311[^]*?help: add --allow-(\w+)=/g)].map(([, kind]) =>
        kind
      );
      assertEquals([...new Set(asked)], [kind]);
    });
  });
}

for (
  const [flags, memory] of [[["--allow-sys=systemMemoryInfo"], "MB"], [[], "unknown"]] as const
) {
  Deno.test(`with [${flags}] the memory of the machine is ${memory}`, async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...flags, `${ENTRY}`, "doctor"],
      env: { NO_COLOR: "1" },
    }).output();
    assertMatch(new TextDecoder().decode(stdout), new RegExp(`memory +.*${memory}`));
  });
}
