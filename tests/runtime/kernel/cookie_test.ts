/** Cookies of runs within runs: how they are put together, taken apart, and found in environments. */
import { cookiePattern, cookiesIn, outerCookies } from "../../../lib/runtime/kernel/cookie.ts";
import { assertEquals } from "../../support/assert.ts";

const VALUES: readonly (readonly [value: string | undefined, outer: string])[] = [
  [undefined, ""],
  ["", ""],
  ["0a1b2c3d-20261122-103000-abcd.a.b-c_1.12", ":0a1b2c3d-20261122-103000-abcd.a.b-c_1.12"],
  ["x.slot:y.b.1:z.c.2", ":x.slot:y.b.1:z.c.2"],
  [":x", ""],
  ["x:", ""],
  ["x::y", ""],
  ["x y", ""],
  ["x\ny", ""],
  ["$(reboot)", ""],
  ["x'; reboot; '", ""],
];

for (const [value, outer] of VALUES) {
  Deno.test(`outerCookies() of ${JSON.stringify(value)} is ${JSON.stringify(outer)}`, () => {
    assertEquals(outerCookies(value), outer);
  });
}

Deno.test("cookiesIn() takes apart what outerCookies() has put together", () => {
  const value = `c.3${outerCookies(`b.2${outerCookies("a.1")}`)}`;
  assertEquals(cookiesIn(value), ["c.3", "b.2", "a.1"]);
});

/** Variables of one process each, and whether a run called `ab-1` is in them. */
const ENVIRONMENTS: readonly (readonly [variables: readonly string[], found: boolean])[] = [
  [["ORCH_COOKIE=ab-1.j.1"], true],
  [["A=1", "ORCH_COOKIE=ab-1.slot", "B=2"], true],
  [["ORCH_COOKIE=cd-2.j.1:ab-1.j.1"], true],
  [["ORCH_COOKIE=ef-3.j.1:cd-2.j.1:ab-1.j.1"], true],
  [["ORCH_COOKIE=ab-1.j.1:cd-2.j.1"], true],
  [["ORCH_COOKIE=cd-2.j.1"], false],
  [["ORCH_COOKIE=xab-1.j.1"], false],
  [["ORCH_COOKIE=cd-2.ab-1.1"], false],
  [["ORCH_COOKIE=cd-2.j.1:xab-1.j.1"], false],
  [["XORCH_COOKIE=ab-1.j.1"], false],
  [["X=ORCH_COOKIE=ab-1.j.1"], false],
  [["ORCH_COOKIE=", "X=:ab-1.j.1"], false],
];

for (const [variables, found] of ENVIRONMENTS) {
  Deno.test({
    name: `grep ${found ? "finds" : "does not find"} a run in ${variables.join(" ")}`,
    // There is no /proc to look through, nor a grep that could.
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const child = new Deno.Command("grep", {
        args: ["-qsz", cookiePattern("ab-1")],
        stdin: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      // One that has found what it looks for does not read on.
      await writer.write(new TextEncoder().encode(`${variables.join("\0")}\0`)).catch(() => {});
      await writer.close().catch(() => {});
      assertEquals((await child.status).success, found);
    },
  });
}
