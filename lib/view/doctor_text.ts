/** The words of `orch doctor`: for each finding what it means and, where it is not good, why. */
import { padToWidth } from "./width.ts";
import { type Look, paint, type Style } from "./style.ts";
import { visibleLine } from "./visible.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly topic: string;
  readonly state: "good" | "fair" | "bad";
  readonly value: string;
}

const LOOKS = { good: "green", fair: "yellow", bad: "red" } as const satisfies Record<string, Look>;

/** Topic and value to what it means. A value that is not here stands for itself. */
const MEANINGS: Readonly<Record<string, string>> = {
  "shell sh": "commands run in sh",
  "shell none":
    "no shell: a command is one program with plain arguments; on Unix, add --allow-run=sh (or --allow-run) for shells",
  "containment cgroup":
    "each slot has a control group: whatever a job starts can be found and killed",
  "containment process_group":
    "process groups and a mark in the environment: a job that leaves both (env -i setsid) is not found; control groups need version 2, a folder that orch may write, and --allow-all",
  "containment direct":
    "none: what leaves the process group of its job is not followed, the rest only if orch may run kill; jobs outlive an orch that is killed",
  "memory_limit cgroup": "max_memory_mb is enforced by the kernel",
  "memory_limit sampled":
    "max_memory_mb is enforced by looking every 250 ms and killing; the memory controller is not available to orch",
  "memory_limit none":
    "max_memory_mb is reserved but not enforced: there is no /proc and no control group to measure with",
  "cpu_limit cgroup": "max_cpu_percent is enforced by the kernel",
  "cpu_limit nice":
    "max_cpu_percent only gives way to other work (nice): the cpu controller is not available to orch",
  "cpu_limit none": "max_cpu_percent is not enforced",
  "memory null": "not known: add --allow-sys=systemMemoryInfo; jobs reserve memory without a bound",
};

/** One line for each finding. */
export function findingsText(version: string, findings: readonly Finding[], style: Style): string {
  const { success, failed, waiting } = style.glyphs;
  const glyphs = { good: success, fair: waiting, bad: failed };
  const lines = findings.map(({ topic, state, value }) => {
    const unit = topic === "memory" ? " MB" : "";
    const meaning = MEANINGS[`${topic} ${value}`] ?? `${visibleLine(value)}${unit}`;
    return `${paint(style, LOOKS[state], glyphs[state])} ${
      padToWidth(topic.replace("_", " "), 12)
    } ${meaning}`;
  });
  return `orch ${version}\n${lines.join("\n")}\n`;
}
