/** What the test runner knows of single files: which must have the machine alone, and which take long. */

/** What stands in the text of a file that measures time: other work beside it would be measured, too. */
export const MEASURES = /\bperformance\.now\(|\bbestTimeOf\(/;

/** Files that measure by means of their own, or look at what all processes of the machine share. */
export const ALONE: readonly string[] = [
  "tests/build/startup_test.ts",
  "tests/e2e/hiding_test.ts",
  "tests/runtime/process/slot_pool_test.ts",
  "tests/runtime/reaper/reaper_identity_test.ts",
  "tests/runtime/kernel/cgroup_test.ts",
  "tests/runtime/kernel/delegation_test.ts",
  "tests/runtime/process/spawn_trouble_test.ts",
  "tests/runtime/kernel/usage_test.ts",
];

/** Files that measure time, with bounds so wide that their neighbours do not matter. */
export const LOOSE: readonly string[] = [
  "tests/e2e/nested_test.ts",
  "tests/e2e/resume_kill_test.ts",
  "tests/runtime/stream/output_stream_test.ts",
  "tests/runtime/process/slot_neighbours_test.ts",
  "tests/runtime/process/slot_trouble_test.ts",
  "tests/runtime/reaper/survivors_test.ts",
];

/** Seconds that slow files take, so that none of them begins last. All others count as one. */
export const SECONDS: Readonly<Record<string, number>> = {
  "tests/e2e/soak_test.ts": 68,
  "tests/e2e/orphans_test.ts": 27,
  "tests/e2e/live_test.ts": 20,
  "tests/docs/readme_test.ts": 24,
  "tests/e2e/examples_test.ts": 17,
  "tests/e2e/learned_test.ts": 16,
  "tests/e2e/processes_test.ts": 15,
  "tests/runtime/reaper/reaper_identity_test.ts": 13,
  "tests/e2e/resume_kill_test.ts": 13,
  "tests/build/bundle_test.ts": 12,
  "tests/e2e/faults_test.ts": 12,
  "tests/e2e/resume_survivors_test.ts": 11,
  "tests/runtime/process/slot_trouble_test.ts": 10,
  "tests/e2e/resume_damage_test.ts": 9,
  "tests/e2e/streams_test.ts": 9,
  "tests/e2e/narrow_test.ts": 8,
  "tests/e2e/nested_test.ts": 8,
  "tests/e2e/past_runs_test.ts": 8,
  "tests/e2e/permissions_test.ts": 8,
  "tests/e2e/resume_cost_test.ts": 7,
  "tests/runtime/process/spawn_trouble_test.ts": 6,
  "tests/build/meaning_test.ts": 6,
  "tests/e2e/plugin_test.ts": 6,
  "tests/e2e/run_flags_test.ts": 6,
  "tests/runtime/process/slot_pool_test.ts": 5,
  "tests/build/container_test.ts": 5,
  "tests/build/startup_test.ts": 5,
  "tests/e2e/completions_test.ts": 5,
  "tests/e2e/create_test.ts": 5,
  "tests/e2e/rerun_test.ts": 5,
  "tests/e2e/slow_reader_test.ts": 5,
  "tests/e2e/resume_once_test.ts": 4,
};

/**
 * Tests of locks, journals, signals, plugins and of following a run, which a run of all tests repeats with
 * the bundle. ORCH_TEST_SHIPPED=all repeats all of `tests/e2e/`.
 */
export const SHIPPED: readonly string[] = [
  "tests/e2e/faults_test.ts",
  "tests/e2e/past_runs_test.ts",
  "tests/e2e/pause_test.ts",
  "tests/e2e/resume_once_test.ts",
  "tests/e2e/resume_survivors_test.ts",
];
