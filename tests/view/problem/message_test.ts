/** The words of mistakes in files, shapes and graphs: title, what stands under the carets (`^`), help (`=`). */
import { relatedText } from "../../../lib/view/problem/message.ts";
import { assertEquals } from "../../support/assert.ts";
import { checkMessages } from "../../support/check_messages.ts";

checkMessages<`E1${string}`>({
  E101: [
    [
      { problem: "missing", file: "ci.yml", cause: "" },
      `
  Cannot read 'ci.yml': no such file
  = check the path, or make one: orch create --name demo --output demo.yaml`,
    ],
    [
      { problem: "folder", file: "src", cause: "" },
      `
  Cannot read 'src': it is a folder
  = name a workflow file`,
    ],
    [
      { problem: "unreadable", file: "a\x1b[2J.yml", cause: "permission denied" },
      `
  Cannot read 'a␛[2J.yml': permission denied`,
    ],
  ],
  E102: [
    [
      { bytes: 100_000_000, limitBytes: 64 * 2 ** 20 },
      `
  File must be at most 64.0 MiB large: found 95.4 MiB
  = a workflow describes jobs; keep their data in files of its own`,
    ],
  ],
  E103: [
    [
      { encoding: "utf-16", byteOffset: 0 },
      `
  File must be UTF-8: found UTF-16
  = save it as UTF-8`,
    ],
    [
      { encoding: "invalid utf-8", byteOffset: 12345 },
      `
  File must be UTF-8: the byte at offset 12,345 is not
  = save it as UTF-8`,
    ],
  ],
  E104: [
    [
      { character: 0x1b },
      `
  File must not contain control characters: found U+001B
  = remove it`,
    ],
  ],
  E105: [
    [
      { format: "yaml", cause: "Tabs are not allowed as indentation" },
      `
  Invalid YAML: a tab in the indentation
  ^ this is a tab
  = use spaces`,
    ],
    [
      { format: "json", cause: "Unexpected token '}'" },
      `
  Invalid JSON: unexpected '}'
  = JSON allows no comments, no single quotes, and no comma after the last entry`,
    ],
  ],
  E106: [
    [
      {},
      `
  File must contain one YAML document: found more
  ^ a second document starts here
  = put each workflow into its own file`,
    ],
  ],
  E107: [
    [
      { key: "command" },
      `
  Duplicate key 'command'
  ^ again here
  = remove one of the two`,
    ],
  ],
  E108: [
    [
      { problem: "cycle" },
      `
  Alias refers to itself
  = write the value out instead`,
    ],
    [
      { problem: "bomb" },
      `
  Too much alias expansion
  = write the repeated parts out, or use fewer aliases`,
    ],
  ],
  E109: [
    [
      { depth: 65, limit: 64 },
      `
  Values must be nested at most 64 levels deep: found level 65`,
    ],
  ],
  E110: [
    [
      { found: "a list" },
      `
  Expected a mapping with 'name' and 'jobs': found a list
  = put 'name: NAME' and 'jobs:' above the list`,
    ],
    [
      { found: "a string" },
      `
  Expected a mapping with 'name' and 'jobs': found a string
  = write one to start from: orch create --name demo --output demo.yaml`,
    ],
  ],
  E111: [
    [
      { key: "__proto__" },
      `
  Key '__proto__' is reserved
  = use another name`,
    ],
  ],
});

