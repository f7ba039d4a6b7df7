/** The end of an attempt in a slot, by the report of its slot and by what was found out while it ran. */
import type { ProcessFacts, Usage } from "../../core/run/event.ts";
import { signalName } from "../kernel/signal_names.ts";
import type { ProcessEnd, ProcessSpec } from "../port/world.ts";
import type { SlotReport } from "./shell_slot.ts";
import type { Slot } from "./slot.ts";

/** What is found out about an attempt while it runs. None of it says in which phase the attempt is. */
export interface Findings {
  /** The most memory that was seen; 0 if it was never sampled. */
  peakBytes: number;
  isOverMemory: boolean;
  isTruncated: boolean;
  isLogLost: boolean;
}

/** What is known of an attempt before it begins. */
export function noFindings(): Findings {
  return { peakBytes: 0, isOverMemory: false, isTruncated: false, isLogLost: false };
}

/** An attempt that has ended. */
interface Ended {
  readonly spec: ProcessSpec;
  readonly slot: Slot;
  readonly findings: Findings;
  /** The processes that not even KILL could end. */
  readonly unkillable: readonly number[];
}

/** How the attempt ended. */
export function toEnd(report: SlotReport, ended: Ended): ProcessEnd {
  const { spec: { memoryMb }, slot, findings } = ended;
  const measures = { usage: usageOf(report, findings), process: factsOf(ended) };
  const isOverMemory = findings.isOverMemory ||
    (memoryMb !== null && slot.leaf?.wasOutOfMemory() === true);
  if (isOverMemory && memoryMb !== null) {
    const peakMb = Math.max(memoryMb, toMegabytes(findings.peakBytes));
    return { kind: "out_of_memory", peakMb, limitMb: memoryMb, ...measures };
  }
  if (report.kind === "died") {
    return { kind: "signaled", signal: report.signal ?? "SIGKILL", ...measures };
  }
  return report.signaled
    ? { kind: "signaled", signal: signalName(report.status - 128), ...measures }
    : { kind: "exited", code: report.status, ...measures };
}

function usageOf(report: SlotReport, { peakBytes }: Findings): Usage {
  return {
    peakMemoryMb: peakBytes === 0 ? null : toMegabytes(peakBytes),
    cpuSeconds: report.kind === "answered" ? Number(report.cpuSeconds.toFixed(3)) : null,
  };
}

function factsOf({ spec, slot, findings, unkillable }: Ended): ProcessFacts {
  const { memoryMb, cpuPercent } = spec;
  return {
    containment: slot.leaf === null ? "process_group" : "cgroup",
    ...(memoryMb !== null && { memoryLimit: slot.leaf?.holds("memory") ? "cgroup" : "sampled" }),
    ...(cpuPercent !== null && { cpuLimit: limitOfCpu(spec, slot) ?? "nice" }),
    ...(findings.isTruncated && { truncated: true }),
    ...(findings.isLogLost && { logLost: true }),
    ...(unkillable.length > 0 && { unkillable }),
  };
}

/** What holds a job to its share of the processor; `null` if it has none. */
export function limitOfCpu({ cpuPercent }: ProcessSpec, slot: Slot): "cgroup" | "nice" | null {
  if (cpuPercent === null) return null;
  return slot.leaf?.holds("cpu") ? "cgroup" : "nice";
}

function toMegabytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}
