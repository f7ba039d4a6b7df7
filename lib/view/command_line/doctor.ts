/** The words of `orch doctor`: for each finding what it means and, where it is not good, why and what to do. */
import type { Controller, LackCause } from "../../core/base/cgroup_problem.ts";
import { padToWidth, widthOf } from "../text/width.ts";
import { type Look, paint, type Style } from "../text/style.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly topic: string;
  readonly state: "good" | "fair" | "bad";
  readonly value: string;
  /** What of the topic it is about, where that is not all of it. */
  readonly controllers?: readonly Controller[];
  /** Whether it is not the program of that name which answers, but something in its place. */
  readonly isOther?: boolean;
  /** What the system said, where it refuses. */
  readonly cause?: string;
}

const LOOKS = { good: "green", fair: "yellow", bad: "red" } as const satisfies Record<string, Look>;
const COLUMNS = 80;
const TOPIC_COLUMNS = 14;

/** Topic and value to what it means. A value that is not here stands for itself. */
const MEANINGS: Readonly<Record<string, string>> = {
  "shell sh": "commands run in sh",
  "shell none": "none: a command is one program with plain arguments",
  "containment cgroup":
    "each shell has a control group: orch finds and kills every process that a job starts",
  "containment mark":
    "every process of a job inherits a mark, so orch finds and kills it wherever it hides; exceptions are processes that remove the mark (ulimit of file locks), that a service starts (systemd, docker, cron) or that run as another user (sudo)",
  "containment process_group":
    "process groups and a mark in the environment: a process that leaves both (env -i setsid) is not found",
  "containment direct":
    "none: orch does not follow processes that leave the process group of their job, and ends the others only if it may run kill; if orch is killed, jobs keep running",
  "after_kill guarded":
    "if orch is killed, its guards end running jobs; jobs run on until orch resume only if all three guards are killed at the same moment",
  "own_processes namespace":
    "a job with 'processes: own' has a process namespace, and all processes in it end with the job",
  "own_processes platform": "'processes: own' needs Linux",
  "own_processes not_permitted": "'processes: own' needs unshare, which orch may not run",
  "own_processes missing": "'processes: own' needs unshare, which is missing",
  "own_processes refused": "'processes: own' needs a process namespace, which the system refuses",
  "memory_limit cgroup": "max_memory_mb is enforced by the kernel",
  "memory_limit sampled": "max_memory_mb is enforced by measuring every 250 ms and killing",
  "memory_limit none": "max_memory_mb is reserved but not enforced: memory cannot be measured here",
  "cpu_limit cgroup": "max_cpu_percent is enforced by the kernel",
  "cpu_limit nice": "max_cpu_percent only lowers the priority of a job (nice)",
  "cpu_limit none": "max_cpu_percent is not enforced",
  "process_limit cgroup": "the kernel stops a job that starts processes without end",
  "process_limit none": "only its time limit stops a job that starts processes without end",
  "memory null": "unknown: jobs reserve memory without a limit",
};

/** What to do about it, where there is something. */
const NEXT: Readonly<Record<string, string>> = {
  "shell none": "on Linux and macOS, add --allow-run=sh (or --allow-run)",
  "own_processes not_permitted": "add --allow-run=unshare",
  "own_processes missing": "install util-linux",
  "own_processes refused":
    "run as root, or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  "memory null": "add --allow-sys=systemMemoryInfo",
};

const ALONE = "systemd-run --user --scope -p Delegate=yes deno run -A main.ts run FILE";

/** For each cause what it is, after the controllers that it keeps from orch, and the next steps. */
const LACKS: Readonly<
  Record<LackCause, (names: readonly Controller[]) => readonly [string, ...string[]]>
> = {
  not_linux: () => ["only Linux has them"],
  no_shell: () => ["jobs would enter them through a shell, which orch may not run"],
  not_mounted: () => [
    "version 2 is not mounted here",
    "as root: mount -t cgroup2 none /sys/fs/cgroup",
  ],
  read_only: () => [
    "mounted read-only, as in most containers",
    "start the container with --privileged, or with a writable /sys/fs/cgroup",
  ],
  not_writable: () => ["orch may not write to its own group", ALONE],
  old_kernel: () => ["they need Linux 5.14 or newer"],
  not_permitted: () => [
    "Deno lets orch write there only with all permissions",
    "deno run --allow-all main.ts run FILE",
  ],
  refused: () => ["the kernel refuses"],
  disabled: (names) => [
    "switched off when the kernel was started",
    `boot with ${names.map((name) => `cgroup_enable=${name}`).join(" ")}`,
  ],
  version_1: () => [
    "in use by control groups of version 1",
    "boot with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1=all",
  ],
  not_delegated: (names) => [
    "not delegated to the group of orch",
    `set Delegate=${names.join(" ")} in the unit of orch, and in user@.service`,
  ],
  shared: () => [
    "other processes share the group of orch, which needs one of its own",
    ALONE,
  ],
};

/** One line for each finding, more where it takes them; none is wider than 80 columns. */
export function findingsText(version: string, findings: readonly Finding[], style: Style): string {
  const { success, failed, waiting } = style.glyphs;
  const glyphs = { good: success, fair: waiting, bad: failed };
  const lines = findings.flatMap((finding) => {
    const { topic, state } = finding;
    const [meaning, ...next] = wordsOf(finding);
    const head = `${paint(style, LOOKS[state], glyphs[state])} ${
      padToWidth(topic.replace("_", " "), TOPIC_COLUMNS)
    } `;
    const indent = " ".repeat(widthOf(head));
    return [
      ...wrapped(meaning, COLUMNS - indent.length).map((line, i) =>
        (i === 0 ? head : indent) + line
      ),
      ...next.map((step) => `    ${style.glyphs.arrow} ${step}`),
    ];
  });
  return `orch ${version}\n${lines.join("\n")}\n`;
}

function wordsOf(
  { topic, value, controllers = [], isOther = false, cause }: Finding,
): readonly [string, ...string[]] {
  if (isOther) return [`not ${topic} itself: '${sanitizeLine(value)}' answers in its place`];
  if (topic === "control_groups") {
    const [meaning, ...next] = LACKS[value as LackCause](controllers);
    const names = controllers.length === 0 ? "" : `${controllers.join(", ")}: `;
    return [names + meaning, ...next];
  }
  const key = `${topic} ${value}`;
  const unit = topic === "memory" ? " MB" : "";
  const next = NEXT[key];
  const meaning = MEANINGS[key] ?? sanitizeLine(value) + unit;
  const why = cause === undefined ? "" : `: ${sanitizeLine(cause)}`;
  return [meaning + why, ...next === undefined ? [] : [next]];
}

/** `text` in lines of at most `columns`; a word that is wider stands alone. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
