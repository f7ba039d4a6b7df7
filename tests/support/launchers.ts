/** How orch is started by others. */

/** The version of Deno that the README names. */
export const VERSION_OF_DENO = "2.9.6";
