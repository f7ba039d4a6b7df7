/** Problems of files for programs: as JSON, and as annotations for GitHub. */
import type { LocatedDiagnostic, SourcePosition } from "../../core/workflow/diagnostic.ts";
import { errorCommand } from "../run/github.ts";
import { diagnosticMessage, relatedText } from "./message.ts";
import { inFileOrder, placeInText, type Source } from "./text.ts";

/** One file that was checked. */
export interface CheckedFile {
  readonly source: Source;
  /** Its jobs, where it has no problems. */
  readonly jobs: number | null;
  readonly problems: readonly LocatedDiagnostic[];
}

/** The files and their problems as data, schema `orch.diagnostics/v1`. */
export function diagnosticsDocument(files: readonly CheckedFile[]): object {
  return {
    schema: "orch.diagnostics/v1",
    valid: files.every(({ problems }) => problems.length === 0),
    files: files.map(({ source, jobs, problems }) => ({
      file: source.file,
      valid: problems.length === 0,
      jobs,
      problems: problemsIn(source, problems).map(({ code, title, help, position, related }) => ({
        code,
        message: title,
        help,
        ...placeOf(position),
        related: related.map((other) => ({ message: other.text, ...placeOf(other.position) })),
      })),
    })),
  };
}

/** An `::error` command for each problem of a file, `most` at most. */
export function githubAnnotations(
  { file, text }: Source,
  diagnostics: readonly LocatedDiagnostic[],
  most: number,
): string {
  const problems = problemsIn({ file, text }, diagnostics).slice(0, most);
  return problems.map(({ code, title, help, position }) => {
    const message = help === null ? title : `${title} (${help})`;
    return errorCommand({ title: code, message, file, position });
  }).join("");
}

interface Problem {
  readonly code: string;
  readonly title: string;
  readonly help: string | null;
  readonly position: SourcePosition | null;
  readonly related: readonly { readonly text: string; readonly position: SourcePosition | null }[];
}

function problemsIn(source: Source, diagnostics: readonly LocatedDiagnostic[]): Problem[] {
  const lines = source.text?.split(/\r?\n/) ?? [];
  return inFileOrder(diagnostics).map(({ detail, position: exact, related }) => {
    const position = placeInText(exact, lines);
    const line = position === null ? undefined : lines[position.line - 1];
    const written = position && line?.slice(position.column - 1, position.endColumn - 1);
    const { title, help } = diagnosticMessage(detail, written ?? null);
    return {
      code: detail.code,
      title,
      help,
      position,
      related: related.map(({ role, name, position }, i) => ({
        text: relatedText(role, name, related[(i + 1) % related.length]!.name),
        position,
      })),
    };
  });
}

function placeOf(position: SourcePosition | null): object {
  return {
    line: position?.line ?? null,
    column: position?.column ?? null,
    end_column: position?.endColumn ?? null,
  };
}
