/** What a file of the wrong shape is told, all at once, with every place: E201 to E203, E301. */
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { check, checkConfig, checkJobs, mistakes } from "../../support/mistakes.ts";

const job = { id: "a", command: "true" };

check(
  "E203 misses the keys of the file",
  {},
  "E203 name workflow @ value /name",
  "E203 jobs workflow @ value /jobs",
);
check(
  "E203 misses an id",
  { name: "w", jobs: [{ command: "true" }] },
  "E203 id job @ value /jobs/0/id",
);
check(
  "E202 alone tells of a key that is needed and misspelt",
  { Name: "w", jobs: [{ Id: "a", command: "true" }, { command: "true", tag: ["x"] }] },
  "E202 Name workflow name @ key /Name",
  "E202 Id job id @ key /jobs/0/Id",
  "E203 id job @ value /jobs/1/id",
  "E202 tag job tags @ key /jobs/1/tag",
);
check("E210 refuses a file of no jobs", { name: "w", jobs: [] }, "E210 @ key /jobs");
check("E310 refuses an empty name", { name: " ", jobs: [job] }, "E310 name @ value /name");
check(
  "E201 refuses jobs that are no list",
  { name: "w", jobs: { a: job } },
  "E201 array object  false @ value /jobs",
);
check(
  "E201 refuses jobs that are no mappings",
  { name: "w", jobs: [1, null, "x", [job]] },
  "E201 object number 1 false @ value /jobs/0",
  "E201 object null  false @ value /jobs/1",
  "E201 object string x false @ value /jobs/2",
  "E201 object array  false @ value /jobs/3",
);
check(
  "E201 asks for quotes where text was meant",
  { name: 1.1, version: 2, description: true, jobs: [{ ...job, id: 7, tags: [1, false] }] },
  "E201 string number 1.1 true @ value /name",
  "E201 string number 2 true @ value /version",
  "E201 string boolean true true @ value /description",
  "E201 string number 7 true @ value /jobs/0/id",
  "E201 string number 1 true @ value /jobs/0/tags/0",
  "E201 string boolean false true @ value /jobs/0/tags/1",
);
check(
  "E202 suggests the key that was meant",
  { name: "w", jbos: [], globalconfig: {}, jobs: [{ ...job, comand: "x", needs: ["b"] }] },
  "E202 jbos workflow jobs @ key /jbos",
  "E202 globalconfig workflow global_config @ key /globalconfig",
  "E202 comand job command @ key /jobs/0/comand",
  "E202 needs job dependencies @ key /jobs/0/needs",
);
checkJobs("E202 knows the keys of every mapping of a job", [
  [
    { conditions: { skip_if_fail: [] } },
    "E202 skip_if_fail conditions skip_if_failed @ key conditions/skip_if_fail",
  ],
  [
    { retry_config: { max_attempt: 1 } },
    "E202 max_attempt retry_config max_attempts @ key retry_config/max_attempt",
  ],
  [
    { resource_limits: { memory: 1 } },
    "E202 memory resource_limits max_memory_mb @ key resource_limits/memory",
  ],
  [
    { job_type: "http", command: "http://x", http: { header: {} } },
    "E202 header http headers @ key http/header",
  ],
]);
checkConfig("E202 knows the keys of global_config", [
  [{ max_retry: 1 }, "E202 max_retry global_config max_retries @ key max_retry"],
  [{ max_retrys: 1 }, "E202 max_retrys global_config max_retries @ key max_retrys"],
  [
    { resource_limits: { max_execution_time: 1 } },
    "E202 max_execution_time resource_limits  @ key resource_limits/max_execution_time",
  ],
]);
Deno.test("parseWorkflow() E202 lists the keys there are", () => {
  const parsed = parseWorkflow({ name: "w", jobs: [{ ...job, conditions: { x: 1 } }] });
  assert(!parsed.ok);
  const { detail } = parsed.diagnostics[0]!;
  assert(detail.code === "E202");
  assertEquals(detail.known, ["skip_if_failed", "only_if_branch"]);
});

