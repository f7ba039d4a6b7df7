/** Permissions as data: the flags that grant them, and how they are written. */
import {
  flagsFor,
  type Permission,
  seenFrom,
  straightened,
  withoutInner,
} from "../../../lib/core/base/permission.ts";
import { assertEquals } from "../../support/assert.ts";

const read = (path: string | null): Permission => ({ kind: "read", path });
const run = (program: string | null): Permission => ({ kind: "run", program });
const env = (name: string): Permission => ({ kind: "env", name });

Deno.test("flagsFor() writes a flag for each kind, each value once, in order", () => {
  const rows: readonly (readonly [readonly Permission[], readonly string[]])[] = [
    [[], []],
    [[run("make")], ["--allow-run=make"]],
    [
      [run("make"), read("/b"), run("git"), read("/a"), run("make"), { kind: "net", host: "h:80" }],
      ["--allow-read=/a,/b", "--allow-net=h:80", "--allow-run=git,make"],
    ],
    [
      [{ kind: "sys", name: "systemMemoryInfo" }, { kind: "write", path: "/w" }, env("A")],
      ["--allow-write=/w", "--allow-env=A", "--allow-sys=systemMemoryInfo"],
    ],
    [[run("make"), run(null)], ["--allow-run"]],
    [[read("/a,b"), read("/c")], ["--allow-read"]],
  ];
  for (const [permissions, flags] of rows) assertEquals(flagsFor(permissions), [...flags]);
});

Deno.test("withoutInner() leaves out what lies inside a folder that is allowed", () => {
  const rows: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["/a/b", "/a", "/a/b/c.txt"], ["/a"]],
    [["/a", "/ab"], ["/a", "/ab"]],
    [["/", "/a"], ["/"]],
    [["/a", "/a"], ["/a", "/a"]],
  ];
  for (const [paths, left] of rows) {
    assertEquals(withoutInner(paths.map(read)), left.map(read), paths.join());
  }
  const mixed: Permission[] = [read("/a"), { kind: "write", path: "/a/b" }, run("/a/tool")];
  assertEquals(withoutInner(mixed), mixed);
  assertEquals(withoutInner([read(null), read("/a")]), [read(null), read("/a")]);
});

Deno.test("seenFrom() shortens paths below the folder, and no others", () => {
  const rows: readonly (readonly [Permission, Permission])[] = [
    [read("/w"), read(".")],
    [read("/w/.orch"), read(".orch")],
    [{ kind: "write", path: "/w/a/b" }, { kind: "write", path: "a/b" }],
    [read("/wide"), read("/wide")],
    [run("/w/tool"), run("./tool")],
    [run("git"), run("git")],
    [env("/w/x"), env("/w/x")],
    [run(null), run(null)],
  ];
  for (const [given, seen] of rows) assertEquals(seenFrom("/w", given), seen);
});

Deno.test("straightened() follows the dots of a path, and those of no name", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["/w/../types", "/types"],
    ["/w/a/./b/../../c", "/w/c"],
    ["/w/..", "/"],
    ["/../../x", "/x"],
    ["/w/..hidden/a...b", "/w/..hidden/a...b"],
    ["C:\\w\\..\\x", "C:/x"],
  ];
  for (const [given, straight] of rows) {
    assertEquals(straightened(read(given)), read(straight), given);
  }
  for (const other of [run("../tool"), env(".."), read(null)]) {
    assertEquals(straightened(other), other);
  }
});
