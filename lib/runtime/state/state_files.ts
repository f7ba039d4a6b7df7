/**
 * The way to everything in a state directory. A folder with one may have come with somebody else's
 * archive or repository, and others may have been there first: so nothing is used because it is there.
 * Links are not followed, only plain files are opened, and what belongs to another user or may be changed
 * by others is refused.
 *
 * Deno cannot open without following links. What makes looking first and opening later safe is that
 * nobody else may change anything in a folder that was found to be ours alone; that what was opened is what
 * was looked at is asked of the open file nevertheless, before a byte of it is read or written.
 */
import type { StateFault } from "../../core/record/state_fault.ts";
import { folderOf } from "../port/paths.ts";
import { isGranted } from "../port/permissions.ts";

/** Something in a state directory is not what orch put there, and is not used. */
export class StateRefused extends Error {
  override readonly name = "StateRefused";
  readonly path: string;
  readonly fault: StateFault;

  constructor(path: string, fault: StateFault) {
    super(`${path}: ${fault.kind}`);
    this.path = path;
    this.fault = fault;
  }
}

/** Users by their numbers; `null` where they are not known, or there are none (Windows). */
interface We {
  /** Who we are. */
  readonly own: number | null;
  /** Whose the folder is that orch was started in. */
  readonly here: number | null;
}

/** Whether what belongs to `owner` is ours, or root's, who could do anything. */
export function isTrusted(owner: number | null, { own, here }: We): boolean {
  if (owner === null || owner === ROOT_USER) return true;
  return owner === (own ?? here);
}

const ROOT_USER = 0;

/** What is accepted beside what is ours. */
interface Bounds {
  /** A user: the one to whom the folder belongs. */
  readonly owner: number | null;
  /** The bits of a mode that let others write. */
  readonly open: number;
}

const OTHERS_WRITE = 0o022;
const NOTHING_ELSE: Bounds = { owner: null, open: 0 };

/** State directories that the user has named. */
const chosen = new Set<string>();

/** The user names this state directory: it is used as it is, also where it is a link or belongs to others. */
export function chooseStateDirectory(path: string): void {
  chosen.add(path);
}

/**
 * Sees to it that a state directory, and the folders below it that lead to `path`, are folders of ours that
 * others cannot change; what is not there is no fault. One that the user has named may be a link, belong to
 * anybody and be open to others, and what is in it may then be, too. Throws `StateRefused`, and the platform's error.
 */
export function checkFolders(stateDirectory: string, path = `${stateDirectory}/runs`): void {
  let bounds = boundsOf(stateDirectory);
  let at = stateDirectory;
  for (const name of path.slice(stateDirectory.length).split("/")) {
    if (bounds === null) return;
    if (name === "") continue;
    at += `/${name}`;
    bounds = boundsBelow(at, bounds);
  }
}

/** The same for a run, whose folder is `path`, and what is in it as long as it is open for writing. */
export function checkRunFolders(path: string): void {
  checkFolders(folderOf(folderOf(path)), path);
}

/**
 * Sees to it that a run that is to go on has nothing in its folder that a slot, which only knows names,
 * would follow or open by mistake. Throws `StateRefused`.
 */
export function checkRunContents(path: string): void {
  checkFolders(folderOf(folderOf(path)), `${path}/jobs`);
  for (const folder of [path, `${path}/jobs`]) {
    for (const { name, isFile, isDirectory, isSymlink } of entriesOf(folder)) {
      if (isSymlink) throw new StateRefused(`${folder}/${name}`, { kind: "link" });
      if (isFile || (isDirectory && folder === path)) continue;
      throw new StateRefused(`${folder}/${name}`, { kind: "no_plain_file" });
    }
  }
}

/** What is in a folder; nothing where it is not there. Nothing is followed. */
export function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What is at a path, and not what it leads to; `null` where nothing is. */
export function factsOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (needsAll(error)) throw new StateRefused(path, { kind: "only_with_all_permissions" });
    throw error;
  }
}

/** What a file is opened for. */
export type StateUse =
  | "read"
  /** Where there is none one is made, 0600; it is not cut: whoever opens it does that. */
  | "write"
  /** As `write`, at the end. */
  | "append"
  /** There must be none. */
  | "create";

/**
 * Opens a plain file that is ours, in a folder that was checked. Throws `StateRefused`, and the platform's
 * error.
 */
export function openStateFile(path: string, use: StateUse): Deno.FsFile {
  const options = OPEN_OPTIONS[use];
  if (use === "create") return Deno.openSync(path, options);
  const facts = plainFileAt(path);
  if (facts === null) {
    if (use === "read") throw new Deno.errors.NotFound(`${path}: no such file`);
    return Deno.openSync(path, { ...options, createNew: true });
  }
  const file = Deno.openSync(path, options);
  const opened = file.statSync();
  if (opened.isFile && opened.ino === facts.ino && opened.dev === facts.dev) return file;
  file.close();
  throw new StateRefused(path, { kind: "replaced" });
}

