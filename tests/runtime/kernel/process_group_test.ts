/** Groups that orch signals by the program `kill`, whichever that is. */
import { assertEquals } from "../../support/assert.ts";
import { ROOT, testNeeding } from "../../support/cli.ts";
import { Family, PLAIN } from "../../support/families.ts";

/** What a program with nothing but `kill` says of a group, and then does to it. */
async function askBy(kill: string, group: number): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "orch-kill-" });
  await Deno.symlink(kill, `${folder}/kill`);
  const text = `
    import { lookInto, signalGroup } from "file://${ROOT}/lib/runtime/kernel/process_group.ts";
    console.log(await lookInto(${group}), await signalGroup(${group}, "SIGTERM"));`;
  await Deno.writeTextFile(`${folder}/ask.ts`, text);
  const run = [
    "run",
    "--no-prompt",
    "--quiet",
    "--allow-run=kill",
    "--config",
    `${ROOT}/deno.json`,
  ];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...run, `${folder}/ask.ts`],
    env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
  }).output();
  await Deno.remove(folder, { recursive: true });
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

for (const kill of ["/usr/bin/busybox", "/bin/kill"]) {
  testNeeding(
    [kill.slice(kill.lastIndexOf("/") + 1)],
    `${kill} ends a group, and tells of one that is gone`,
    async () => {
      await using family = await Family.start(PLAIN);
      assertEquals(await askBy(kill, family.group), "sent sent");
      assertEquals(await family.end(), "SIGTERM");
      assertEquals(await askBy(kill, family.group), "gone gone");
    },
  );
}
