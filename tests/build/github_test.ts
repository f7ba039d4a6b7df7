/** The workflows and the action: GitHub's own parser takes them, and they keep to our rules. */
import { parse } from "@std/yaml/parse";
import { TARGETS } from "../../tools/compile.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, ROOT, testNeeding } from "../support/cli.ts";
import { pageText, USER_PAGES } from "../support/pages.ts";
import { blocksOf } from "../support/docs.ts";
import { problemsOfGitHubFiles } from "../support/tools.ts";
import { runProgram } from "./bundled.ts";
import {
  type ActionFile,
  actionProblems,
  type Grants,
  unnamedPins,
  type WorkflowFile,
  workflowProblems,
} from "./workflow_rules.ts";

const FOLDER = `${ROOT}/.github/workflows`;
const ACTION = `${ROOT}/.github/actions/orch/action.yml`;
const WORKFLOWS = [...Deno.readDirSync(FOLDER)].map(({ name }) => `${FOLDER}/${name}`).sort();

/** What jobs may write, by workflow. */
const GRANTS: Readonly<Record<string, Grants>> = {
  "ci.yml": {},
  "nightly.yml": {},
  "release.yml": {
    release: ["contents", "id-token", "attestations"],
    package: ["id-token"],
  },
};

Deno.test("GitHub's own parser finds nothing wrong with the workflows and the action", async () => {
  const paths = [...WORKFLOWS, ACTION];
  const expected = Object.fromEntries(paths.map((path) => [path, []]));
  assertEquals(await problemsOfGitHubFiles(paths), expected);
});

Deno.test("the step that the pages show is one", async () => {
  const block = blocksOf(pageText("docs/github-actions.md")).find(({ text }) =>
    text.includes("uses: ./.github/actions/orch")
  );
  const steps = block!.text.replace(/^/gm, "      ");
  await using project = newProject({
    "w.yml": `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n${steps}`,
  });
  const path = project.path("w.yml");
  assertEquals(await problemsOfGitHubFiles([path]), { [path]: [] });
});

Deno.test("GitHub's parser would find mistakes of keys, expressions and actions", async () => {
  await using project = newProject({
    "w.yml": "on: push\npermisions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n" +
      "      - run: echo ${{ githb.ref }}\n",
    "action.yml": "name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n    - run: echo\n",
  });
  const [workflow, action] = [project.path("w.yml"), project.path("action.yml")];
  assertEquals(await problemsOfGitHubFiles([workflow, action]), {
    [workflow]: [
      "line 2: Unexpected value 'permisions'",
      "line 7: Unrecognized named-value: 'githb'",
    ],
    [action]: ["line 6: Required property is missing: shell"],
  });
});

for (const path of WORKFLOWS) {
  const name = path.slice(FOLDER.length + 1);
  Deno.test(`${name} does no more than it must, and runs only what is pinned`, async () => {
    const text = await Deno.readTextFile(path);
    assert(GRANTS[name] !== undefined, `say here what jobs of ${name} may write`);
    assertEquals(workflowProblems(parse(text) as WorkflowFile, GRANTS[name]), []);
    assertEquals(unnamedPins(text), [], "say which version a commit is: # v1.2.3");
  });
}

Deno.test("the action passes what it is told by the environment, and pins what it runs", async () => {
  const text = await Deno.readTextFile(ACTION);
  assertEquals(actionProblems(parse(text) as ActionFile), []);
  const action = parse(text) as { inputs: object; outputs: object };
  assertEquals(Object.keys(action.inputs), ["workflow", "args", "version"]);
  assertEquals(Object.keys(action.outputs), ["status", "run-id", "results-file", "failed-jobs"]);
});

const GOOD_JOB = { "timeout-minutes": 5, steps: [] };

/** A workflow, and what the rules say of it. */
const WRONG: readonly (readonly [WorkflowFile, RegExp])[] = [
  [{ jobs: {} }, /more than read/],
  [{ permissions: "write-all", jobs: {} }, /more than read/],
  [{ on: { pull_request_target: {} } }, /strangers/],
  [{ jobs: { a: { steps: [] } } }, /a may run for hours/],
  [{ jobs: { a: { ...GOOD_JOB, permissions: { contents: "write" } } } }, /a may write contents/],
  [{ jobs: { a: { ...GOOD_JOB, permissions: "write-all" } } }, /a may write all/],
  [{ jobs: { a: { ...GOOD_JOB, steps: [{ uses: "actions/x@v4" }] } } }, /x@v4 is not pinned/],
  [
    { jobs: { a: { ...GOOD_JOB, steps: [{ uses: `actions/checkout@${"0".repeat(40)}` }] } } },
    /leaves its token/,
  ],
  [{ jobs: { a: { ...GOOD_JOB, steps: [{ run: "echo ${{ inputs.x }}" }] } } }, /text of a script/],
];

Deno.test("the rules see what is wrong", () => {
  for (const [file, expected] of WRONG) {
    assertMatch(workflowProblems(file, {}).join("\n"), expected);
  }
  assertEquals(unnamedPins(`uses: a/b@${"0".repeat(40)}\n`), [`a/b@${"0".repeat(40)}`]);
});

Deno.test("a release has a program for each platform, and tries each", async () => {
  const text = await Deno.readTextFile(`${FOLDER}/release.yml`);
  const release = parse(text) as {
    jobs: { smoke: { strategy: { matrix: { include: { program: string }[] } } } };
  };
  const tried = release.jobs.smoke.strategy.matrix.include.map(({ program }) => program);
  const made = TARGETS.map((t) => `orch-${t}${t.includes("windows") ? ".exe" : ""}`);
  assertEquals(tried, made);
});

testNeeding(["bash", "awk"], "release notes are what the changelog says of a version", async () => {
  await using project = newProject({
    "c.md":
      "# Changelog\n\n## Unreleased\n\n- new\n\n## 1.0.1 (2026-01-02)\n\n- **Two**\n\n## 1.0.0\n\n",
  });
  const notes = (version: string) =>
    runProgram(["bash", `${ROOT}/tools/release_notes.sh`, version, "c.md"], {
      cwd: project.folder,
    });
  assertEquals(await notes("1.0.1"), { code: 0, stdout: "- **Two**\n", stderr: "" });
  for (const version of ["1.0.0", "2.0.0"]) {
    assertEquals(await notes(version), {
      code: 1,
      stdout: "",
      stderr: `error: c.md says nothing of ${version}\n`,
    });
  }
});

Deno.test("one version of Deno is named everywhere", async () => {
  const files = [...USER_PAGES, ".ci/run", ".github/CONTRIBUTING.md"];
  const found = new Set<string>();
  for (const path of [...files.map((file) => `${ROOT}/${file}`), ...WORKFLOWS]) {
    const text = await Deno.readTextFile(path);
    for (const [, version] of text.matchAll(/\bdeno@(\d[\d.]*)/g)) found.add(version!);
  }
  const script = await Deno.readTextFile(`${ROOT}/bin/orch`);
  assertEquals([...found], [/^DENO=(\S+)$/m.exec(script)?.[1]]);
});
