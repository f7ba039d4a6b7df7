/** Types of the part of @std/assert that the tests use. */
type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;
export declare function assert(condition: unknown, message?: string): asserts condition;
export declare function assertEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T;
export declare function assertInstanceOf<T>(
  actual: unknown,
  expected: abstract new (...args: never[]) => T,
  message?: string,
): asserts actual is T;
export declare function assertMatch(actual: string, expected: RegExp, message?: string): void;
export declare function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
export declare function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void;
export declare function assertThrows<E extends Error = Error>(
  body: () => unknown,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): E;
export declare function assertRejects<E extends Error = Error>(
  body: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): Promise<E>;
export declare function fail(message?: string): never;
