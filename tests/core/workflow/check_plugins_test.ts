/** What a file with plugins is told: E211, and the keys of jobs whose type a plugin brings. */
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { check } from "../../support/mistakes.ts";

const GREET = { type: "greet", path: "./greet.ts" };
const file = (plugins: unknown, ...jobs: readonly object[]) => ({
  name: "w",
  plugins,
  jobs: jobs.map((job, i) => ({ id: `j${i}`, ...job })),
});
const hello = { job_type: "greet", with: { who: "world" } };

check("takes a job of a plugin's type", file([GREET], hello, { job_type: "greet" }));
check(
  "E208 knows the types of plugins",
  file([GREET], { job_type: "great" }),
  "E208 great greet @ value /jobs/0/job_type",
);
check(
  "E208 says nothing of a type whose plugin is wrong in itself",
  file([{ ...GREET, paht: "x" }], hello),
  "E202 paht plugin path @ key /plugins/0/paht",
);
check(
  "E203 misses the keys of a plugin",
  file([{ type: "greet" }, { path: "./x.ts" }], hello),
  "E203 path plugin @ value /plugins/0/path",
  "E203 type plugin @ value /plugins/1/type",
);
check(
  "E201 refuses permissions that are no lists",
  file([{ ...GREET, permissions: { net: "example.com", read: 1 } }], hello),
  "E201 array or boolean string example.com false @ value /plugins/0/permissions/net",
  "E201 array or boolean number 1 false @ value /plugins/0/permissions/read",
);
check(
  "E202 refuses permissions that Deno does not have",
  file([{ ...GREET, permissions: { network: ["x"] } }], hello),
  "E202 network permissions  @ key /plugins/0/permissions/network",
);
check(
  "E310 refuses what is empty",
  file([{ ...GREET, path: " ", permissions: { net: ["a", ""] } }], hello),
  "E310 path @ value /plugins/0/path",
  "E310 net[1] @ value /plugins/0/permissions/net/1",
);
check(
  "E211 refuses types that are taken or are no names",
  file(
    [GREET, { ...GREET, path: "./other.ts" }, { type: "http", path: "x.ts" }, {
      type: "a b",
      path: "x.ts",
    }],
    hello,
  ),
  "E211 greet twice @ value /plugins/1/type",
  "E211 http built_in @ value /plugins/2/type",
  "E211 a b name @ value /plugins/3/type",
);
check(
  "E209 keeps the keys of other types out of a plugin's jobs",
  file([GREET], { ...hello, command: "true", script_path: "x", http: {} }),
  "E209 j0 greet command of_plugin @ key /jobs/0/command",
  "E209 j0 greet script_path of_plugin @ key /jobs/0/script_path",
  "E209 j0 greet http of_plugin @ key /jobs/0/http",
);
check(
  "E209 keeps 'with' out of the jobs of orch's own types",
  file([GREET], { command: "true", with: {} }, { job_type: "http", command: "http://h", with: {} }),
  "E209 j0 command with unexpected @ key /jobs/0/with",
  "E209 j1 http with unexpected @ key /jobs/1/with",
);
check(
  "E202 finds a slip in the keys that every job has, also in a plugin's",
  file([GREET], { ...hello, dependancies: [] }),
  "E202 dependancies job dependencies @ key /jobs/0/dependancies",
);
check(
  "E201 refuses keys that are no mapping",
  file([GREET], { job_type: "greet", with: ["world"] }),
  "E201 record array  false @ value /jobs/0/with",
);
check(
  "E303 refuses numbers that a plan cannot keep",
  file([GREET], { job_type: "greet", with: { a: [1, Infinity], b: { c: NaN } } }),
  "E303 Infinity @ value /jobs/0/with/a/1",
  "E303 NaN @ value /jobs/0/with/b/c",
);

Deno.test("parseWorkflow() gives a plugin nothing that is not listed", () => {
  const permissions = { net: ["api.example.com:443"], env: true, run: false };
  const parsed = parseWorkflow(file([{ ...GREET, permissions }], hello, { job_type: "greet" }));
  assert(parsed.ok);
  const plugin = {
    type: "greet",
    path: "./greet.ts",
    permissions: { net: ["api.example.com:443"], read: [], write: [], env: true, run: [], sys: [] },
  } as const;
  assertEquals(parsed.value.plugins, [plugin]);
  assertEquals(parsed.value.jobs.map(({ action }) => action), [
    { type: "plugin", plugin, keys: { who: "world" } },
    { type: "plugin", plugin, keys: {} },
  ]);
});
