/** The keys that may stand at a place of a workflow file. */
import { keysAt } from "../../../lib/core/workflow/schema.ts";
import type { DocumentPath } from "../../../lib/core/workflow/diagnostic.ts";
import { assertEquals } from "../../support/assert.ts";

const ROWS: readonly (readonly [path: DocumentPath, some: string | null])[] = [
  [[], "jobs"],
  [["global_config"], "max_retries"],
  [["global_config", "resource_limits"], "max_memory_mb"],
  [["plugins", 0], "path"],
  [["plugins", 3, "permissions"], "net"],
  [["jobs", 7], "idempotent"],
  [["jobs", 7, "retry_config"], "jitter"],
  [["jobs", 7, "http"], "expect_status"],
  // Lists, values, mappings of the user's keys, and places that there are not.
  [["jobs"], null],
  [["plugins"], null],
  [["name"], null],
  [["jobs", 7, "environment"], null],
  [["jobs", 7, "with"], null],
  [["jobs", 7, "retry_config", 0], null],
  [["jobs", "id"], null],
  [["nowhere", "at"], null],
];

for (const [path, some] of ROWS) {
  Deno.test(`keysAt() ${path.join(".") || "the root"}: ${some ?? "none"}`, () => {
    const keys = keysAt(path);
    assertEquals(some === null ? keys.length === 0 : keys.includes(some), true, keys.join(", "));
  });
}
