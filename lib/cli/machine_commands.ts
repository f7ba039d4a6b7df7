/** The commands about where orch runs: what the machine can do, and what Deno allows. */
import { buildCommand } from "@stricli/core";
import { type CommandWorld, FILE, fileOf, flag } from "./command_parts.ts";

/** Examples at the end of their help. */
export const MACHINE_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  permissions: ["orch permissions ci.yaml", "orch permissions ci.yaml --json"],
  doctor: ["orch doctor", "orch doctor --json"],
};

/** `orch permissions`. */
export const permissions = buildCommand({
  async loader() {
    const { permissions } = await import("./permissions.ts");
    return async function (
      this: CommandWorld,
      flags: Parameters<typeof permissions>[0],
      file?: string,
    ) {
      this.exitCode = await permissions(flags, await fileOf(file, this.world), this.world);
    };
  },
  parameters: { flags: { json: flag("Print JSON") }, positional: FILE },
  docs: { brief: "Print the flags that allow a workflow what it needs" },
});

/** `orch doctor`. */
export const doctor = buildCommand({
  async loader() {
    const { doctor } = await import("./doctor.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof doctor>[0]) {
      this.exitCode = await doctor(flags, this.world);
    };
  },
  parameters: { flags: { json: flag("Print JSON") } },
  docs: { brief: "Say what this machine can run and enforce, and why not" },
});
