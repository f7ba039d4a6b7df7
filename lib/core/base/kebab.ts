/** Names in code as people type them. */

/** `jobOutput` as `job-output`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
