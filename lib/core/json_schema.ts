/**
 * The JSON Schema (draft-07) of the workflow file, for editors. Shape and bounds come from the schema
 * that orch itself reads files with; what that one leaves to `check_values.ts` and JSON Schema can say
 * is added here. It accepts every file that orch accepts. What only shows when all jobs are looked at
 * together (ids that stand twice, missing jobs, cycles) it cannot refuse.
 */
import * as z from "zod/mini";
import { ID_LENGTH, ID_PATTERN, RESERVED_ID } from "./check_graph.ts";
import { HEADER_NAME, HEADER_VALUE, KEYS_OF_PROCESSES } from "./check_values.ts";
import { VARIABLE_NAME } from "./environment.ts";
import { ENFORCE, HTTP_METHODS, LIMITS, PROCESSES, workflowSchema } from "./schema.ts";
import { JOB_TYPES } from "./workflow.ts";

/** A node of a JSON Schema. */
export interface SchemaNode {
  [keyword: string]: unknown;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
}

const NOT_BLANK = { pattern: "\\S" };
const NAMES_OF_VARIABLES = { propertyNames: { pattern: VARIABLE_NAME.source } };

/** What a job in a namespace of its own leaves ends with it. */
const LEAVES_ITS_OWN: SchemaNode = {
  required: ["leaves", "processes"],
  properties: { leaves: { const: true }, processes: { const: "own" } },
};

/** What is added to the node at a path, `*` standing for any place in a list. */
const ADDED: Readonly<Record<string, SchemaNode>> = {
  // A file with plugins may name their types too, which a schema cannot compare.
  "": {
    if: { not: { required: ["plugins"] } },
    then: { properties: { jobs: { items: { properties: { job_type: { enum: JOB_TYPES } } } } } },
  },
  "name": { ...NOT_BLANK, examples: ["CI/CD Pipeline"] },
  "version": { default: "1.0.0" },
  "description": { default: "" },
  "jobs": { minItems: 1 },
  "global_config.max_retries": { default: 0 },
  "global_config.max_concurrent_jobs": {
    default: 4,
    examples: ["$(nproc)", "$(($(nproc) * 2))"],
    maxLength: LIMITS.expressionLength,
    pattern: "^[\\s\\d+*/()$nproc-]+$",
  },
  "global_config.environment": NAMES_OF_VARIABLES,
  "global_config.enforce": { enum: ENFORCE, default: "best-effort" },
  "global_config.processes": { enum: PROCESSES, default: "shared" },
  "jobs.*": { allOf: JOB_TYPES.map(keysOfType), not: LEAVES_ITS_OWN },
  "jobs.*.id": {
    pattern: ID_PATTERN.source,
    maxLength: ID_LENGTH,
    not: { pattern: inAnyCase(RESERVED_ID.source) },
  },
  "jobs.*.name": NOT_BLANK,
  "jobs.*.job_type": { default: "command" },
  "jobs.*.command": NOT_BLANK,
  "jobs.*.script_path": { ...NOT_BLANK, examples: ["./scripts/test.sh"] },
  "jobs.*.working_directory": { ...NOT_BLANK, default: "." },
  "jobs.*.environment": NAMES_OF_VARIABLES,
  "jobs.*.conditions.only_if_branch": { examples: ["main", "release/*"] },
  "jobs.*.retry_config.max_attempts": { default: 3 },
  "jobs.*.retry_config.initial_delay": { default: 1 },
  "jobs.*.retry_config.max_delay": { default: 60 },
  "jobs.*.retry_config.backoff_factor": { default: 2 },
  "jobs.*.retry_config.jitter": { default: 0 },
  "jobs.*.enforce": { enum: ENFORCE, default: "best-effort" },
  "jobs.*.idempotent": { default: true },
  "jobs.*.leaves": { default: false },
  "jobs.*.processes": { enum: PROCESSES, default: "shared" },
  "jobs.*.http.method": {
    // The list is what editors offer, the pattern what orch takes.
    anyOf: [{ enum: HTTP_METHODS }, { pattern: inAnyCase(`^(${HTTP_METHODS.join("|")})$`) }],
    default: "GET",
  },
  "jobs.*.http.headers": {
    propertyNames: { pattern: HEADER_NAME.source },
    additionalProperties: { type: "string", pattern: HEADER_VALUE.source },
  },
};

/**
 * The schema, with a description for each key that `texts` has one for, by its path: `jobs.*.id`.
 * `id` is the address at which the schema can be had.
 */
export function workflowJsonSchema(
  id: string,
  texts: Readonly<Record<string, string>>,
): SchemaNode {
  const { $schema, ...root } = z.toJSONSchema(workflowSchema, { target: "draft-7" }) as SchemaNode;
  const described = describe(root, "", texts);
  return { $schema, $id: id, title: "orch workflow", ...described };
}

/** The paths of all keys of a schema, in order: what should have a description. */
export function keyPathsOf(node: SchemaNode, path = ""): string[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const inside = joined(path, key);
    return [inside, ...keyPathsOf(child, inside)];
  });
  return node.items === undefined ? inner : [...inner, ...keyPathsOf(node.items, `${path}.*`)];
}

function describe(
  node: SchemaNode,
  path: string,
  texts: Readonly<Record<string, string>>,
): SchemaNode {
  const described: SchemaNode = texts[path] === undefined
    ? { ...node }
    : { description: texts[path], ...node };
  Object.assign(described, ADDED[path]);
  if (node.properties !== undefined) {
    described.properties = Object.fromEntries(
      Object.entries(node.properties).map(([key, child]) =>
        [key, describe(child, joined(path, key), texts)] as const
      ),
    );
  }
  if (node.items !== undefined) described.items = describe(node.items, `${path}.*`, texts);
  return described;
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Which keys a job of this type must have, and which it may not: the rule of `check_values.ts`. */
function keysOfType(type: typeof JOB_TYPES[number]): SchemaNode {
  const needed = type === "script" ? "script_path" : "command";
  const refused = type === "http"
    ? ["script_path", ...KEYS_OF_PROCESSES]
    : ["command", "script_path", "http"].filter((key) => key !== needed);
  return {
    if: {
      properties: { job_type: { const: type } },
      // A job that says no type is a command.
      ...type === "command" ? {} : { required: ["job_type"] },
    },
    then: {
      required: [needed],
      properties: Object.fromEntries(refused.map((key) => [key, false])),
    },
  };
}

/** A pattern whose letters match in either case: JSON Schema knows no flags. */
function inAnyCase(pattern: string): string {
  return pattern.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
