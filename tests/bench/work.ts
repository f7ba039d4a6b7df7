/** The same work, written down for orch, ninja, make and just. */
import { Dice } from "../support/random.ts";

/** One measurement: jobs, each with a command and the numbers of the jobs it needs. */
export interface BenchCase {
  readonly name: string;
  readonly jobs: readonly BenchJob[];
}

/** One job of it. */
export interface BenchJob {
  readonly command: string;
  readonly needs: readonly number[];
}

/** All cases, the first of which shows what it costs to start; the quick form has a fifth of the jobs. */
export function benchCases(quick: boolean): BenchCase[] {
  const size = quick ? 200 : 1000;
  const alike = (command: string): BenchCase => ({
    name: `${size} × ${command}`,
    jobs: Array.from({ length: size }, () => ({ command, needs: [] })),
  });
  const length = quick ? 100 : 300;
  return [
    { name: "1 × true", jobs: [{ command: "true", needs: [] }] },
    alike("true"),
    alike("echo a; echo b >&2"),
    alike("/bin/true"),
    alike("ls / | wc -l"),
    {
      name: `chain of ${length} × true`,
      jobs: Array.from({ length }, (_, i) => ({ command: "true", needs: i === 0 ? [] : [i - 1] })),
    },
    layers(quick ? 2_000 : 10_000),
  ];
}

/** Layers of a hundred jobs, each needing three of the layer before. */
function layers(size: number): BenchCase {
  const dice = new Dice(size);
  const jobs = Array.from({ length: size }, (_, i) => {
    const layer = Math.floor(i / 100) * 100;
    const needs = layer === 0
      ? []
      : Array.from({ length: 3 }, () => dice.between(layer - 100, layer - 1));
    return { command: "true", needs: [...new Set(needs)] };
  });
  return { name: `${size} × true in layers of 100`, jobs };
}

/** A program that can do the work. */
export interface Contestant {
  readonly name: string;
  /** The file it reads. */
  readonly file: string;
  text(work: BenchCase): string;
  /** Two at a time, quietly. */
  readonly command: readonly string[];
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** orch with the permissions of the tasks in deno.json; `program` is its sources or a bundle of them. */
export const orch = (program = `${ROOT}main.ts`): Contestant => ({
  name: "orch",
  file: "workflow.yaml",
  text: ({ jobs }) =>
    "name: bench\njobs:\n" +
    jobs.map(({ command, needs }, i) =>
      `  - id: j${i}\n    command: ${JSON.stringify(command)}\n` +
      (needs.length === 0
        ? ""
        : `    dependencies: [${needs.map((need) => `j${need}`).join(", ")}]\n`)
    ).join(""),
  command: [
    ...[
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-run",
      "--allow-env",
    ],
    ...[
      "--allow-net",
      "--allow-sys=systemMemoryInfo",
      program,
      "run",
      "workflow.yaml",
      "-c",
      "2",
      "-q",
    ],
  ],
});

/** Those that orch is measured against, where they are installed. */
export const OTHERS: readonly Contestant[] = [
  {
    name: "ninja",
    file: "build.ninja",
    text: ({ jobs }) =>
      jobs.map(({ command, needs }, i) =>
        `rule r${i}\n  command = ${command.replaceAll("$", "$$")}\nbuild j${i}: r${i}` +
        (needs.length === 0 ? "" : ` || ${needs.map((need) => `j${need}`).join(" ")}`) + "\n"
      ).join(""),
    command: ["ninja", "-j2", "--quiet"],
  },
  {
    name: "make",
    file: "Makefile",
    text: ({ jobs }) => {
      const all = jobs.map((_, i) => `j${i}`).join(" ");
      return `.PHONY: all ${all}\nall: ${all}\n` +
        jobs.map(({ command, needs }, i) =>
          `j${i}: ${needs.map((need) => `j${need}`).join(" ")}\n\t@${
            command.replaceAll("$", "$$")
          }\n`
        ).join("");
    },
    command: ["make", "-s", "-j2", "all"],
  },
  {
    name: "just",
    file: "justfile",
    text: ({ jobs }) =>
      `[parallel]\nall: ${jobs.map((_, i) => `j${i}`).join(" ")}\n` +
      jobs.map(({ command, needs }, i) =>
        `j${i}: ${needs.map((need) => `j${need}`).join(" ")}\n\t@${command}\n`
      ).join(""),
    command: ["just", "all"],
  },
];
