/** The pages that users read: the README and those in `docs/`. */
import { ROOT } from "./cli.ts";

/** Their paths from the root, the README first. */
export const USER_PAGES: readonly string[] = ["README.md", ...pagesIn("docs")];

/** Their paths from the root: pages for maintainers, a decision for each heading. */
export const DESIGN_PAGES: readonly string[] = pagesIn("docs/design");

/** The text of a page. */
export function pageText(path: string): string {
  return Deno.readTextFileSync(`${ROOT}/${path}`);
}

/** The text of all pages for users, one after the other. */
export function allUserPages(): string {
  return USER_PAGES.map(pageText).join("\n");
}

function pagesIn(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}/${folder}`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".md")).sort().map((name) => `${folder}/${name}`);
}
