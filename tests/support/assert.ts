/** The assertions of @std/assert, with the types its npm copy does not carry. */
// @ts-types="./std_assert.d.ts"
import { assertEquals as assertSame } from "@std/assert";
import { IS_UPDATING, updated } from "./golden.ts";

// @ts-types="./std_assert.d.ts"
export {
  assert,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

/** Throws where the two differ; texts that a view's test expects can be written anew instead. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (IS_UPDATING && updated(actual, expected)) return;
  assertSame(actual, expected, message);
}
