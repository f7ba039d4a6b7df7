/** Ids and edges: what only shows when all jobs are looked at together. */
import { property } from "../base/json.ts";
import {
  atValue,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticPlace,
  type RelatedPlace,
} from "./diagnostic.ts";
import { didYouMean } from "../base/did_you_mean.ts";
import { buildGraph, EdgeList, findCycles } from "../base/graph.ts";

/** What the id of a job looks like: safe in a path, and on a terminal. */
export const ID_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** Most characters of an id. */
export const ID_LENGTH = 64;
/** Names that Windows keeps for devices, whatever their ending. */
export const RESERVED_ID = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** How many missing jobs get a suggestion: each costs a look at every id. */
const SUGGESTIONS_MAX = 20;

/** One way in which a job refers to another. */
interface Reference {
  readonly from: number;
  readonly id: string;
  readonly relation: "dependency" | "skip_if_failed";
  readonly place: DiagnosticPlace;
}

/** All mistakes in ids, dependencies and cycles of `jobs`, each entry as decoded, of whatever shape. */
export function checkGraph(jobs: readonly unknown[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const ids = jobs.map((job) => textAt(job, "id"));
  const byId = checkIds(ids, found);
  const references = jobs.flatMap((job, index) => referencesOf(job, index));
  const edges = new EdgeList();
  let suggestions = 0;
  for (const { from, id, relation, place } of references) {
    const to = byId.get(id);
    if (to !== undefined) {
      edges.add(from, to, { soft: relation !== "dependency" });
    } else {
      const suggestion = suggestions++ < SUGGESTIONS_MAX ? didYouMean(id, byId.keys()) : null;
      const related = suggestion === null
        ? []
        : [jobPlace("suggestion", suggestion, byId.get(suggestion)!)];
      const jobId = ids[from] ?? `#${from + 1}`;
      found.push(
        diagnosticAt(place, { code: "E204", jobId, missing: id, relation, suggestion }, related),
      );
    }
  }
  const cycles = findCycles(buildGraph(jobs.length, edges));
  const places = new Map<string, DiagnosticPlace>();
  for (const { from, id, place } of cycles.length === 0 ? [] : references) {
    places.set(`${from} ${byId.get(id)}`, place);
  }
  for (const cycle of cycles) {
    const steps = cycle.map((node, k): RelatedPlace => {
      const next = cycle[(k + 1) % cycle.length]!;
      return { role: "edge", name: ids[node]!, place: places.get(`${node} ${next}`)! };
    });
    const detail = { code: "E205", cycle: cycle.map((node) => ids[node]!) } as const;
    found.push(diagnosticAt(steps[0]!.place, detail, steps));
  }
  return found;
}

/** Checks the ids among themselves; returns the first job of each. */
function checkIds(ids: readonly (string | null)[], found: Diagnostic[]): Map<string, number> {
  const byId = new Map<string, number>();
  const folded = new Map<string, number>();
  ids.forEach((id, index) => {
    if (id === null) return;
    const place = atValue("jobs", index, "id");
    const problem = idProblem(id);
    if (problem !== null) found.push(diagnosticAt(place, { code: "E207", jobId: id, problem }));
    const key = id.normalize("NFC").toLowerCase();
    const first = folded.get(key);
    if (first !== undefined) {
      const otherId = ids[first]!;
      found.push(
        diagnosticAt(place, { code: "E206", jobId: id, otherId }, [
          jobPlace("first", otherId, first),
        ]),
      );
    } else {
      folded.set(key, index);
    }
    if (!byId.has(id)) byId.set(id, index);
  });
  return byId;
}

function idProblem(id: string): "pattern" | "length" | "reserved" | null {
  if (id.length > ID_LENGTH) return "length";
  if (!ID_PATTERN.test(id)) return "pattern";
  return RESERVED_ID.test(id) ? "reserved" : null;
}

function jobPlace(role: RelatedPlace["role"], name: string, index: number): RelatedPlace {
  return { role, name, place: atValue("jobs", index, "id") };
}

function referencesOf(job: unknown, index: number): Reference[] {
  const dependencies = textsAt(job, "dependencies").map(([id, k]): Reference => ({
    from: index,
    id,
    relation: "dependency",
    place: atValue("jobs", index, "dependencies", k),
  }));
  const conditions = textsAt(property(job, "conditions"), "skip_if_failed").map((
    [id, k],
  ): Reference => ({
    from: index,
    id,
    relation: "skip_if_failed",
    place: atValue("jobs", index, "conditions", "skip_if_failed", k),
  }));
  return conditions.length === 0 ? dependencies : [...dependencies, ...conditions];
}

function textAt(value: unknown, key: string): string | null {
  const found = property(value, key);
  return typeof found === "string" ? found : null;
}

/** The texts of a list with their indices; none where there is no list. */
function textsAt(value: unknown, key: string): [string, number][] {
  const found = property(value, key);
  if (!Array.isArray(found)) return [];
  const texts: [string, number][] = [];
  found.forEach((item, k) => {
    if (typeof item === "string") texts.push([item, k]);
  });
  return texts;
}
