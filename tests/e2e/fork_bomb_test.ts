/** A job that starts more and more processes: orch ends it in time, and goes on answering. */
import { assert, assertEquals } from "../support/assert.ts";
import { eventually, newProject, workflow } from "../support/cli.ts";

Deno.test("a fork bomb is ended by its time limit, and orch answers all the while", async () => {
  // 63 shells that start 63 programs over and over: as many as a test may have.
  const bomb =
    "f() { test $1 = 0 || { f $(($1 - 1)) & f $(($1 - 1)) & }; while :; do sleep 0.02; done; }; f 5";
  await using project = newProject({
    "bomb.sh": bomb,
    "w.yaml": workflow(
      { id: "bomb", command: "sh bomb.sh", timeout: 1.5 },
      { id: "lives", command: "for i in 1 2 3 4 5; do sleep 0.1; echo $i; done" },
    ),
  });
  // In this process, so that its event loop is the one whose delays are measured.
  const run = project.begin(["run", "w.yaml", "-c", "2", "-o", "r.json"]);
  await eventually(() => project.processes().length > 100, "the bomb to go off");
  const delays: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    delays.push(performance.now() - last - 10);
    last = performance.now();
  }, 10);
  assertEquals((await run.finished).code, 1);
  clearInterval(timer);
  // One may be the machine's: it has two hundred processes to see to.
  const [, second = 0] = delays.toSorted((a, b) => b - a);
  assert(delays.length > 20 && second < 100, `delays: ${delays.map(Math.round)}`);
  const { jobs } = project.json("r.json");
  assertEquals(jobs["bomb"]!.error_message, "Job timed out after 1.5 seconds");
  assertEquals(jobs["lives"]!.stdout, "1\n2\n3\n4\n5\n");
  assertEquals(project.processes(), []);
});
