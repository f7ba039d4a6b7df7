/**
 * The JSON Schema (draft-07) of the workflow file, for editors. Shape and bounds come from the schema
 * that orch itself reads files with; what the records of keys and kinds say beside it, and JSON Schema can
 * say, is added here. It accepts every file that orch accepts. What only shows when all jobs are looked at
 * together (ids that stand twice, missing jobs, cycles) it cannot refuse.
 */
import * as z from "zod/mini";
import { KEYS_OF_PROCESSES } from "./check_values.ts";
import { workflowSchema } from "./schema.ts";
import { JOB_FIELDS } from "./keys/job_keys.ts";
import type { Field, FileKeys, SchemaNode } from "./keys/key.ts";
import { BUILT_IN_KINDS, JOB_TYPES, STANDARD_TYPE } from "./kinds.ts";
import type { Kind } from "./kinds/kind.ts";
import { WORKFLOW_KEYS } from "./keys/workflow_keys.ts";
import type { Action } from "./workflow.ts";

/** What is added to the file as a whole: one with plugins may name their types too, which a schema cannot compare. */
const OF_FILE: SchemaNode = {
  if: { not: { required: ["plugins"] } },
  then: { properties: { jobs: { items: { properties: { job_type: { enum: JOB_TYPES } } } } } },
};

/** What is added to each job. */
const OF_JOB: SchemaNode = {
  allOf: BUILT_IN_KINDS.map(([type, kind]) => keysOfKind(type, kind)),
  ...Object.assign(
    {},
    ...Object.values<Field<unknown>>(JOB_FIELDS).map(({ schema }) => schema?.()),
  ),
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
  const described = describe(root, { path: "", keys: WORKFLOW_KEYS, texts });
  return { $schema, $id: id, title: "orch workflow", ...described, ...OF_FILE };
}

/** The paths of all keys of a schema, in order: what should have a description. */
export function keyPathsOf(node: SchemaNode, path = ""): string[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const inside = joined(path, key);
    return [inside, ...keyPathsOf(child, inside)];
  });
  return node.items === undefined ? inner : [...inner, ...keyPathsOf(node.items, `${path}.*`)];
}

interface Description {
  readonly path: string;
  readonly keys: FileKeys;
  readonly texts: Readonly<Record<string, string>>;
}

/** A mapping, or a list of mappings, with what is known of its keys. */
function describe(node: SchemaNode, { path, keys, texts }: Description): SchemaNode {
  const text = texts[path];
  const described: SchemaNode = text === undefined ? { ...node } : { description: text, ...node };
  if (path === "jobs.*") Object.assign(described, OF_JOB);
  if (node.items !== undefined) {
    described.items = describe(node.items, { path: `${path}.*`, keys, texts });
  }
  if (node.properties === undefined) return described;
  const entries = Object.entries(node.properties).map(([name, child]) => {
    const key = keys[name];
    const inner = describe(child, { path: joined(path, name), keys: key?.inner ?? {}, texts });
    return [name, { ...inner, ...key?.schema?.() }] as const;
  });
  described.properties = Object.fromEntries(entries);
  return described;
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Which keys a job of this type must have, and which it may not: the rule of `check_values.ts`. */
function keysOfKind(type: string, kind: Kind<Action>): SchemaNode {
  const ofOthers = BUILT_IN_KINDS.flatMap(([, { keys }]) => Object.keys(keys))
    .filter((key) => !Object.hasOwn(kind.keys, key));
  const refused = [...ofOthers, ...(kind.runsIn === "process" ? [] : KEYS_OF_PROCESSES)];
  return {
    if: {
      properties: { job_type: { const: type } },
      ...type === STANDARD_TYPE ? {} : { required: ["job_type"] },
    },
    then: {
      ...(kind.needed === null ? {} : { required: [kind.needed] }),
      properties: Object.fromEntries(refused.map((key) => [key, false])),
    },
  };
}