checkJobs("E201 refuses values of the wrong type", [
  [{ timeout: "5 parsecs" }, "E201 number string 5 parsecs false @ value timeout"],
  [{ timeout: "300" }, "E201 number string 300 false @ value timeout"],
  [{ timeout: null }, "E201 number null  false @ value timeout"],
  [{ name: null }, "E201 string null  false @ value name"],
  [{ command: ["a"] }, "E201 string array  false @ value command"],
  [{ dependencies: "b" }, "E201 array string b false @ value dependencies"],
  [{ conditions: [] }, "E201 object array  false @ value conditions"],
  [{ environment: "A=1" }, "E201 record string A=1 false @ value environment"],
  [
    { environment: { A: null } },
    "E201 string or number or boolean null  false @ value environment/A",
  ],
  [
    { environment: { A: [] } },
    "E201 string or number or boolean array  false @ value environment/A",
  ],
  [
    { conditions: { only_if_branch: 1.1 } },
    "E201 string or array number 1.1 true @ value conditions/only_if_branch",
  ],
  [
    { conditions: { only_if_branch: ["x", 1.1, false] } },
    "E201 string number 1.1 true @ value conditions/only_if_branch/1",
    "E201 string boolean false true @ value conditions/only_if_branch/2",
  ],
  [
    { conditions: { only_if_branch: {} } },
    "E201 string or array object  false @ value conditions/only_if_branch",
  ],
  [
    { retry_config: { max_attempts: 1.5 } },
    "E201 int number 1.5 false @ value retry_config/max_attempts",
  ],
  [
    { resource_limits: { max_memory_mb: "10 bananas" } },
    "E201 number string 10 bananas false @ value resource_limits/max_memory_mb",
  ],
  [
    { resource_limits: { max_concurrent_jobs: "4" } },
    "E201 number string 4 false @ value resource_limits/max_concurrent_jobs",
  ],
  [
    {
      job_type: "http",
      command: "http://x",
      http: { headers: { A: 1 }, expect_status: ["200"], body: {} },
    },
    "E201 string number 1 true @ value http/headers/A",
    "E201 string object  false @ value http/body",
    "E201 number string 200 false @ value http/expect_status/0",
  ],
]);
checkJobs("E201 cuts a long value short", [
  [{ timeout: "x".repeat(50) }, `E201 number string ${"x".repeat(39)}… false @ value timeout`],
]);
checkConfig("E201 refuses wrong types in global_config", [
  [{ max_concurrent_jobs: 1.5 }, "E201 int or string number 1.5 false @ value max_concurrent_jobs"],
  [
    { max_concurrent_jobs: true },
    "E201 number or string boolean true false @ value max_concurrent_jobs",
  ],
  [{ max_concurrent_jobs: [] }, "E201 number or string array  false @ value max_concurrent_jobs"],
  [{ max_retries: 0.5 }, "E201 int number 0.5 false @ value max_retries"],
  [
    { environment: { A: {} } },
    "E201 string or number or boolean object  false @ value environment/A",
  ],
]);

checkJobs("E301 refuses values out of bounds", [
  [{ timeout: 0 }, "E301 timeout 0 more_than 0 @ value timeout"],
  [{ timeout: -1 }, "E301 timeout -1 more_than 0 @ value timeout"],
  [{ timeout: 31_536_001 }, "E301 timeout 31536001 at_most 31536000 @ value timeout"],
  [{ timeout: 1e99 }, "E301 timeout 1e+99 at_most 31536000 @ value timeout"],
  [
    { resource_limits: { max_memory_mb: 0 } },
    "E301 max_memory_mb 0 more_than 0 @ value resource_limits/max_memory_mb",
  ],
  [
    { resource_limits: { max_memory_mb: 2e9 } },
    "E301 max_memory_mb 2000000000 at_most 1000000000 @ value resource_limits/max_memory_mb",
  ],
  [
    { resource_limits: { max_cpu_percent: 0 } },
    "E301 max_cpu_percent 0 more_than 0 @ value resource_limits/max_cpu_percent",
  ],
  [
    { resource_limits: { max_cpu_percent: 1_000_001 } },
    "E301 max_cpu_percent 1000001 at_most 1000000 @ value resource_limits/max_cpu_percent",
  ],
  [
    { resource_limits: { max_execution_time: 0 } },
    "E301 max_execution_time 0 more_than 0 @ value resource_limits/max_execution_time",
  ],
  [
    { resource_limits: { max_concurrent_jobs: 0 } },
    "E301 max_concurrent_jobs 0 at_least 1 @ value resource_limits/max_concurrent_jobs",
  ],
  [
    { resource_limits: { max_concurrent_jobs: 10_001 } },
    "E301 max_concurrent_jobs 10001 at_most 10000 @ value resource_limits/max_concurrent_jobs",
  ],
  [
    { retry_config: { max_attempts: 0 } },
    "E301 max_attempts 0 at_least 1 @ value retry_config/max_attempts",
  ],
  [
    { retry_config: { max_attempts: 1001 } },
    "E301 max_attempts 1001 at_most 1000 @ value retry_config/max_attempts",
  ],
  [
    { retry_config: { initial_delay: -1 } },
    "E301 initial_delay -1 at_least 0 @ value retry_config/initial_delay",
  ],
  [
    { retry_config: { max_delay: -1 } },
    "E301 max_delay -1 at_least 0 @ value retry_config/max_delay",
  ],
  [
    { retry_config: { backoff_factor: 0.9 } },
    "E301 backoff_factor 0.9 at_least 1 @ value retry_config/backoff_factor",
  ],
  [
    { retry_config: { backoff_factor: 1001 } },
    "E301 backoff_factor 1001 at_most 1000 @ value retry_config/backoff_factor",
  ],
  [{ retry_config: { jitter: 1.1 } }, "E301 jitter 1.1 at_most 1 @ value retry_config/jitter"],
  [{ retry_config: { jitter: -0.1 } }, "E301 jitter -0.1 at_least 0 @ value retry_config/jitter"],
  [
    { job_type: "http", command: "http://x", http: { expect_status: [200, 99, 600] } },
    "E301 expect_status[1] 99 at_least 100 @ value http/expect_status/1",
    "E301 expect_status[2] 600 at_most 599 @ value http/expect_status/2",
  ],
]);
checkConfig("E301 refuses values out of bounds in global_config", [
  [{ max_concurrent_jobs: 0 }, "E301 max_concurrent_jobs 0 at_least 1 @ value max_concurrent_jobs"],
  [
    { max_concurrent_jobs: 10_001 },
    "E301 max_concurrent_jobs 10001 at_most 10000 @ value max_concurrent_jobs",
  ],
  [{ max_retries: -1 }, "E301 max_retries -1 at_least 0 @ value max_retries"],
  [{ max_retries: 1000 }, "E301 max_retries 1000 at_most 999 @ value max_retries"],
  [{ timeout: 0 }, "E301 timeout 0 more_than 0 @ value timeout"],
  [
    { resource_limits: { max_memory_mb: 0 } },
    "E301 max_memory_mb 0 more_than 0 @ value resource_limits/max_memory_mb",
  ],
]);

