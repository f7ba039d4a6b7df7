/** Which key of the format was meant by one that it does not have. */
import { suggestKey } from "../../../lib/core/workflow/suggest_key.ts";
import { keysAt } from "../../../lib/core/workflow/schema.ts";
import type { DocumentPath } from "../../../lib/core/workflow/diagnostic.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const PLACES: Readonly<Record<string, DocumentPath>> = {
  file: [],
  config: ["global_config"],
  job: ["jobs", 0],
  retry: ["jobs", 0, "retry_config"],
  limits: ["jobs", 0, "resource_limits"],
  conditions: ["jobs", 0, "conditions"],
  http: ["jobs", 0, "http"],
};

/** Where the key stands, the key, and what was meant. */
const ROWS: readonly (readonly [string, string, string | null])[] = [
  // Spelling.
  ["job", "comand", "command"],
  ["job", "dependancies", "dependencies"],
  // Names from elsewhere.
  ["job", "needs", "dependencies"],
  ["job", "depends_on", "dependencies"],
  ["job", "depends-on", "dependencies"],
  ["job", "run", "command"],
  ["job", "type", "job_type"],
  ["job", "env", "environment"],
  ["job", "Env", "environment"],
  ["job", "cwd", "working_directory"],
  ["job", "if", "conditions"],
  ["job", "retries", "retry_config"],
  ["job", "memory", "resource_limits"],
  ["job", "steps", "command"],
  // The same name means another key in another place.
  ["file", "steps", "jobs"],
  ["file", "env", "global_config"],
  ["config", "retries", "max_retries"],
  ["config", "concurrency", "max_concurrent_jobs"],
  ["retry", "retries", "max_attempts"],
  ["retry", "backoff", "backoff_factor"],
  ["retry", "delay", "initial_delay"],
  ["limits", "memory", "max_memory_mb"],
  ["limits", "cpu", "max_cpu_percent"],
  ["conditions", "branch", "only_if_branch"],
  ["http", "data", "body"],
  ["http", "status", "expect_status"],
  // A beginning that only one key has.
  ["job", "script", "script_path"],
  ["job", "timeout_seconds", "timeout"],
  ["config", "resource", "resource_limits"],
  // Nothing near.
  ["limits", "max_xyz", null],
  ["job", "colour", null],
  ["job", "constructor", null],
  ["job", "", null],
];

for (const [place, name, expected] of ROWS) {
  Deno.test(`suggestKey() takes '${name}' in the ${place} for ${expected}`, () => {
    assertEquals(suggestKey(name, keysAt(PLACES[place]!)), expected);
  });
}

Deno.test("suggestKey() only names keys that may stand there", () => {
  for (const name of ["needs", "env", "retries", "memory", "url", "status"]) {
    for (const path of Object.values(PLACES)) {
      const meant = suggestKey(name, keysAt(path));
      assert(meant === null || keysAt(path).includes(meant), `${name} in ${path.join(".")}`);
    }
  }
});
