/**
 * The shape of the workflow file, made of its keys (`workflow/workflow_keys.ts`). Shape only: what values must
 * fulfil is beside the keys, and what keys mean together (ids, graph, job types) is in `parse.ts`.
 */
import type { DocumentPath } from "./diagnostic.ts";
import { type DataOf, type FileKeys, shapeOf } from "./keys/key.ts";
import { type JOB_KEYS, JOB_SHAPE, WORKFLOW_KEYS } from "./keys/workflow_keys.ts";

/** The data of a file once its shape is known. */
export type WorkflowData = DataOf<typeof WORKFLOW_KEYS>;

/** One entry of `jobs` once its shape is known. */
export type JobData = DataOf<typeof JOB_KEYS>;

/** The whole file. */
export const workflowSchema = shapeOf(WORKFLOW_KEYS);

/** One entry of `jobs`. */
export const jobSchema = JOB_SHAPE;

/** The keys that may stand in the mapping at `path`, for suggestions; none where any may. */
export function keysAt(path: DocumentPath): readonly string[] {
  let keys: FileKeys = WORKFLOW_KEYS;
  /** Those of the entries of a list, once one is entered. */
  let ofEntries: FileKeys = {};
  for (const step of path) {
    const key = typeof step === "string" ? keys[step] : undefined;
    const inner: FileKeys = key?.inner ?? {};
    [keys, ofEntries] = typeof step === "number"
      ? [ofEntries, {}]
      : key?.isList
      ? [{}, inner]
      : [inner, {}];
  }
  return Object.keys(keys);
}