check(
  "reports everything at once",
  {
    name: "",
    version: 1,
    jobs: [
      { id: "a", comand: "x" },
      { id: "b", timeout: "x", dependencies: ["c", "nobody"] },
      { id: "c", job_type: "http", command: "ftp://x", dependencies: ["b"] },
      { id: "C", command: "x", environment: { "a b": 1 } },
      { id: "../x", dependencies: ["a"] },
    ],
  },
  "E201 string number 1 true @ value /version",
  "E202 comand job command @ key /jobs/0/comand",
  "E201 number string x false @ value /jobs/1/timeout",
  "E206 C c @ value /jobs/3/id",
  "E207 ../x pattern @ value /jobs/4/id",
  "E204 b nobody dependency  @ value /jobs/1/dependencies/1",
  "E205 b,c @ value /jobs/1/dependencies/0",
  "E306 ftp://x scheme @ value /jobs/2/command",
  "E309 variable a b @ key /jobs/3/environment/a b",
  "E209 ../x command command missing @ value /jobs/4/command",
);
check(
  "looks at the jobs of a file that has no name",
  { jobs: [{ id: "a" }] },
  "E203 name workflow @ value /name",
  "E209 a command command missing @ value /jobs/0/command",
);

Deno.test("parseWorkflow() survives more mistakes than a call takes arguments", () => {
  const many = 130_000;
  const missing = Array.from({ length: many }, (_, i) => `missing${i}`);
  const rows: [unknown, (count: number) => boolean][] = [
    [[{ ...job, dependencies: missing }], (count) => count === many],
    [Array(many).fill(1), (count) => count >= 1000],
    [Array.from({ length: many }, (_, i) => ({ id: `j${i}`, x: 1, y: 2 })), (n) => n >= 1000],
  ];
  for (const [jobs, enough] of rows) {
    const count = mistakes({ name: "w", jobs }).length;
    assert(enough(count), `${count} mistakes`);
  }
});

Deno.test("parseWorkflow() E201 names the key, with the place in a list", () => {
  const rows: [object, string][] = [
    [{ timeout: "x" }, "timeout"],
    [{ tags: ["a", 1] }, "tags[1]"],
    [{ environment: { A: null } }, "A"],
    [{ conditions: { only_if_branch: [1] } }, "only_if_branch[0]"],
  ];
  for (const [wrong, key] of rows) {
    const parsed = parseWorkflow({ name: "w", jobs: [{ ...job, ...wrong }] });
    assert(!parsed.ok);
    const { detail } = parsed.diagnostics[0]!;
    assertEquals(detail.code === "E201" ? detail.key : "", key);
  }
});
