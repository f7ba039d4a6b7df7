/** Where the system has no process left to give, what runs is ended all the same. */
import { assertEquals } from "../../support/assert.ts";
import { testNeeding } from "../../support/cli.ts";
import { newTag, shellFolder, tagged } from "../../support/hiding.ts";
import { until } from "../../support/pool.ts";
import { ROOT } from "../../support/cli.ts";

/** A user whose processes count, and whom nobody else uses: the limit does not hold for root. */
const USER = 54_321;
const MOST = 60;

/** The limit holds for others than root, and only root can be another. */
function testAsRoot(programs: readonly string[], name: string, fn: () => Promise<void>): void {
  if (Deno.uid() === 0) return testNeeding(programs, name, fn);
  Deno.test({ name: `${name} (needs root: becomes another user)`, ignore: true, fn });
}

/** Ends that it comes to: the run by itself, and orch by KILL. */
const ENDS = ["the run", "orch"] as const;

for (const shell of ["dash", "busybox"] as const) {
  for (const end of ENDS) {
    testAsRoot(
      [shell, "setpriv", "bash"],
      `${shell}: a storm that fills the table of processes is over with ${end}`,
      async () => {
        const folder = await Deno.makeTempDir({ prefix: "orch-full-" });
        await Deno.chmod(folder, 0o777);
        const tag = newTag();
        const path = `${shellFolder(shell, folder)}:${Deno.env.get("PATH")}`;
        const text = `
        import { SlotPool } from "file://${ROOT}/lib/runtime/process/slot_pool.ts";
        import { realWorld } from "file://${ROOT}/lib/runtime/real_world.ts";
        const { clock } = realWorld();
        const options = { cookie: "test-${tag}", graceMs: 300, maxLogBytes: 1e6, endsStem: null };
        const pool = new SlotPool(clock, { ...options, notice() {} });
        // The reapers are there before the storm is.
        const start = (text, name) => pool.start({
          launch: { kind: "shell", text }, workingDirectory: "${folder}", environment: {},
          stdoutPath: "${folder}/" + name, stderrPath: "${folder}/" + name, attemptName: name,
          memoryMb: null, cpuPercent: null, leaves: false, processes: "shared",
        });
        await start("sleep 0.3", "a.1").ended;
        await start("while :; do sleep 600.${tag} & done", "b.1").ended;
        if ("${end}" === "orch") Deno.kill(Deno.pid, "SIGKILL");
        await pool.close();`;
        await Deno.writeTextFile(`${folder}/run.ts`, text);
        const bundle = await new Deno.Command(Deno.execPath(), {
          args: ["bundle", "-q", "--platform=deno", "-o", `${folder}/run.js`, `${folder}/run.ts`],
          cwd: ROOT,
        }).output();
        assertEquals(bundle.code, 0, new TextDecoder().decode(bundle.stderr));
        const limited = `ulimit -u ${MOST}; exec "$0" run -A --no-config "$1"`;
        const identity = [`--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"];
        const child = new Deno.Command("setpriv", {
          args: [...identity, "bash", "-c", limited, Deno.execPath(), `${folder}/run.js`],
          env: { PATH: path, HOME: folder, DENO_DIR: folder },
          cwd: folder,
          stdout: "null",
          stderr: "null",
        }).spawn();
        await child.status;
        await until(() => tagged(tag).length === 0, "the storm is over");
        await Deno.remove(folder, { recursive: true });
      },
    );
  }
}
