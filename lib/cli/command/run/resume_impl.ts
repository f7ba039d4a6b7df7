/**
 * `orch resume` and `orch rerun`: go on with a run from what its journal says, what its jobs left and
 * what lives of it. What is done stays done.
 */
import { causeInWords } from "../../base/cause.ts";
import { fold } from "../../../core/run/apply.ts";
import type { Checked } from "../../../core/workflow/diagnostic.ts";
import type { RunSettings } from "../../../core/plan/settings.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { planOfRecord, type PlanRecord } from "../../../core/record/plan_file.ts";
import { planResume, type Rerun } from "../../../core/record/resume.ts";
import type { RunRecord } from "../../../core/record/run_record.ts";
import type { RunState } from "../../../core/run/state.ts";
import type { NamedAttempt } from "../../../core/record/traces.ts";
import type { Environment } from "../../../core/workflow/workflow.ts";
import { checkAllowed } from "../../../../executors/preflight/permissions.ts";
import { learnedDurations } from "../../../engine/learned.ts";
import { checkRun, settingsOfPlan } from "../../../engine/prepare.ts";
import { clockFrom } from "../../../runtime/port/clock_from.ts";
import { Journal, repairJournal } from "../../../runtime/store/journal.ts";
import { type LoadedFile, loadWorkflow } from "../../../runtime/load/load.ts";
import { withVariables } from "../../../runtime/run/job_variables.ts";
import { folderOf, STDIN } from "../../../runtime/port/paths.ts";
import { ownState } from "../../../runtime/store/own_state.ts";
import { writePlan } from "../../../runtime/store/plan_store.ts";
import {
  RUN_FILES,
  type RunDirectory,
  runDirectoryAt,
} from "../../../runtime/state/run_directory.ts";
import { holderOfOriginal, LockHeld, RunLock } from "../../../runtime/state/run_lock.ts";
import { activityOf, readRunJournal } from "../../../runtime/store/read_run.ts";
import type { RunPlace } from "../../../runtime/store/run_store.ts";
import { checkRunContents } from "../../../runtime/state/state_files.ts";
import { setAside } from "../../../runtime/store/traces.ts";
import type { World } from "../../../runtime/port/world.ts";
import {
  askText,
  cannotGoOnText,
  CHOOSE_JOBS,
  heldText,
  nothingToDoText,
  originalRunsText,
  REPAIR_OR_DRY_RUN,
  repairedText,
  TWO_ANSWERS,
} from "../../../view/past/resume.ts";
import { ADOPT_WHICH, foreignText, keyLackText } from "../../../view/past/ownership.ts";
import { executeRun } from "../../run/execute.ts";
import { EXIT } from "../../base/exit_code.ts";
import { inspectAttempts, settleLostAttempts } from "../../run/lost_attempts.ts";
import { jobVariables } from "../../run/job_variables.ts";
import { type Context, nextPlan, report } from "./next_plan.ts";
import { OutputError, UsageError } from "../../base/output.ts";
import { checkSourcesKept, namedOutputs, outputPathsOf } from "../../base/output_files.ts";
import { nameable, readSound, refuseForeign } from "../../past/sound_run.ts";
import { findOwned, type FoundRun, noSuchJob } from "../../past/stored_run.ts";
import { newestUnfinished } from "../../past/unfinished.ts";
import { checkRunFlags } from "../../run_view/choice.ts";
import { limitsOf, type RerunFlags, type ResumeFlags } from "./flags.ts";

/** Goes on with the run that `name` means, or the newest unfinished one. Returns the exit code. */
export async function resume(
  options: ResumeFlags,
  name: string | undefined,
  world: World,
): Promise<number> {
  checkAdoption(options, name);
  const found = name === undefined
    ? await newestUnfinished(options, world)
    : await findOwned(name, options, world);
  if (found === null) return EXIT.ok;
  return await goOn(found, { kind: "none" }, { options, world });
}

