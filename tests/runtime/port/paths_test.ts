/** Paths of Unix and of Windows. */
import { folderOf, isAbsolute, normalPath, resolvePath } from "../../../lib/runtime/port/paths.ts";
import { assertEquals } from "../../support/assert.ts";

Deno.test("isAbsolute knows the roots of Unix and of Windows", () => {
  for (const path of ["/", "/a", "C:\\a", "c:/a", "\\\\server\\share"]) {
    assertEquals(isAbsolute(path), true, path);
  }
  for (const path of ["", ".", "a", "./a", "../a", "C:", "C:a", "\\a", "~/a", "a/C:/b"]) {
    assertEquals(isAbsolute(path), false, path);
  }
});

const RESOLVED: readonly (readonly [base: string, path: string, expected: string])[] = [
  ["/work", "a", "/work/a"],
  ["/work", "./a", "/work/a"],
  ["/work", "././a/b", "/work/a/b"],
  ["/work", ".", "/work"],
  ["/work", "./", "/work"],
  ["/work", "", "/work"],
  ["/work", "..", "/work/.."],
  ["/work", "../a", "/work/../a"],
  ["/work", "./../a", "/work/../a"],
  ["/work", ".hidden", "/work/.hidden"],
  ["/work", "a/./b", "/work/a/./b"],
  ["/work", "/else", "/else"],
  ["/work", "C:\\else", "C:\\else"],
  ["/", "a", "/a"],
  ["/work/", "a", "/work/a"],
  ["C:\\work", "a", "C:\\work/a"],
];

for (const [base, path, expected] of RESOLVED) {
  Deno.test(`resolvePath of '${path}' from '${base}' is '${expected}'`, () => {
    assertEquals(resolvePath(base, path), expected);
  });
}

const FOLDERS: readonly (readonly [path: string, expected: string])[] = [
  ["/work/a.yml", "/work"],
  ["/a.yml", "/"],
  ["a.yml", "."],
  ["", "."],
  ["sub/a.yml", "sub"],
  ["./a.yml", "."],
  ["/work/sub/", "/work/sub"],
  ["C:\\work\\a.yml", "C:\\work"],
  ["C:/work/a.yml", "C:/work"],
];

for (const [path, expected] of FOLDERS) {
  Deno.test(`folderOf '${path}' is '${expected}'`, () => assertEquals(folderOf(path), expected));
}

const NORMAL: readonly (readonly [path: string, expected: string])[] = [
  ["/", "/"],
  ["/work/a.yml", "/work/a.yml"],
  ["/work/../a.yml", "/a.yml"],
  ["/work/./sub//.././a.yml", "/work/a.yml"],
  ["/work/sub/..", "/work"],
  ["/work/", "/work"],
  ["/../../a", "/a"],
  ["/work/..hidden/...", "/work/..hidden/..."],
  ["/work/a\\..\\b", "/work/a\\..\\b"],
  ["C:\\work/../a\\.\\b", "C:\\a\\b"],
  ["C:/work/a", "C:\\work\\a"],
  ["C:\\..\\..\\a", "C:\\a"],
  ["\\\\server\\share\\..\\a", "\\\\server\\share\\a"],
];

for (const [path, expected] of NORMAL) {
  Deno.test(`normalPath '${path}' is '${expected}'`, () => {
    assertEquals(normalPath(path), expected);
    assertEquals(normalPath(expected), expected);
  });
}
