/** The version of orch, the same as in deno.json: a test holds the two together. */
export const VERSION = "0.1.0";

/** Where the JSON Schema of this version's workflow files is published: a file of the package. */
export const SCHEMA_ADDRESS = `https://jsr.io/@orch/orch/${VERSION}/schema/orch.schema.json`;
