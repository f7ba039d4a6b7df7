/** `orch explain`: what is said, and that it is so: every wrong example yields its code, no right one does. */
import { runCli } from "../../../../lib/cli/mod.ts";
import type { DiagnosticCode } from "../../../../lib/core/workflow/diagnostic.ts";
import { realWorld } from "../../../../lib/runtime/real_world.ts";
import type { World } from "../../../../lib/runtime/port/world.ts";
import {
  EXPLANATIONS,
  explanationsText,
  explanationText,
  findCode,
  noCodeText,
} from "../../../../lib/view/problem/explain_text.ts";
import type { Example } from "../../../../lib/view/problem/explanation.ts";
import { makeStyle } from "../../../../lib/view/text/style.ts";
import { assert, assertEquals, assertMatch, assertNotMatch } from "../../../support/assert.ts";
import { Captured } from "../../../support/captured.ts";
import { newProject, ROOT } from "../../../support/cli.ts";
import { text } from "../../../support/shown_text.ts";

const PLAIN = makeStyle({ color: false, ascii: false });
const CODES = Object.keys(EXPLANATIONS) as DiagnosticCode[];

/** What stands in the file really, where the example can only show it. */
const REALLY: Partial<Record<DiagnosticCode, (shown: string) => string | Uint8Array>> = {
  E102: (shown) => shown.replace("(64 MiB of data)", "x".repeat(64 * 2 ** 20)),
  E103: (shown) => Uint8Array.from(shown, (character) => character.charCodeAt(0)),
  E104: (shown) => shown.replace("␛", "\x1b"),
  E109: (shown) => shown.replace("[[[[...]]]]", "[".repeat(70) + "]".repeat(70)),
};

/** The module that the examples of plugins name. */
const GREET = `
  import { z } from "zod";
  export default { schema: z.object({ who: z.string() }), run() {} };`;

/** What is different in the world in which a mistake shows; E313 is right with another command alone. */
const WORLDS: Partial<Record<DiagnosticCode, (real: World, command: string) => Partial<World>>> = {
  E311: ({ processes }) => ({
    may: (wanted) => wanted.kind !== "run" || wanted.program === "make",
    processes: { ...processes, hasShell: () => false },
  }),
  E312: ({ processes }) => ({
    processes: {
      ...processes,
      hasShell: () => true,
      enforcement: () => ({ containment: "process_group", memory: "none", cpu: "none" }),
    },
  }),
  E315: ({ processes }) => ({
    processes: {
      ...processes,
      hasShell: () => true,
      enforcement: () => processes.enforcement(),
      controlLacks: () => processes.controlLacks(),
      namespaceLack: () => ({ kind: "refused", cause: "unshare failed: Operation not permitted" }),
    },
  }),
  E313: ({ processes }, command) => ({
    may: ({ kind, ...rest }) =>
      kind !== "run" || command.includes("--allow-run ") || !("program" in rest) ||
      rest.program !== null,
    processes: { ...processes, hasShell: () => false, mayRun: () => true },
  }),
};

/** The codes that an example yields. */
async function codesOf(code: DiagnosticCode, { file, command }: Example, isWrong: boolean) {
  const content = isWrong ? REALLY[code]?.(file) ?? file : file;
  await using project = newProject(file === "" ? {} : { "workflow.yaml": content });
  if (file.includes("plugins:")) project.write("greet.js", GREET);
  const words = (command ?? "orch validate workflow.yaml").split(" ");
  const args = words.slice(words.findIndex((word) => word === "run" || word === "validate"));
  // That of E311 begins with Deno's own `run`.
  const own = words[0] === "deno" ? words.slice(words.indexOf("main.ts") + 1) : args;
  const named = own.map((word) => /yaml$/.test(word) ? project.path(word) : word);
  const isDry = named[0] === "run" && !named.includes("--dry-run");
  const [stdout, stderr] = [new Captured(), new Captured()];
  const real = realWorld();
  const exit = await runCli([...named, "--format", "json", ...isDry ? ["--dry-run"] : []], {
    ...real,
    ...WORLDS[code]?.(real, command ?? ""),
    stdout,
    stderr,
  });
  if (exit === 0) return [];
  const { files } = JSON.parse(stdout.text || "{}");
  assertEquals(exit, 2, stderr.text);
  return files[0].problems.map((problem: { code: string }) => problem.code);
}

