/** Ctrl-Z and fg under a shell, whatever has started orch and whatever it may run. */
import { newProject, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { ENTRY } from "../support/under_test.ts";
import { Terminal } from "../support/terminal.ts";

const DENO = `'${Deno.execPath()}'`;
const confined = (list: string) =>
  `${DENO} run --allow-read=. --allow-write=.orch --allow-run=${list} '${ENTRY}'`;

const STARTED: readonly (readonly [how: string, orch: string])[] = [
  ["with --allow-run=sh", confined("sh")],
  ["with --allow-run=sleep,kill", confined("sleep,kill")],
  [
    "where a task of Deno has started orch",
    `${DENO} task --quiet --config '${ROOT}/deno.json' orch`,
  ],
];

for (const [how, orch] of STARTED) {
  testNeeding(["tmux"], `Ctrl-Z and fg work ${how}`, async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "sleep 65" }) });
    await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
    await terminal.type(`${orch} run w.yaml --grace 1`);
    await terminal.waitFor(/▶ a /);
    for (let times = 0; times < 2; times++) {
      await terminal.press("C-z");
      await terminal.waitFor(/Stopped/i);
      await terminal.type("clear; fg");
      await terminal.waitFor(/^(?![^]*Stopped)[^]*▶ a /i);
    }
    await terminal.press("C-c");
    await terminal.type('echo "code $?"');
    await terminal.waitFor(/code 130/);
  });
}
