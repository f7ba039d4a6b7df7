/** How paths of a project are written down, and read where it has gone. */
import { rootedPath, storedPath } from "../../../lib/runtime/state/project_paths.ts";
import { assertEquals } from "../../support/assert.ts";

/** A path, the folder of the workflow, the state directory, and what is written down. */
const STORED: readonly (readonly [string, string, string, string])[] = [
  ["/p/w.yaml", "/p", "/p/.orch", "../w.yaml"],
  ["/p", "/p", "/p/.orch", ".."],
  ["/p/sub/x", "/p", "/p/.orch", "../sub/x"],
  ["/p/w.yaml", "/p", "/p/.cache/orch", "../../w.yaml"],
  ["/p/w.yaml", "/p", "/p", "w.yaml"],
  ["/p", "/p", "/p", "."],
  ["/elsewhere", "/p", "/p/.orch", "/elsewhere"],
  ["/pq/w.yaml", "/p", "/p/.orch", "/pq/w.yaml"],
  ["/p/w.yaml", "/p", "/var/orch", "/p/w.yaml"],
  ["/p/ci/w.yaml", "/p/ci", "/p/.orch", "/p/ci/w.yaml"],
  ["/p/w.yaml", "/p", "/p/../q/.orch", "/p/w.yaml"],
  ["/w.yaml", "/", "/.orch", "../w.yaml"],
  ["C:\\p\\w.yaml", "C:\\p", "C:\\p/.orch", "../w.yaml"],
];

for (const [path, project, stateDirectory, expected] of STORED) {
  Deno.test(`${path} of ${project} is ${expected} in ${stateDirectory}`, () => {
    const stored = storedPath(path, { project, stateDirectory });
    assertEquals(stored, expected);
    assertEquals(rootedPath(stored, stateDirectory), path);
  });
}

Deno.test("what was written down is found where the state directory is now", () => {
  assertEquals(rootedPath("../w.yaml", "/new/place/.orch"), "/new/place/w.yaml");
  assertEquals(rootedPath("..", "/.orch"), "/");
  assertEquals(rootedPath("/p/w.yaml", "/new/.orch"), "/p/w.yaml");
});
