/**
 * A program that runs a workflow, and is told what happens. Run it in the folder of the README:
 *
 *     npx --yes deno@2.9.6 run --allow-all examples/library.ts
 */
import { loadWorkflow, Orchestrator } from "@orch/orch";

const workflow = await loadWorkflow({
  name: "Nightly",
  jobs: [
    { id: "fetch", command: "echo 3 files; echo 3 > files.txt" },
    { id: "count", command: "cat files.txt", dependencies: ["fetch"] },
    { id: "flaky", command: "test $ORCH_ATTEMPT -gt 1", retry_config: { initial_delay: 0.1 } },
    { id: "broken", command: "exit 3" },
    { id: "after", command: "echo never", dependencies: ["broken"] },
  ],
}, { directory: await Deno.makeTempDir() });

const orchestrator = new Orchestrator(workflow, { maxConcurrent: 1 });

orchestrator.addStatusCallback((eventType, data) => {
  if (eventType === "job_started") console.log(`${data.job_id} started`);
  if (eventType === "job_completed") console.log(`${data.job_id} completed`);
  if (eventType === "job_retrying") console.log(`${data.job_id} again: ${data.error_message}`);
  if (eventType === "job_failed") console.log(`${data.job_id} failed: ${data.error_message}`);
  if (eventType === "job_skipped") console.log(`${data.job_id} skipped: ${data.reason}`);
});

const { status, counts, jobs } = await orchestrator.run();
console.log(`${status}: ${counts.success} of ${Object.keys(jobs).length} succeeded`);
console.log(`count printed ${jobs["count"]?.stdout.trim()}`);
await Deno.remove(workflow.directory, { recursive: true });