/** Runs jobs of a run again, and returns the exit code. */
export async function rerun(options: RerunFlags, name: string, world: World): Promise<number> {
  const { failed, from, only } = options;
  const asked = [failed, from.length > 0, only.length > 0].filter((is) => is).length;
  if (asked !== 1) {
    throw new UsageError(CHOOSE_JOBS);
  }
  checkAdoption(options, name);
  const found = await findOwned(name, options, world);
  const what: Rerun = failed
    ? { kind: "failed" }
    : from.length > 0
    ? { kind: "from", jobIds: from }
    : { kind: "only", jobIds: only };
  return await goOn(found, what, { options, world });
}

/** What is taken over is named: nobody adopts what happens to be there. */
function checkAdoption({ adopt }: ResumeFlags, name: string | undefined): void {
  if (adopt && (name === undefined || name === "last")) throw new UsageError(ADOPT_WHICH);
}

async function goOn(found: FoundRun, rerun: Rerun, context: Context): Promise<number> {
  const { options, world } = context;
  const { place, runs } = found;
  checkRunFlags(options, world);
  if (options.rerunLost && options.assumeDone) {
    throw new UsageError(TWO_ANSWERS);
  }
  const variables = await jobVariables(options.envFile, world);
  const directory = runDirectoryAt(place.path, place.runId);
  if (options.repair && options.dryRun) {
    throw new UsageError(REPAIR_OR_DRY_RUN);
  }
  if (runs.lack !== null) world.stderr.write(`${keyLackText(runs.lack)}\n`);
  if (!found.isOwn && !options.adopt) return await refuseForeign(place, world);
  await refuseWhileOriginalRuns(found, world);
  using _lock = options.dryRun ? checkIdle(place) : lock(directory, world);
  if (options.repair) await repair(directory, world);
  const sound = await readSound(place, directory, { isRepair: options.repair, world });
  if (sound === null) return EXIT.cannotGoOn;
  const { record, unrecorded } = sound;
  if (!await runs.isOwn(place, record.planNumber)) {
    if (!options.adopt) throw new OutputError(foreignText(nameable(place, world)));
    if (!options.dryRun) await runs.adopt(directory, record.planNumber);
  }
  const next = await nextPlan(record, rerun, context);
  if (!next.ok) return next.exitCode;
  const { file: workflowPath, workflow, baseDirectory } = next.plan;
  const sources = { workflowPath, workflow, baseDirectory, envFiles: options.envFile };
  checkSourcesKept(world, namedOutputs(options), sources);
  const beginning = { place, directory, rerun, record, unrecorded, ...next, variables };
  const clock = clockFrom(record.journal.events.at(-1)?.at ?? 0, world.clock);
  return await begin(beginning, { options, world: clock === null ? world : { ...world, clock } });
}

function lock(directory: RunDirectory, { clock }: World): RunLock {
  try {
    checkRunContents(directory.path);
    return RunLock.acquire(directory.lockPath, { startedAt: clock.now() });
  } catch (error) {
    if (error instanceof LockHeld) throw new OutputError(heldText(directory.runId, error.by));
    throw cannotGoOn(directory, error);
  }
}

/**
 * The jobs of a run are known by its id, which a copy has as well: going on with the copy would end those of the
 * original.
 */
async function refuseWhileOriginalRuns({ place }: FoundRun, world: World): Promise<void> {
  const by = holderOfOriginal(RUN_FILES.lock(place.path));
  if (by === null) return;
  const { livesSince } = await import("../../../runtime/kernel/process_table.ts");
  if (await livesSince(by.pid, by.startedAt)) {
    throw new OutputError(originalRunsText(nameable(place, world), by));
  }
}

/** What writes nothing takes no lock: it only sees that nobody has it. */
function checkIdle({ runId, path }: RunPlace): null {
  const activity = activityOf(path);
  if (activity.kind === "running") throw new OutputError(heldText(runId, activity.by));
  return null;
}

