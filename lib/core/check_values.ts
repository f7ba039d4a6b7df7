/** What the values of a file whose shape is right still have to fulfil, key by key. */
import { checkPluginEntries, checkPluginJob } from "./check_plugins.ts";
import {
  atKey,
  atValue,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticDetail,
  type DocumentPath,
} from "./diagnostic.ts";
import { didYouMean } from "./did_you_mean.ts";
import { isVariableName, referenceMistake } from "./environment.ts";
import { evaluateExpression } from "./expression.ts";
import {
  ENFORCE,
  HTTP_METHODS,
  type JobData,
  LIMITS,
  PROCESSES,
  type WorkflowData,
} from "./schema.ts";
import { JOB_TYPES } from "./workflow.ts";

type EnvironmentData = Record<string, string | number | boolean>;

/** A header's name, per RFC 9110. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** No header can hold a line break. */
export const HEADER_VALUE = /^[^\r\n]*$/;

/** The mistakes in everything but the jobs, of which there are `jobCount`. */
export function checkWorkflowValues(
  data: Omit<WorkflowData, "jobs">,
  jobCount: number,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (data.name.trim() === "") {
    found.push(diagnosticAt(atValue("name"), { code: "E310", key: "name" }));
  }
  if (jobCount === 0) found.push(diagnosticAt(atKey("jobs"), { code: "E210" }));
  const config = data.global_config;
  if (typeof config?.max_concurrent_jobs === "string") {
    const expression = config.max_concurrent_jobs;
    const problem = expressionProblem(expression);
    if (problem !== null) {
      const place = atValue("global_config", "max_concurrent_jobs");
      found.push(diagnosticAt(place, { code: "E304", expression, problem }));
    }
  }
  checkEnvironment(config?.environment, ["global_config", "environment"], found);
  checkWord(config?.enforce, ["global_config", "enforce"], { known: ENFORCE, found });
  checkWord(config?.processes, ["global_config", "processes"], { known: PROCESSES, found });
  found.push(...checkPluginEntries(data.plugins ?? []));
  return found;
}

/** An expression is tried with one processor, where divisions by zero show first, and with many. */
function expressionProblem(expression: string): "syntax" | "zero" | "range" | null {
  if (expression.length > LIMITS.expressionLength) return "syntax";
  for (const processors of [1, 64]) {
    const result = evaluateExpression(expression, processors);
    if ("problem" in result) return result.problem;
  }
  return null;
}

/** What the check of a job needs beside it. */
export interface JobCheck {
  /** The job types that plugins bring. */
  readonly pluginTypes: ReadonlySet<string>;
  /** What `global_config.processes` says. */
  readonly processes: string | undefined;
  readonly found: Diagnostic[];
}

/** Adds the mistakes in the values of job `index` to `found`. */
export function checkJobValues(
  job: JobData,
  index: number,
  { pluginTypes, processes, found }: JobCheck,
): void {
  const type = job.job_type ?? "command";
  const report = (place: ReturnType<typeof atValue>, detail: DiagnosticDetail) =>
    found.push(diagnosticAt(place, detail));
  const at = (...path: DocumentPath) => atValue("jobs", index, ...path);
  for (const key of ["name", "command", "script_path", "working_directory"] as const) {
    if (job[key]?.trim() === "") report(at(key), { code: "E310", key });
  }
  checkEnvironment(job.environment, ["jobs", index, "environment"], found);
  checkWord(job.enforce, ["jobs", index, "enforce"], { known: ENFORCE, found });
  checkWord(job.processes, ["jobs", index, "processes"], { known: PROCESSES, found });
  if (!(JOB_TYPES as readonly string[]).includes(type)) {
    if (pluginTypes.has(type)) {
      checkKeysOfProcesses(job, index, found);
      return checkPluginJob(job, index, found);
    }
    const known = [...JOB_TYPES, ...pluginTypes];
    const suggestion = didYouMean(type, known);
    report(at("job_type"), { code: "E208", jobType: type, known, suggestion });
    return;
  }
  checkKeysOfType(job, type, index, found);
  if (type === "http") checkHttp(job, index, found);
  else checkLeaves(job, index, { forAll: processes, found });
}

