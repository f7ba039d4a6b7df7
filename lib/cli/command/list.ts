/**
 * All commands, by name. The record of a command is loaded when it is named, and all of them only for what
 * speaks of all: the help of orch, completion, and the mistake of naming one that does not exist.
 */
import type { CommandRecord } from "../base/command.ts";

/** The program itself, where it is described as its commands are. */
export const PROGRAM = {
  name: "orch",
  brief: "Runs the jobs of a workflow in parallel, in the order of their dependencies",
  examples: ["orch create --name demo --output demo.yaml", "orch run demo.yaml"],
} as const;

/** In the order of the help. */
const RECORDS: Readonly<Record<string, () => Promise<CommandRecord>>> = {
  run: async () => (await import("./run/run.ts")).run,
  analyze: async () => (await import("./workflow/analyze.ts")).analyze,
  create: async () => (await import("./workflow/create.ts")).create,
  validate: async () => (await import("./workflow/validate.ts")).validate,
  explain: async () => (await import("./workflow/explain.ts")).explain,
  resume: async () => (await import("./run/resume.ts")).resume,
  rerun: async () => (await import("./run/rerun.ts")).rerun,
  history: async () => (await import("./past/history.ts")).history,
  show: async () => (await import("./past/show.ts")).show,
  why: async () => (await import("./past/why.ts")).why,
  logs: async () => (await import("./past/logs.ts")).logs,
  events: async () => (await import("./past/events.ts")).events,
  clean: async () => (await import("./past/clean.ts")).clean,
  permissions: async () => (await import("./machine/permissions.ts")).permissions,
  doctor: async () => (await import("./machine/doctor.ts")).doctor,
  schema: async () => (await import("./workflow/schema.ts")).schema,
  completions: async () => (await import("./machine/completions.ts")).completions,
  __complete: async () => (await import("./machine/complete.ts")).complete,
};

/** Whether there is a command of that name. */
export function isCommand(name: string): boolean {
  return Object.hasOwn(RECORDS, name);
}

/** The command of that name, which exists. */
export async function commandNamed(name: string): Promise<CommandRecord> {
  return await RECORDS[name]!();
}

/** All commands, in the order of the help. */
export async function allCommands(): Promise<readonly CommandRecord[]> {
  return await Promise.all(Object.values(RECORDS).map((load) => load()));
}