/** The platform does not let us write what going on needs, said in words. */
function cannotGoOn({ runId }: RunDirectory, error: unknown): OutputError {
  return new OutputError(
    cannotGoOnText(runId, causeInWords(error)),
  );
}

async function repair(directory: RunDirectory, { stderr }: World): Promise<void> {
  const read = await readRunJournal(directory.path);
  // What cannot be read at all is said when the run is.
  if (!read.ok || read.journal.end.kind !== "corrupt") return;
  try {
    const original = await repairJournal(directory.journalPath, read.journal);
    stderr.write(`${repairedText(original)}\n`);
  } catch (error) {
    throw cannotGoOn(directory, error);
  }
}

interface Beginning {
  readonly place: RunPlace;
  readonly directory: RunDirectory;
  readonly rerun: Rerun;
  readonly record: RunRecord;
  readonly plan: PlanRecord;
  readonly planNumber: number;
  readonly isNew: boolean;
  /** What the journal has lost, where it is gone on with all the same. */
  readonly unrecorded: readonly NamedAttempt[];
  readonly changed: readonly string[];
  readonly loaded: LoadedFile | null;
  /** What jobs get beside the environment of orch. */
  readonly variables: Environment;
}

async function begin(beginning: Beginning, context: Context): Promise<number> {
  const { place, directory, rerun, record, planNumber, changed } = beginning;
  const { options, world } = context;
  const { stateDirectory, runId } = place;
  const learned = await learnedDurations(stateDirectory, beginning.plan.file, world);
  const state = fold(planOfRecord(beginning.plan, learned), record.journal.events);
  checkNames(runId, rerun, { plan: beginning.plan, state });
  const checked = await checkGoingOn(beginning, state, context);
  if (!checked.ok) {
    return await report(await loadedOf(beginning, context), checked.diagnostics, context);
  }
  const settings = checked.value;
  const plan: PlanRecord = { ...beginning.plan, settings };

  const dead = { state, directory, graceMs: settings.graceMs, world };
  const resumption = planResume(state, {
    runId,
    settings,
    plan: planNumber,
    downSince: record.journal.events.at(-1)?.at ?? 0,
    rerun,
    changed,
    fateOf: await (options.dryRun ? inspectAttempts(dead) : settleLostAttempts(dead)),
    mayRunTwice: (job) => job.idempotent,
    unrecorded: [...new Set(beginning.unrecorded.map(({ jobId }) => jobId))],
    lostOnce: options.rerunLost ? "rerun" : options.assumeDone ? "assume_done" : "ask",
  });
  if (resumption.kind === "ask") {
    const isRepair = beginning.unrecorded.length > 0;
    world.stderr.write(`${askText(nameable(place, world), resumption.jobIds, { isRepair })}\n`);
    return EXIT.cannotGoOn;
  }
  if (resumption.kind === "nothing_to_do") {
    world.stderr.write(`${nothingToDoText(runId, state.status)}\n`);
    await writeAsItEnded(beginning, state, context);
    return state.status === "completed" || rerun.kind !== "none" ? EXIT.ok : EXIT.jobFailed;
  }
  if (options.dryRun) {
    const { showGoingOn } = await import("../../run/dry_run.ts");
    return showGoingOn(state, resumption.input, { settings, learned, world });
  }
  return await executeRun({
    state,
    events: record.journal.events,
    firstInput: resumption.input,
    journal: await openJournal({ ...beginning, plan }, context),
    directory,
    stateDirectory,
    baseDirectory: plan.baseDirectory,
    variables: beginning.variables,
    file: plan.file ?? STDIN,
    workflowPath: plan.file,
    limits: limitsOf(options, settings.graceMs),
    options,
    world,
  });
}

