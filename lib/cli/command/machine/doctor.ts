/** `orch doctor`, as it is called. */
import { command } from "../../base/command.ts";
import { flag } from "../../base/flags.ts";

export const doctor = command({
  name: "doctor",
  brief: "Show what this machine can run and enforce",
  about:
    "Shows what this machine has for running jobs and for holding them to their limits, and what " +
    "is missing for more.",
  flags: { json: flag("Print JSON") },
  examples: ["orch doctor", "orch doctor --json"],
  isSeldom: true,
  async load() {
    const { doctor } = await import("./doctor_impl.ts");
    return ({ flags, world }) => doctor(flags, world);
  },
});
