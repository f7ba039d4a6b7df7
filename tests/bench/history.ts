/** How long `orch history` and its kin take with 1,000 runs, as whole processes. Prints JSON. */
import { ORCH } from "../support/under_test.ts";
import { keepMany } from "../support/kept_run.ts";

const RUNS = 1000;
const ROUNDS = 9;
const folder = Deno.makeTempDirSync({ prefix: "orch-bench-" });
await keepMany(`${folder}/.orch`, RUNS);
const makingIndex = await seconds("history");
const figures = {
  runs: RUNS,
  makingIndex,
  history: await median("history"),
  historyOfJob: await median("history", "--job", "job7"),
  show: await median("show"),
};
Deno.removeSync(folder, { recursive: true });
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures)}\n`));

async function median(...args: readonly string[]): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) all.push(await seconds(...args));
  return all.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

async function seconds(...args: readonly string[]): Promise<number> {
  const command = new Deno.Command(ORCH[0]!, {
    args: [...ORCH.slice(1), ...args],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  });
  const startedAt = performance.now();
  const { success } = await command.output();
  if (!success) throw new Error(`orch ${args.join(" ")} failed`);
  return Number(((performance.now() - startedAt) / 1000).toFixed(3));
}