/** What is asked for of a run that is over is written of it as it is. */
async function writeAsItEnded(
  { directory, record, plan }: Beginning,
  state: RunState,
  { options, world }: Context,
): Promise<void> {
  const { dryRun, output, report } = options;
  if (dryRun || (output === undefined && report.length === 0)) return;
  const { writeFiles } = await import("../../run/ending.ts");
  const { events } = record.journal;
  await writeFiles({ state, events, directory, options, file: plan.file ?? STDIN, world });
}

/** The journal to go on with, beside the plan that is in force from now on. */
async function openJournal(
  { directory, record, plan, planNumber, isNew, unrecorded }: Beginning,
  { options: { durability }, world }: Context,
): Promise<Journal> {
  const { clock } = world;
  try {
    if (unrecorded.length > 0) await setAside(directory.path, unrecorded);
    if (isNew) {
      const own = await ownState(world);
      await writePlan(directory, planNumber, { record: plan, durability, own });
    }
    const { journal: content } = record;
    return await Journal.open(directory.journalPath, { durability, clock, content });
  } catch (error) {
    throw cannotGoOn(directory, error);
  }
}

/** What holds for the run from now on, or what Deno, this machine or a plugin has against it. */
async function checkGoingOn(
  beginning: Beginning,
  { plan }: RunState,
  { options, world }: Context,
): Promise<Checked<RunSettings>> {
  const { place: { stateDirectory }, plan: { file, baseDirectory }, variables } = beginning;
  const outputPaths = outputPathsOf(options, world);
  const places = { workflowPath: file, baseDirectory, stateDirectory, outputPaths };
  const jobsWorld = withVariables(world, variables);
  // First, since what follows reads what may not be read.
  const refused = checkAllowed(plan, places, jobsWorld);
  if (refused.length > 0) return { ok: false, diagnostics: refused };
  const settings = await settingsOf(beginning, plan, { options, world });
  const diagnostics = await checkRun(plan, settings, {
    baseDirectory,
    plugins: options.dryRun ? "look" : "ask",
    world: jobsWorld,
  });
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: settings };
}

/** As before, with what the user says now, and what a workflow that has changed asks for. */
async function settingsOf(
  { record, plan: { settings: planned, baseDirectory }, planNumber }: Beginning,
  plan: Plan,
  { options, world }: Context,
): Promise<RunSettings> {
  const { maxConcurrent, failFast } = options;
  const before = record.state.settings ?? planned;
  const now = planNumber === record.planNumber
    ? before
    : await settingsOfPlan(plan, baseDirectory, world);
  return {
    ...before,
    memoryMb: now.memoryMb,
    cpuPercent: now.cpuPercent,
    // Jobs of one run are all of one branch.
    branch: before.branch ?? now.branch,
    concurrency: maxConcurrent ?? before.concurrency,
    failFast: failFast ?? before.failFast,
    graceMs: limitsOf(options, before.graceMs).graceMs,
  };
}

function checkNames(runId: string, rerun: Rerun, run: Pick<RunRecord, "plan" | "state">): void {
  if (rerun.kind !== "from" && rerun.kind !== "only") return;
  const unknown = rerun.jobIds.find((id) => !run.state.plan.indexOf.has(id));
  if (unknown !== undefined) throw noSuchJob(unknown, runId, run);
}

/** The file to show problems in: as it is now, or none of its lines where the run goes on as planned. */
async function loadedOf(
  { loaded, plan }: Beginning,
  { options, world }: Context,
): Promise<LoadedFile> {
  if (loaded !== null) return loaded;
  const { file, workflow, baseDirectory } = plan;
  if (file !== null && !options.asPlanned && world.files.stat(file) !== null) {
    return await loadWorkflow(world, file);
  }
  const folder = file === null ? baseDirectory : folderOf(file);
  return {
    file: file ?? STDIN,
    path: file,
    folder,
    bytes: null,
    workflow: { ok: true, value: workflow },
  };
}
