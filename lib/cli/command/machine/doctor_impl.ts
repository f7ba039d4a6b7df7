/** `orch doctor`: what this machine can run and enforce, and why not. */
import type { NamespaceLack } from "../../../core/base/namespace_lack.ts";
import type { World } from "../../../runtime/port/world.ts";
import { type Finding, findingsText } from "../../../view/command_line/doctor.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { styleFor } from "../../base/output.ts";
import { VERSION } from "../../base/version.ts";

/** Programs that job types and commands of orch use, and what their versions look like. */
const PROGRAMS = [
  ["python3", /^Python \d/],
  ["bash", /^GNU bash/],
  ["node", /^v\d/],
  ["git", /^git version \d/],
] as const;

/** Prints what was found; exit 0, since nothing found here is an error. */
export async function doctor(options: { readonly json: boolean }, world: World): Promise<number> {
  const findings = [...await machineFindings(world), ...await programFindings(world)];
  world.stdout.write(
    options.json
      ? jsonText({ schema: "orch.doctor/v1", version: VERSION, findings })
      : findingsText(VERSION, findings, styleFor(world.stdout, world)),
  );
  return EXIT.ok;
}

async function machineFindings({ machine, processes }: World): Promise<Finding[]> {
  const { containment, memory, cpu } = processes.enforcement();
  const lacks = await processes.controlLacks();
  const isMarked = containment === "process_group" && await marksAreSeen(processes);
  const countsProcesses = !lacks.some(({ controllers }) =>
    controllers.length === 0 || controllers.includes("pids")
  );
  return [
    { topic: "processors", state: "good", value: String(machine.processors) },
    {
      topic: "memory",
      state: machine.memoryMb() === null ? "bad" : "good",
      value: String(machine.memoryMb()),
    },
    {
      topic: "shell",
      state: processes.hasShell() ? "good" : "bad",
      value: processes.hasShell() ? "sh" : "none",
    },
    {
      topic: "containment",
      state: containment === "cgroup" ? "good" : containment === "direct" ? "bad" : "fair",
      value: isMarked ? "mark" : containment,
    },
    ...processes.hasShell()
      ? [{ topic: "after_kill", state: "good", value: "guarded" } as const]
      : [],
    namespaceFinding(processes.namespaceLack()),
    {
      topic: "memory_limit",
      state: memory === "cgroup" ? "good" : memory === "none" ? "bad" : "fair",
      value: memory,
    },
    {
      topic: "cpu_limit",
      state: cpu === "cgroup" ? "good" : cpu === "none" ? "bad" : "fair",
      value: cpu,
    },
    {
      topic: "process_limit",
      state: countsProcesses ? "good" : "fair",
      value: countsProcesses ? "cgroup" : "none",
    },
    ...lacks.map(({ cause, controllers }): Finding => ({
      topic: "control_groups",
      state: "fair",
      value: cause,
      controllers,
    })),
  ];
}

/** Whether a process can be marked here so that others see it. */
async function marksAreSeen(processes: World["processes"]): Promise<boolean> {
  const text = "ulimit -S -w 9 || ulimit -S -x 9; cat /proc/self/limits";
  return /^Max file locks +9 /m.test(await processes.query("sh", ["-c", text], "/") ?? "");
}

function namespaceFinding(lack: NamespaceLack | null): Finding {
  const topic = "own_processes";
  return lack === null ? { topic, state: "good", value: "namespace" } : {
    topic,
    state: "fair",
    value: lack.kind,
    ...lack.kind === "refused" && { cause: lack.cause },
  };
}

async function programFindings({ processes, cwd }: World): Promise<Finding[]> {
  return await Promise.all(PROGRAMS.map(async ([program, version]): Promise<Finding> => {
    if (!processes.mayRun(program)) return { topic: program, state: "bad", value: "not allowed" };
    const answer = (await processes.query(program, ["--version"], cwd()))?.split("\n")[0];
    if (answer === undefined) return { topic: program, state: "bad", value: "missing" };
    // Under that name another program may be found: Deno puts itself in the place of node for its tasks.
    return version.test(answer)
      ? { topic: program, state: "good", value: answer }
      : { topic: program, state: "fair", value: answer, isOther: true };
  }));
}
