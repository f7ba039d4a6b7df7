/** Where the name of the branch comes from. */
import { currentBranch } from "../../../lib/runtime/run/branch.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeWorld } from "../../support/fake_world.ts";

const QUERY = "git symbolic-ref --short --quiet HEAD in /work/sub";

interface Row {
  readonly name: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly git?: string | null;
  readonly expected: string | null;
  readonly asksGit?: boolean;
}

const ROWS: readonly Row[] = [
  {
    name: "of a pull request is its source",
    variables: { GITHUB_HEAD_REF: "topic", GITHUB_REF_NAME: "12/merge", CI_COMMIT_BRANCH: "x" },
    git: "local",
    expected: "topic",
  },
  {
    name: "of a push on GitHub is the ref, as the head is empty there",
    variables: { GITHUB_HEAD_REF: "", GITHUB_REF_NAME: "main", CI_COMMIT_BRANCH: "x" },
    git: "local",
    expected: "main",
  },
  {
    name: "on GitLab is what it says",
    variables: { CI_COMMIT_BRANCH: "release/1" },
    git: "local",
    expected: "release/1",
  },
  { name: "is git's own answer elsewhere", git: "feature/a", expected: "feature/a", asksGit: true },
  {
    name: "is git's own answer where all variables are empty",
    variables: { GITHUB_HEAD_REF: "", GITHUB_REF_NAME: "", CI_COMMIT_BRANCH: "" },
    git: "main",
    expected: "main",
    asksGit: true,
  },
  { name: "is unknown where git fails", git: null, expected: null, asksGit: true },
  { name: "is unknown where git says nothing", git: "", expected: null, asksGit: true },
];

for (const { name, variables = {}, git = null, expected, asksGit = false } of ROWS) {
  Deno.test(`the branch ${name}`, async () => {
    const world = new FakeWorld();
    for (const [key, value] of Object.entries(variables)) world.variables.set(key, value);
    world.processes.answer = git;
    assertEquals(await currentBranch(world, "/work/sub"), expected);
    assertEquals(world.processes.queries, asksGit ? [QUERY] : []);
  });
}
