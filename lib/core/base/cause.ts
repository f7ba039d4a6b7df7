/** What went wrong, as the platform says it. */

/** The message of what was thrown, whatever that is. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
