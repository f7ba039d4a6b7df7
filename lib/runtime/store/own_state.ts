/**
 * What orch keeps of its user, in the user's own state folder: a random key, with which runs are marked as
 * started here, and the order in which they were recorded. Neither comes with a clone of a project. A key
 * that others could read or have put there is refused, and never replaced.
 */
import { causeOf } from "../../core/base/cause.ts";
import { folderOf, isAbsolute } from "../port/paths.ts";
import { isGranted } from "../port/permissions.ts";
import { openStateFile, readStateText } from "../state/state_files.ts";
import type { World } from "../port/world.ts";

/** Why there is no key. */
export type KeyLack =
  /** There is no folder of the user's. */
  | { readonly kind: "no_home" }
  /** Deno does not let orch read and write there. */
  | { readonly kind: "not_allowed"; readonly path: string }
  | { readonly kind: "unsafe"; readonly path: string; readonly why: KeyFault }
  | { readonly kind: "failed"; readonly path: string; readonly cause: string };

/** What is wrong with a key, or with its folder. */
export type KeyFault = "not_plain" | "of_another" | "open_to_others" | "not_a_key";

/** The user's key and the folder it is in, or why there is none. */
export type OwnState =
  | { readonly ok: true; readonly key: CryptoKey; readonly folder: string }
  | { readonly ok: false; readonly lack: KeyLack };

const KEY_BYTES = 32;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
/** The list of runs is begun anew at this size; the one before it is kept: some 180,000 runs. */
const LIST_BYTES_MAX = 4 * 2 ** 20;

const found = new Map<string | null, Promise<OwnState>>();

/** The state of this user. The key is made where there is none, once for each process. Never rejects. */
export function ownState({ env }: Pick<World, "env">): Promise<OwnState> {
  const folder = stateFolder(env);
  const known = found.get(folder) ?? findState(folder);
  found.set(folder, known);
  return known;
}

/** `$XDG_STATE_HOME/orch`, or what stands for it; relative ones do not count. */
function stateFolder(env: World["env"]): string | null {
  const [state, home, local] = ["XDG_STATE_HOME", "HOME", "LOCALAPPDATA"].map(env);
  if (state !== undefined && isAbsolute(state)) return `${state}/orch`;
  if (home !== undefined && isAbsolute(home)) return `${home}/.local/state/orch`;
  return local !== undefined && isAbsolute(local) ? `${local}/orch` : null;
}

async function findState(folder: string | null): Promise<OwnState> {
  const lacking = (lack: KeyLack): OwnState => ({ ok: false, lack });
  if (folder === null) return lacking({ kind: "no_home" });
  const may = (["read", "write"] as const).every((kind) => isGranted({ kind, path: folder }));
  if (!may) return lacking({ kind: "not_allowed", path: folder });
  const path = `${folder}/key`;
  try {
    const fault = faultOf(folder, "isDirectory");
    if (fault !== null && fault !== "missing") {
      return lacking({ kind: "unsafe", path: folder, why: fault });
    }
    const bytes = readKey(path) ?? makeKey(path);
    if (typeof bytes === "string") return lacking({ kind: "unsafe", path, why: bytes });
    const key = await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["sign", "verify"]);
    return { ok: true, key, folder };
  } catch (error) {
    const cause = causeOf(error);
    return lacking({ kind: "failed", path, cause });
  }
}

/** What keeps a file or folder from being believed. */
function faultOf(path: string, kind: "isFile" | "isDirectory"): KeyFault | "missing" | null {
  try {
    const facts = Deno.lstatSync(path);
    if (!facts[kind]) return "not_plain";
    if (Deno.build.os === "windows") return null;
    const us = isGranted({ kind: "sys", name: "uid" }) ? Deno.uid() : null;
    if (us !== null && facts.uid !== us) return "of_another";
    // A folder may be looked into; a key may not.
    const open = kind === "isFile" ? 0o077 : 0o022;
    return (facts.mode! & open) === 0 ? null : "open_to_others";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    throw error;
  }
}

/** The bytes of the key; what is wrong with it, or `null` where there is none. */
function readKey(path: string): Uint8Array<ArrayBuffer> | KeyFault | null {
  const fault = faultOf(path, "isFile");
  if (fault === "missing") return null;
  if (fault !== null) return fault;
  using file = Deno.openSync(path, { read: true });
  const [opened, named] = [file.statSync(), Deno.lstatSync(path)];
  // Another may have been put there meanwhile.
  if (opened.ino !== named.ino || opened.dev !== named.dev) return "not_plain";
  if (opened.size !== KEY_BYTES) return "not_a_key";
  const bytes = new Uint8Array(KEY_BYTES);
  return file.readSync(bytes) === KEY_BYTES ? bytes : "not_a_key";
}

/** Makes the key under another name first: of several that make one, the first to give it its name has made it. */
function makeKey(path: string): Uint8Array<ArrayBuffer> | KeyFault {
  Deno.mkdirSync(folderOf(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${crypto.randomUUID()}`;
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  Deno.writeFileSync(temporary, bytes, { createNew: true, mode: 0o600 });
  try {
    Deno.linkSync(temporary, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    Deno.removeSync(temporary);
  }
  return readKey(path) ?? "not_a_key";
}

/** The HMAC of some bytes, as text. */
export async function sign(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes)).toHex();
}

/** Whether `mark` is the HMAC of these bytes. */
export async function isSigned(
  key: CryptoKey,
  bytes: Uint8Array<ArrayBuffer>,
  mark: string,
): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(mark)) return false;
  return await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(mark), bytes);
}

/**
 * Adds a run to those that were recorded, in one write, so that several may do so at once: the place in the
 * list is the order, whatever clocks say. Throws the platform's error.
 */
export function recordRun(folder: string, runId: string): void {
  const path = listPath(folder);
  using file = openStateFile(path, "append");
  file.writeSync(new TextEncoder().encode(`${runId}\n`));
  if (file.statSync().size > LIST_BYTES_MAX) Deno.renameSync(path, `${path}.before`);
}

/** The ids of the runs that were recorded, oldest first, each with its place. Never throws. */
export function recordedRuns(folder: string): Map<string, number> {
  const path = listPath(folder);
  const ids = [`${path}.before`, path].flatMap((one) => {
    try {
      return readStateText(one, 2 * LIST_BYTES_MAX).split("\n").slice(0, -1);
    } catch {
      return [];
    }
  });
  return new Map(ids.map((id, place) => [id, place]));
}

function listPath(folder: string): string {
  return `${folder}/runs`;
}
