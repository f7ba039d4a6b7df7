/**
 * Whose runs these are. A run that the user has started bears a mark: an HMAC over each of its plans and its
 * id, made with the user's own key (`own_state.ts`), which no clone of a project brings along. A state
 * directory that the user has named is the user's word, and where there is no key, whose files they are has to
 * do: there every run counts as the user's own.
 */
import { type NamedRun, nameRun } from "../../core/record/resolve_name.ts";
import { PLAN_BYTES_MAX } from "../../core/record/plan_file.ts";
import type { World } from "../port/world.ts";
import {
  isSigned,
  type KeyLack,
  type OwnState,
  ownState,
  recordedRuns,
  recordRun,
  sign,
} from "./own_state.ts";
import { RUN_FILES, type RunDirectory } from "../state/run_directory.ts";
import { type RunPlace, RunStore } from "./run_store.ts";
import {
  checkFolders,
  checkRunFolders,
  openStateFile,
  readStateFile,
  readStateText,
} from "../state/state_files.ts";
import { namedStateDirectory } from "../state/state_directory.ts";

/** A run that was asked for by name, or why there is none. */
export type OwnedRun =
  | { readonly kind: "found"; readonly place: RunPlace; readonly isOwn: boolean }
  /** There are runs, and all are from elsewhere. */
  | { readonly kind: "only_foreign"; readonly runIds: readonly string[] }
  | Exclude<NamedRun, { kind: "found" }>;

/** The runs in sight, in the order in which they were recorded, and which of them are the user's own. */
export class OwnedRuns {
  readonly #own: OwnState;
  readonly #isNamed: boolean;
  readonly #order: ReadonlyMap<string, number>;
  /** All of them, newest first. */
  readonly places: readonly RunPlace[];

  private constructor(store: RunStore, own: OwnState, { isNamed }: { readonly isNamed: boolean }) {
    this.#own = own;
    this.#isNamed = isNamed;
    this.#order = orderOf(own, store.directories);
    this.places = this.sorted(store.list());
  }

  /** Finds the runs in sight. Throws the platform's error where a directory cannot be read. */
  static async find(
    world: Pick<World, "cwd" | "env">,
    options: { readonly stateDir?: string },
  ): Promise<OwnedRuns> {
    const isNamed = namedStateDirectory(world, options.stateDir) !== null;
    return new OwnedRuns(RunStore.find(world, options), await ownState(world), { isNamed });
  }

  /** Why the user's runs cannot be told from others; `null` where they can, or need not be. */
  get lack(): KeyLack | null {
    return this.#isNamed || this.#own.ok ? null : this.#own.lack;
  }