const MODE = 0o600;
const OPEN_OPTIONS: Readonly<Record<StateUse, Deno.OpenOptions>> = {
  read: { read: true },
  write: { read: true, write: true, mode: MODE },
  append: { append: true, mode: MODE },
  create: { append: true, createNew: true, mode: MODE },
};

/**
 * What is known of a plain file of ours; `null` where nothing is there. Throws `StateRefused` for what is
 * none, and where its folder is a link or of somebody else.
 */
export function plainFileAt(path: string): Deno.FileInfo | null {
  const folder = folderOf(path);
  const bounds = chosen.has(folder) ? boundsOf(folder) : boundsBelow(folder, "any");
  if (bounds === null) return null;
  const facts = factsOf(path);
  if (facts === null) return null;
  if (facts.isSymlink) throw new StateRefused(path, { kind: "link" });
  if (!facts.isFile) throw new StateRefused(path, { kind: "no_plain_file" });
  refuseStrangers(path, facts, bounds);
  return facts;
}

/** All of a file, which must not be longer than `mostBytes`. Throws as `openStateFile`. */
export function readStateFile(path: string, mostBytes: number): Uint8Array<ArrayBuffer> {
  using file = openStateFile(path, "read");
  const { size } = file.statSync();
  if (size > mostBytes) throw new StateRefused(path, { kind: "too_long", mostBytes });
  const bytes = new Uint8Array(size);
  return bytes.subarray(0, fill(file, bytes));
}

/** As text. */
export function readStateText(path: string, mostBytes: number): string {
  return new TextDecoder().decode(readStateFile(path, mostBytes));
}

/** Reads from where a file stands until `bytes` is full or the file ends; how many there were. */
export function fill(file: Deno.FsFile, bytes: Uint8Array): number {
  let filled = 0;
  for (let read = 1; read > 0 && filled < bytes.length; filled += read) {
    read = file.readSync(bytes.subarray(filled)) ?? 0;
  }
  return filled;
}

/** Writes a file, or replaces what is in it. Throws as `openStateFile`. */
export function writeStateFile(path: string, bytes: Uint8Array): void {
  using file = openStateFile(path, "write");
  file.truncateSync(0);
  writeAll(file, bytes);
}

/** Adds to a file. Throws as `openStateFile`. */
export function appendToStateFile(path: string, bytes: Uint8Array): void {
  using file = openStateFile(path, "append");
  writeAll(file, bytes);
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}

/** Makes the names in a folder safe: a file that is on the disk under no name is lost. Windows has no such thing. */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows" || !isGranted({ kind: "read", path })) return;
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}

/** What holds for what is in a state directory; `null` where there is none. */
function boundsOf(stateDirectory: string): Bounds | null {
  if (!chosen.has(stateDirectory)) return boundsBelow(stateDirectory, NOTHING_ELSE);
  try {
    const facts = Deno.statSync(stateDirectory);
    if (!facts.isDirectory) throw new StateRefused(stateDirectory, { kind: "no_folder" });
    return boundsFrom(facts);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (!needsAll(error)) throw error;
    throw new StateRefused(stateDirectory, { kind: "only_with_all_permissions" });
  }
}

/**
 * What holds for what is in a folder, which must be one within `bounds` itself, `any` where that was checked
 * before; `null` where there is none.
 */
function boundsBelow(folder: string, bounds: Bounds | "any"): Bounds | null {
  const facts = factsOf(folder);
  if (facts === null) return null;
  if (facts.isSymlink) throw new StateRefused(folder, { kind: "link" });
  if (!facts.isDirectory) throw new StateRefused(folder, { kind: "no_folder" });
  if (bounds !== "any") refuseStrangers(folder, facts, bounds);
  return boundsFrom(facts);
}

/** As a folder is, so may be what is in it: it was found to be ours, or the user chose it. */
function boundsFrom({ uid, mode }: Deno.FileInfo): Bounds {
  return { owner: uid, open: (mode ?? 0) & OTHERS_WRITE };
}

function refuseStrangers(path: string, { uid, mode }: Deno.FileInfo, bounds: Bounds): void {
  if (uid !== null && uid !== bounds.owner && !isTrusted(uid, whoWeAre())) {
    throw new StateRefused(path, { kind: "of_another", user: uid });
  }
  if (((mode ?? 0) & OTHERS_WRITE & ~bounds.open) !== 0) {
    throw new StateRefused(path, { kind: "open_to_others" });
  }
}

/** Asks for no permission: without it, whose folder this is has to do. */
function whoWeAre(): We {
  const own = isGranted({ kind: "sys", name: "uid" }) ? Deno.uid() : null;
  return { own, here: own === null ? ownerOfHere() : null };
}

function ownerOfHere(): number | null {
  try {
    const here = Deno.cwd();
    return isGranted({ kind: "read", path: here }) ? Deno.statSync(here).uid : null;
  } catch {
    return null;
  }
}

function needsAll(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable && /all access|--allow-all/.test(error.message);
}
