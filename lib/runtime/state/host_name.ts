/** What this machine is called. */
import { isGranted } from "../port/permissions.ts";

/** The name of this machine, as far as permissions tell it without asking the user. */
export function hostName(): string | null {
  try {
    if (isGranted({ kind: "sys", name: "hostname" })) return Deno.hostname();
    const path = "/etc/hostname";
    return isGranted({ kind: "read", path }) ? Deno.readTextFileSync(path).trim() : null;
  } catch {
    return null;
  }
}
