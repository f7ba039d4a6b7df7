/** Problems of files as JSON and as annotations. */
import type { LocatedDiagnostic } from "../../../lib/core/workflow/diagnostic.ts";
import { diagnosticsDocument, githubAnnotations } from "../../../lib/view/problem/report.ts";
import { assertEquals, assertMatch } from "../../support/assert.ts";

const SOURCE = {
  file: "ci.yml",
  text: "name: x\nversion: 1.10\njobs:\n  - id: build\n    dependencies: [bulid]\n",
};

const MISSING: LocatedDiagnostic = {
  detail: {
    code: "E204",
    jobId: "build",
    missing: "bulid",
    relation: "dependency",
    suggestion: "build",
  },
  position: { line: 5, column: 20, endColumn: 25 },
  related: [{
    role: "suggestion",
    name: "build",
    position: { line: 4, column: 9, endColumn: 14 },
  }],
};

const VERSION: LocatedDiagnostic = {
  detail: {
    code: "E201",
    key: "version",
    expected: "string",
    found: "number",
    value: "1.1",
    quoteIt: true,
  },
  position: { line: 2, column: 10, endColumn: 14 },
  related: [],
};

const NOWHERE: LocatedDiagnostic = { detail: { code: "E403" }, position: null, related: [] };

Deno.test("diagnosticsDocument has every file, and its problems in the order of the file", () => {
  assertEquals(
    diagnosticsDocument([
      { source: SOURCE, jobs: null, problems: [MISSING, VERSION] },
      { source: { file: "good.yml", text: null }, jobs: 3, problems: [] },
    ]),
    {
      schema: "orch.diagnostics/v1",
      valid: false,
      files: [
        {
          file: "ci.yml",
          valid: false,
          jobs: null,
          problems: [
            {
              code: "E201",
              message: "'version' must be text: found the number 1.10",
              help: 'quote it: "1.10"',
              line: 2,
              column: 10,
              end_column: 14,
              related: [],
            },
            {
              code: "E204",
              message: "Job 'build' depends on non-existent job 'bulid'",
              help: "did you mean 'build'?",
              line: 5,
              column: 20,
              end_column: 25,
              related: [
                { message: "'build' is defined here", line: 4, column: 9, end_column: 14 },
              ],
            },
          ],
        },
        { file: "good.yml", valid: true, jobs: 3, problems: [] },
      ],
    },
  );
});

Deno.test("diagnosticsDocument of good files is valid", () => {
  const good = { source: { file: "a.yml", text: null }, jobs: 1, problems: [] };
  assertEquals((diagnosticsDocument([good]) as { valid: boolean }).valid, true);
});

Deno.test("githubAnnotations is an ::error command for each problem", () => {
  assertEquals(
    githubAnnotations(SOURCE, [MISSING, NOWHERE], 10),
    "::error file=ci.yml,title=E403::No job is left to run " +
      "(--only, --tags and --skip-tags together exclude every job)\n" +
      "::error file=ci.yml,line=5,col=20,endColumn=25,title=E204::" +
      "Job 'build' depends on non-existent job 'bulid' (did you mean 'build'?)\n",
  );
});

Deno.test("githubAnnotations lets no name begin a command or a property of its own", () => {
  const source = { file: "a,line=1:%0A\n::error::x.yml", text: null };
  const detail = {
    code: "E202",
    key: "x\n::warning::y%##[error]",
    owner: "job",
    known: [],
  } as const;
  const shown = githubAnnotations(source, [
    { detail: { ...detail, suggestion: null }, position: null, related: [] },
  ], 10);
  assertMatch(
    shown,
    /^::error file=a%2Cline=1%3A%250A␊%3A%3Aerror%3A%3Ax.yml,title=E202::[^\n]*\n$/,
  );
  assertMatch(shown, /Unknown key 'x␊::warning::y%25## \[error\]' in the job/);
});

Deno.test("githubAnnotations stops at the most that is asked for", () => {
  const many = Array.from({ length: 15 }, () => VERSION);
  assertEquals(githubAnnotations(SOURCE, many, 10).match(/^::error /gm)!.length, 10);
  assertEquals(githubAnnotations(SOURCE, many, Infinity).match(/^::error /gm)!.length, 15);
});