  /** Whether the user has started or adopted this run with its first plan, or another one of its plans. */
  async isOwn({ path, runId }: Pick<RunPlace, "path" | "runId">, plan = 0): Promise<boolean> {
    if (this.#isNamed || !this.#own.ok) return true;
    try {
      checkRunFolders(path);
      const mark = readStateText(RUN_FILES.mark(path, plan), MARK_BYTES_MAX).trim();
      if (mark.length !== MARK_LENGTH) return false;
      const text = readStateFile(RUN_FILES.plan(path, plan), PLAN_BYTES_MAX);
      return await isSigned(this.#own.key, markedBytes(runId, plan, text), mark);
    } catch {
      return false;
    }
  }

  /**
   * Whether a run is one that was recorded here, or bears the right mark. Enough to look at it, and to tell
   * that its plan is damaged; before anything of it runs, `isOwn` must be asked.
   */
  async seemsOwn(place: Pick<RunPlace, "path" | "runId">): Promise<boolean> {
    return this.#order.has(place.runId) || await this.isOwn(place);
  }

  /** Marks a run with all plans up to this one as the user's own. Throws the platform's error. */
  async adopt(directory: RunDirectory, lastPlan: number): Promise<void> {
    if (!this.#own.ok) return;
    for (let plan = 0; plan <= lastPlan; plan++) {
      const text = readStateFile(directory.planPath(plan), PLAN_BYTES_MAX);
      const mark = await markOf(directory.runId, plan, { own: this.#own, text });
      saveMark(directory, plan, mark!);
    }
    recordRun(this.#own.folder, directory.runId);
  }

  /** Newest first, as they were recorded here; what was not comes last, by the time in its id. */
  sorted<R extends { readonly runId: string }>(runs: readonly R[]): R[] {
    const place = ({ runId }: R) => this.#order.get(runId) ?? -1;
    return runs.toSorted((a, b) =>
      place(b) - place(a) || (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : 0)
    );
  }

  /** The run that `name` means: see `nameRun`. What is from elsewhere is never the last one. */
  async locate(name: string): Promise<OwnedRun> {
    const { places } = this;
    if (name === "last") {
      for (const place of places) {
        if (await this.seemsOwn(place)) return { kind: "found", place, isOwn: true };
      }
      if (places.length > 0) {
        return { kind: "only_foreign", runIds: places.map(({ runId }) => runId) };
      }
    }
    // A copy of a run in a directory that is farther away is not another run.
    const named = nameRun(name, [...new Set(places.map(({ runId }) => runId))]);
    if (named.kind !== "found") return named;
    const place = places.find(({ runId }) => runId === named.runId)!;
    return { kind: "found", place, isOwn: await this.seemsOwn(place) };
  }
}

/** Hexadecimal digits of an HMAC with SHA-256. */
const MARK_LENGTH = 64;
const MARK_BYTES_MAX = MARK_LENGTH + 2;

function orderOf(own: OwnState, directories: readonly string[]): ReadonlyMap<string, number> {
  if (own.ok) return recordedRuns(own.folder);
  const order = new Map<string, number>();
  for (const directory of directories) {
    for (const [runId, place] of orderIn(directory)) order.set(runId, place);
  }
  return order;
}

/** Never throws. */
function orderIn(stateDirectory: string): ReadonlyMap<string, number> {
  try {
    checkFolders(stateDirectory, stateDirectory + ORDER_FOLDER);
    return recordedRuns(stateDirectory + ORDER_FOLDER);
  } catch {
    return new Map();
  }
}

/** Where the order is kept of a state directory whose user has no place of their own. */
const ORDER_FOLDER = "/order";

/** Remembers that a new run was recorded here, in the state of the user or else beside the runs. Never throws. */
export function recordOrder(own: OwnState, stateDirectory: string, runId: string): void {
  try {
    if (own.ok) return recordRun(own.folder, runId);
    Deno.mkdirSync(stateDirectory + ORDER_FOLDER, { recursive: true, mode: 0o700 });
    checkFolders(stateDirectory, stateDirectory + ORDER_FOLDER);
    recordRun(stateDirectory + ORDER_FOLDER, runId);
  } catch {
    // Then the time in its id has to do.
  }
}

/** What marks a plan as made by this user; `null` where there is no key. */
export async function markOf(
  runId: string,
  plan: number,
  { own, text }: { readonly own: OwnState; readonly text: Uint8Array },
): Promise<string | null> {
  return own.ok ? await sign(own.key, markedBytes(runId, plan, text)) : null;
}

/** Writes the mark of a plan down, never through a link. Throws the platform's error. */
export function saveMark({ path }: RunDirectory, plan: number, mark: string): void {
  const place = RUN_FILES.mark(path, plan);
  const write = (to: string) => {
    using file = openStateFile(to, "create");
    file.writeSync(new TextEncoder().encode(`${mark}\n`));
  };
  try {
    // At once: on the way to the first job a wait for another thread costs more than the write.
    return write(place);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const beside = `${place}.${crypto.randomUUID()}`;
  write(beside);
  Deno.renameSync(beside, place);
}

/** What a mark stands for: which plan of which run, and what it says. */
function markedBytes(runId: string, plan: number, text: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`orch plan ${plan} of ${runId}\n`);
  const bytes = new Uint8Array(head.length + text.length);
  bytes.set(head);
  bytes.set(text, head.length);
  return bytes;
}
