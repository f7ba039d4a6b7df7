/** Ctrl-Z and fg under a shell, whatever has started orch and whatever it may run. */
import { newProject, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { Terminal } from "./terminal.ts";

for (const list of ["sh", "sleep,kill"]) {
  testNeeding(["tmux"], `Ctrl-Z and fg work with --allow-run=${list}`, async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "sleep 65" }) });
    await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
    const flags = `--allow-read=. --allow-write=.orch --allow-run=${list}`;
    await terminal.type(`'${Deno.execPath()}' run ${flags} '${ROOT}/main.ts' run w.yaml --grace 1`);
    await terminal.waitFor(/sleep|a /);
    await terminal.waitFor(/running|▶/);
    await terminal.press("C-z");
    await terminal.waitFor(/Stopped/i);
    await terminal.type("clear; fg");
    await terminal.waitFor(/▶ a /);
    await terminal.press("C-c");
    await terminal.type('echo "code $?"');
    await terminal.waitFor(/code 130/);
  });
}

testNeeding(["tmux"], "Ctrl-Z and fg work where a task of Deno has started orch", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "sleep 65" }) });
  await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
  // Where these tests are a task themselves, the folder they were started in would be taken for this one.
  const task =
    `unset INIT_CWD; '${Deno.execPath()}' task --quiet --config '${ROOT}/deno.json' orch`;
  await terminal.type(`${task} run w.yaml --grace 1`);
  await terminal.waitFor(/▶ a /);
  await terminal.press("C-z");
  await terminal.waitFor(/Stopped/i);
  await terminal.type("clear; fg");
  await terminal.waitFor(/▶ a /);
  await terminal.press("C-z");
  await terminal.waitFor(/Stopped/i);
  await terminal.type("clear; fg");
  await terminal.waitFor(/▶ a /);
  await terminal.press("C-c");
  await terminal.type('echo "code $?"');
  await terminal.waitFor(/code 130/);
});