/** Which keys a job of each type needs, and which of the typed keys it may not have. */
function checkKeysOfType(job: JobData, jobType: string, index: number, found: Diagnostic[]): void {
  const needed = jobType === "script" ? "script_path" : "command";
  const allowed = jobType === "http" ? ["command", "http"] : [needed];
  if (job[needed] === undefined) {
    const detail = {
      code: "E209",
      jobId: job.id,
      jobType,
      key: needed,
      problem: "missing",
    } as const;
    found.push(diagnosticAt(atValue("jobs", index, needed), detail));
  }
  for (const key of ["command", "script_path", "http", "with"] as const) {
    if (job[key] === undefined || allowed.includes(key)) continue;
    const detail = { code: "E209", jobId: job.id, jobType, key, problem: "unexpected" } as const;
    found.push(diagnosticAt(atKey("jobs", index, key), detail));
  }
  if (jobType === "http") checkKeysOfProcesses(job, index, found);
}

/** Keys of jobs that are processes: what orch does itself starts none. */
export const KEYS_OF_PROCESSES = ["leaves", "processes"] as const;

/** Adds the keys of processes that a job has which is none. */
export function checkKeysOfProcesses(job: JobData, index: number, found: Diagnostic[]): void {
  const jobType = job.job_type!;
  for (const key of KEYS_OF_PROCESSES) {
    if (job[key] === undefined) continue;
    const detail = { code: "E209", jobId: job.id, jobType, key, problem: "no_process" } as const;
    found.push(diagnosticAt(atKey("jobs", index, key), detail));
  }
}

function checkHttp(job: JobData, index: number, found: Diagnostic[]): void {
  const report = (path: DocumentPath, detail: DiagnosticDetail) =>
    found.push(diagnosticAt(atValue("jobs", index, ...path), detail));
  const url = job.command;
  if (url !== undefined && url.trim() !== "") {
    const problem = urlProblem(url);
    if (problem !== null) report(["command"], { code: "E306", url, problem });
    checkReferences(url, ["jobs", index, "command"], { bracedOnly: true, found });
  }
  const { method, headers, body } = job.http ?? {};
  if (method !== undefined && !(HTTP_METHODS as readonly string[]).includes(method.toUpperCase())) {
    const suggestion = didYouMean(method, HTTP_METHODS);
    report(["http", "method"], {
      code: "E302",
      key: "method",
      value: method,
      known: HTTP_METHODS,
      suggestion,
    });
  }
  if (body !== undefined) {
    checkReferences(body, ["jobs", index, "http", "body"], { bracedOnly: true, found });
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      report(["http", "headers", name], { code: "E309", kind: "header", name });
    }
    checkReferences(value, ["jobs", index, "http", "headers", name], { bracedOnly: true, found });
  }
}

/** A URL with references can be judged only when they are resolved, when the attempt starts. */
function urlProblem(url: string): "syntax" | "scheme" | null {
  if (url.includes("${")) return null;
  if (!URL.canParse(url)) return "syntax";
  return /^https?:$/.test(new URL(url).protocol) ? null : "scheme";
}

/** A value that is one of a few words; `path` ends with its key. */
function checkWord(
  value: string | undefined,
  path: DocumentPath,
  { known, found }: { readonly known: readonly string[]; readonly found: Diagnostic[] },
): void {
  if (value === undefined || known.includes(value)) return;
  const suggestion = didYouMean(value, known);
  const detail = { code: "E302", key: String(path.at(-1)), value, known, suggestion } as const;
  found.push(diagnosticAt(atValue(...path), detail));
}

/** What a job leaves in a namespace of its own ends with it. */
function checkLeaves(
  job: JobData,
  index: number,
  { forAll, found }: { readonly forAll: string | undefined; readonly found: Diagnostic[] },
): void {
  if (job.leaves !== true || (job.processes ?? forAll) !== "own") return;
  const saidBy = job.processes === undefined ? "workflow" : "job";
  found.push(
    diagnosticAt(atKey("jobs", index, "leaves"), { code: "E314", jobId: job.id, saidBy }),
  );
}

function checkEnvironment(
  environment: EnvironmentData | undefined,
  path: DocumentPath,
  found: Diagnostic[],
): void {
  for (const [name, value] of Object.entries(environment ?? {})) {
    if (!isVariableName(name)) {
      found.push(diagnosticAt(atKey(...path, name), { code: "E309", kind: "variable", name }));
    }
    if (typeof value === "string") {
      checkReferences(value, [...path, name], { bracedOnly: false, found });
    }
  }
}

function checkReferences(
  value: string,
  path: DocumentPath,
  options: { readonly bracedOnly: boolean; readonly found: Diagnostic[] },
): void {
  const mistake = referenceMistake(value, options.bracedOnly);
  if (mistake !== null) {
    options.found.push(diagnosticAt(atValue(...path), { code: "E305", ...mistake }));
  }
}