const STRANGE = { jobId: "a", problem: "unexpected" } as const;
checkMessages<`E20${string}` | "E210">({
  E201: [
    [
      { key: "version", expected: "string", found: "number", value: "1.1", quoteIt: true },
      `
  'version' must be text: found the number 1.10
  = quote it: "1.10"`,
      "1.10",
    ],
    [
      { key: "version", expected: "string", found: "number", value: "1.1", quoteIt: true },
      `
  'version' must be text: found the number 1.1
  = quote it: "1.1"`,
      "*version",
    ],
    [
      { key: "version", expected: "string", found: "number", value: "1.1", quoteIt: true },
      `
  'version' must be text: found the number 1.1
  = quote it: "1.1"`,
    ],
    [
      { key: "name", expected: "string", found: "boolean", value: "true", quoteIt: true },
      `
  'name' must be text: found True
  = quote it: "True"`,
      "True",
    ],
    [
      { key: "tags[0]", expected: "string", found: "number", value: "8", quoteIt: true },
      `
  'tags[0]' must be text: found the number 0o10
  = quote it: "0o10"`,
      "0o10",
    ],
    [
      { key: "timeout", expected: "number", found: "string", value: "5 parsecs", quoteIt: false },
      `
  'timeout' must be a number: found the text '5 parsecs'
  = write seconds as a plain number`,
      '"5 parsecs"',
    ],
    [
      { key: "max_attempts", expected: "int", found: "number", value: "1.5", quoteIt: false },
      `
  'max_attempts' must be a whole number: found the number 1.50`,
      "1.50",
    ],
    [
      { key: "jobs", expected: "array", found: "null", value: null, quoteIt: false },
      `
  'jobs' must be a list: found no value
  = give it a value, or remove the key`,
      "jobs",
    ],
    [
      { key: "jobs[3]", expected: "object", found: "string", value: "", quoteIt: false },
      `
  'jobs[3]' must be a mapping: found the text ''
  = a job is a mapping that starts with '- id: NAME'`,
    ],
    [
      { key: "conditions", expected: "object", found: "array", value: null, quoteIt: false },
      `
  'conditions' must be a mapping: found a list`,
    ],
    [
      {
        key: "PORTS",
        expected: "string or number or boolean",
        found: "array",
        value: null,
        quoteIt: false,
      },
      `
  'PORTS' must be text, a number, true or false: found a list`,
    ],
    [
      { key: "debug", expected: "boolean", found: "object", value: null, quoteIt: false },
      `
  'debug' must be true or false: found a mapping`,
    ],
    [
      { expected: "a mapping", found: "a string", value: null, quoteIt: false },
      `
  Value must be a mapping: found a string`,
    ],
  ],
  E202: [
    [
      { key: "comand", owner: "job", suggestion: "command", known: ["id", "command"] },
      `
  Unknown key 'comand' in the job
  = did you mean 'command'?`,
    ],
    [
      { key: "jbos", owner: "workflow", suggestion: null, known: ["name", "jobs"] },
      `
  Unknown key 'jbos' in the workflow
  = known keys: name, jobs`,
    ],
    [
      { key: "x".repeat(200), owner: "retry_config", suggestion: null, known: ["jitter"] },
      `
  Unknown key '${"x".repeat(79)}…' in 'retry_config'
  = known keys: jitter`,
    ],
  ],
  E203: [
    [
      { key: "id", owner: "job" },
      `
  Missing key 'id' in the job
  ^ needs 'id'
  = start the job with '- id: NAME'`,
    ],
  ],
  E204: [
    [
      { jobId: "deploy", missing: "missing", relation: "dependency", suggestion: null },
      `
  Job 'deploy' depends on non-existent job 'missing'
  ^ no such job
  = add a job with this id, or remove the reference`,
    ],
    [
      { jobId: "test", missing: "bulid", relation: "dependency", suggestion: "build" },
      `
  Job 'test' depends on non-existent job 'bulid'
  ^ no such job
  = did you mean 'build'?`,
    ],
    [
      { jobId: "test", missing: "lnit", relation: "skip_if_failed", suggestion: "lint" },
      `
  Job 'test' has skip_if_failed on non-existent job 'lnit'
  ^ no such job
  = did you mean 'lint'?`,
    ],
  ],
  E205: [
    [
      { cycle: ["job1", "job2"] },
      `
  Circular dependency detected: job1 -> job2 -> job1
  = each of these waits for the next: remove one of the dependencies`,
    ],
    [
      { cycle: ["loop"] },
      `
  Circular dependency detected: loop -> loop
  = a job cannot wait for itself: remove the dependency`,
    ],
    [
      { cycle: Array.from({ length: 10_000 }, (_, i) => `j${i}`) },
      `
  Circular dependency detected: j0 -> j1 -> j2 -> j3 -> j4 -> j5 -> … 9,992 more … -> j9998 -> j9999 -> j0
  = each of these waits for the next: remove one of the dependencies`,
    ],
  ],
  E206: [
    [
      { jobId: "build", otherId: "build" },
      `
  Duplicate job id 'build'
  ^ again here
  = give each job its own id`,
    ],
    [
      { jobId: "Build", otherId: "build" },
      `
  Job ids 'build' and 'Build' differ only in case
  = their log files would collide on some systems: rename one`,
    ],
  ],
  E207: [
    [
      { jobId: "build my app", problem: "pattern" },
      `
  Invalid job id 'build my app'
  = an id is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_': 'build_my_app'`,
    ],
    [
      { jobId: "../x", problem: "pattern" },
      `
  Invalid job id '../x'
  = an id is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'`,
    ],
    [
      { jobId: "a\u202e\nb", problem: "pattern" },
      `
  Invalid job id 'a�␊b'
  = an id is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'`,
    ],
    [
      { jobId: "x".repeat(300), problem: "length" },
      `
  Job id must have at most 64 characters: found 300
  = an id is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'`,
    ],
    [
      { jobId: "CON", problem: "reserved" },
      `
  Job id 'CON' is a device name on Windows
  = choose another`,
    ],
  ],
  E208: [
    [
      { jobType: "pyhton", known: ["command", "python"], suggestion: "python" },
      `
  Unknown job type 'pyhton'
  = did you mean 'python'?`,
    ],
    [
      { jobType: "docker", known: ["command", "script"], suggestion: null },
      `
  Unknown job type 'docker'
  = known types: command, script`,
    ],
  ],
  E209: [
    [
      { jobId: "fetch", jobType: "http", key: "command", problem: "missing" },
      `
  Job 'fetch' of type 'http' needs 'command'
  ^ needs 'command'
  = add a line 'command: …' in the same column as 'id'`,
    ],
    [
      { ...STRANGE, jobType: "script", key: "command", needed: "script_path", ofType: null },
      `
  Key 'command' does not belong to a job of type 'script'
  = use 'script_path', or another job_type`,
    ],
    [
      { ...STRANGE, jobType: "command", key: "http", needed: "command", ofType: "http" },
      `
  Key 'http' does not belong to a job of type 'command'
  = set job_type: http, or remove it`,
    ],
    [
      { jobId: "a", jobType: "http", key: "leaves", problem: "no_process" },
      `
  Key 'leaves' does not belong to a job of type 'http', which starts no process
  = remove it`,
    ],
  ],
  E210: [
    [
      {},
      `
  The list of jobs is empty
  = add at least one job`,
    ],
  ],
});

Deno.test("relatedText says what stands at a second place", () => {
  assertEquals(relatedText("first", "build", ""), "'build' is first defined here");
  assertEquals(relatedText("suggestion", "build", ""), "'build' is defined here");
  assertEquals(relatedText("edge", "test", "build"), "'test' depends on 'build'");
  assertEquals(relatedText("first", "a\x1b[2J\nb", ""), "'a␛[2J␊b' is first defined here");
});