for (const code of CODES) {
  const { wrong, right } = EXPLANATIONS[code];
  Deno.test(`orch explain ${code}: the wrong example is wrong, and the right one right`, async () => {
    const found = await codesOf(code, wrong, true);
    assert(found.length > 0 && found.every((one: string) => one === code), `${found}`);
    assertEquals(await codesOf(code, right, false), []);
  });

  Deno.test(`orch explain ${code}: the words keep the rules`, () => {
    const { title, meaning } = EXPLANATIONS[code];
    assertMatch(title, /^[a-z][^.]*$/, "a title is a fragment");
    assertMatch(meaning, /^[A-Z'-].*\.$/, "a meaning is sentences");
    assertNotMatch(title + meaning, /n't\b|'re\b|we\b/, "no contractions");
    for (const line of explanationText(code, PLAIN).split("\n")) {
      assert(line.length <= 80, line);
    }
    assertNotMatch(explanationText(code, PLAIN), /\p{Cc}(?<!\n)/u, "safe to print");
  });
}

Deno.test("every code that the source knows has an explanation", () => {
  const source = Deno.readTextFileSync(`${ROOT}/lib/core/workflow/diagnostic.ts`);
  const known = new Set([...source.matchAll(/code: "(E\d+)"/g)].map(([, code]) => code!));
  assertEquals([...known].sort(), [...CODES].sort());
});

Deno.test("explanationText says what it means, and shows the wrong and the right", () => {
  assertEquals(
    explanationText("E401", PLAIN),
    text(`
      E401: a flag names a job that does not exist

      Flags such as --only take ids of jobs in the file. orch analyze lists them.

      Wrong:
          name: demo
          jobs:
            - id: build
              command: make
              tags: [ci]
            - id: test
              command: make test
              tags: [ci]
          $ orch run workflow.yaml --only bild

      Right:
          name: demo
          jobs:
            - id: build
              command: make
              tags: [ci]
            - id: test
              command: make test
              tags: [ci]
          $ orch run workflow.yaml --only build --dry-run
    `),
  );
});

Deno.test("explanationsText lists all codes by kind, a line each", () => {
  const lines = explanationsText(PLAIN).split("\n");
  assertEquals(lines.slice(0, 2), ["The file and its syntax", "  E101  the file cannot be read"]);
  assertEquals(lines.filter((line) => /^ {2}E\d{3} {2}[a-z]/.test(line)).length, CODES.length);
  assertEquals(lines.at(-2), "To read more about one: orch explain CODE");
});

Deno.test("findCode() takes a code as people type it", () => {
  assertEquals([findCode("E204"), findCode("e204"), findCode("204"), findCode("toString")], [
    "E204",
    "E204",
    "E204",
    null,
  ]);
  assertEquals(noCodeText("E9\x1b"), "No code 'E9␛': orch explain lists all codes");
});

Deno.test("orch explain prints one, several or all, and refuses what is no code", async () => {
  await using project = newProject();
  const all = await project.orch(["explain"]);
  assertEquals([all.code, all.stderr, all.stdout], [0, "", explanationsText(PLAIN)]);
  const two = await project.orch(["explain", "e204", "E307"]);
  assertEquals(
    two.stdout,
    `${explanationText("E204", PLAIN)}\n${explanationText("E307", PLAIN)}`,
  );
  assertEquals(await project.orch(["explain", "E204", "E999"]), {
    code: 2,
    stdout: "",
    stderr: "error: No code 'E999': orch explain lists all codes\n",
  });
});
