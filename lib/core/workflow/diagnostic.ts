/**
 * A diagnostic is a mistake in what the user gave us, as data: a stable code, where it is in the
 * document, and the facts a message needs. The sentences are in `view/problem/message.ts`.
 *
 * Codes: E1xx the file and its syntax, E2xx its shape and its graph, E3xx its values, E4xx the
 * command line.
 */

import type { Permission } from "../base/permission.ts";

/** The way from the document's root to a node: keys of mappings, indices of lists. */
export type DocumentPath = readonly (string | number)[];

/** A place in the text of a file; lines and columns count from 1, `endColumn` is exclusive. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** Where a diagnostic points: at a node of the document (or at the key before it), at a place, or past the text. */
export type DiagnosticPlace =
  | { readonly at: "document" }
  | { readonly at: "nowhere" }
  | { readonly at: "value" | "key"; readonly path: DocumentPath }
  | { readonly at: "position"; readonly position: SourcePosition };

/** What happened: one member for each code. */
export type DiagnosticDetail =
  | {
    readonly code: "E101";
    readonly problem: "missing" | "folder" | "unreadable";
    readonly file: string;
    readonly cause: string;
  }
  | { readonly code: "E102"; readonly bytes: number; readonly limitBytes: number }
  | {
    readonly code: "E103";
    readonly encoding: "utf-16" | "invalid utf-8";
    readonly byteOffset: number;
  }
  | { readonly code: "E104"; readonly character: number }
  | { readonly code: "E105"; readonly format: "yaml" | "json"; readonly cause: string }
  | { readonly code: "E106" }
  | { readonly code: "E107"; readonly key: string }
  | { readonly code: "E108"; readonly problem: "bomb" | "cycle" }
  | { readonly code: "E109"; readonly depth: number; readonly limit: number }
  | { readonly code: "E110"; readonly found: string }
  | { readonly code: "E111"; readonly key: string }
  | {
    readonly code: "E201";
    /** The key whose value it is, `tags[0]` for an entry of a list; absent where there is none. */
    readonly key?: string;
    readonly expected: string;
    readonly found: string;
    readonly value: string | null;
    readonly quoteIt: boolean;
  }
  | {
    readonly code: "E202";
    readonly key: string;
    readonly owner: string;
    readonly suggestion: string | null;
    readonly known: readonly string[];
  }
  | { readonly code: "E203"; readonly key: string; readonly owner: string }
  | {
    readonly code: "E204";
    readonly jobId: string;
    readonly missing: string;
    readonly relation: "dependency" | "skip_if_failed";
    readonly suggestion: string | null;
  }
  | { readonly code: "E205"; readonly cycle: readonly string[] }
  | { readonly code: "E206"; readonly jobId: string; readonly otherId: string }
  | {
    readonly code: "E207";
    readonly jobId: string;
    readonly problem: "pattern" | "length" | "reserved";
  }
  | {
    readonly code: "E208";
    readonly jobType: string;
    readonly known: readonly string[];
    readonly suggestion: string | null;
  }
  | {
    readonly code: "E209";
    readonly jobId: string;
    readonly jobType: string;
    readonly key: string;
    readonly problem: "missing" | "of_plugin" | "no_process";
  }
  | {
    readonly code: "E209";
    readonly jobId: string;
    readonly jobType: string;
    readonly key: string;
    readonly problem: "unexpected";
    /** The key that jobs of this type need. */
    readonly needed: string | null;
    /** The job type whose jobs take the key beside the one that they need. */
    readonly ofType: string | null;
  }
  | { readonly code: "E210" }
  | {
    readonly code: "E211";
    readonly type: string;
    readonly problem: "name" | "built_in" | "twice";
  }
  | {
    readonly code: "E212";
    readonly type: string;
    readonly path: string;
    readonly problem:
      | "missing"
      | "no_executor"
      | "broken"
      | "slow"
      | "import"
      | "unreadable"
      | "link"
      | "asks";
    /** What the module threw or wants to import, why it cannot be read, or where a link leads; else empty. */
    readonly cause: string;
  }
  | {
    readonly code: "E213";
    readonly jobId: string;
    readonly type: string;
    /** The key that is wrong, as `with.who`. */
    readonly key: string;
    /** In the words of the plugin's schema. */
    readonly cause: string;
  }
  | {
    readonly code: "E301";
    readonly key: string;
    readonly value: string;
    readonly bound: "at_least" | "more_than" | "at_most";
    readonly limit: number;
  }
  | {
    readonly code: "E302";
    readonly key: string;
    readonly value: string;
    readonly known: readonly string[];
    readonly suggestion: string | null;
  }
  /** `written` is there where the number itself is kept, but a job would get other text than this. */
  | { readonly code: "E303"; readonly value: string; readonly written?: string }
  | {
    readonly code: "E304";
    readonly expression: string;
    readonly problem: "syntax" | "zero" | "range";
  }
  | { readonly code: "E305"; readonly text: string; readonly problem: "unclosed" | "name" }
  | { readonly code: "E306"; readonly url: string; readonly problem: "syntax" | "scheme" }
  | { readonly code: "E307"; readonly character: number }
  | {
    readonly code: "E308";
    readonly jobId: string;
    readonly resource: "memory" | "cpu";
    readonly needed: number;
    readonly available: number;
    readonly availableFrom: "workflow" | "machine";
  }
  | { readonly code: "E309"; readonly kind: "variable" | "header"; readonly name: string }
  | { readonly code: "E310"; readonly key: string }
  | {
    readonly code: "E312";
    readonly jobId: string;
    readonly limit: "max_memory_mb" | "max_cpu_percent";
  }
  | {
    readonly code: "E311";
    readonly permission: Permission;
    readonly use: PermissionUse;
    /** The jobs that need it; none where the run itself does. */
    readonly jobIds: readonly string[];
  }
  | {
    readonly code: "E313";
    readonly variable: string;
    /** The job that sets it; `null` where the workflow does for all, or orch's own environment. */
    readonly jobId: string | null;
    readonly setBy: "job" | "workflow" | "environment";
  }
  | {
    readonly code: "E314";
    readonly jobId: string;
    /** Where 'processes: own' stands. */
    readonly saidBy: "job" | "workflow";
  }
  | {
    readonly code: "E315";
    readonly jobId: string;
    readonly lack: "platform" | "not_permitted" | "missing" | "refused";
    /** What the system said, where it refuses. */
    readonly cause: string;
  }
  | {
    readonly code: "E401";
    readonly option: string;
    readonly jobId: string;
    readonly suggestion: string | null;
  }
  | {
    readonly code: "E402";
    readonly option: string;
    readonly tag: string;
    readonly suggestion: string | null;
  }
  | { readonly code: "E403" };

/** What a permission is needed for. */
export type PermissionUse =
  | "shell"
  | "limits"
  | "processes"
  | "program"
  | "branch"
  | "request"
  | "variable"
  | "folder"
  | "script"
  | "memory"
  | "file"
  | "state"
  | "output"
  | "module"
  | "plugin";

/** Every code there is. */
export type DiagnosticCode = DiagnosticDetail["code"];

/** One mistake: what, where, and the other places that belong to it. */
export interface Diagnostic {
  readonly detail: DiagnosticDetail;
  readonly place: DiagnosticPlace;
  /** Further places, such as the first of two equal keys or the edges of a cycle. */
  readonly related: readonly RelatedPlace[];
}

/** A second place that a diagnostic speaks of. */
export interface RelatedPlace {
  readonly role: "first" | "edge" | "suggestion";
  /** The id or key found there. */
  readonly name: string;
  readonly place: DiagnosticPlace;
}

/** Either a value, or all that is wrong with the input; never both. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Makes a diagnostic at a place; `related` defaults to none. */
export function diagnosticAt(
  place: DiagnosticPlace,
  detail: DiagnosticDetail,
  related: readonly RelatedPlace[] = [],
): Diagnostic {
  return { detail, place, related };
}

/** Points at the value that `path` leads to. */
export function atValue(...path: (string | number)[]): DiagnosticPlace {
  return { at: "value", path };
}

/** Points at the key with which `path` ends. */
export function atKey(...path: (string | number)[]): DiagnosticPlace {
  return { at: "key", path };
}

/** Points at the document as a whole. */
export const AT_DOCUMENT: DiagnosticPlace = { at: "document" };

/** Points at no text: the fault is in what surrounds the file. */
export const NOWHERE: DiagnosticPlace = { at: "nowhere" };

/** A diagnostic whose places have been found in the text; `null` where the text does not show one. */
export interface LocatedDiagnostic {
  readonly detail: DiagnosticDetail;
  readonly position: SourcePosition | null;
  readonly related: readonly {
    readonly role: RelatedPlace["role"];
    readonly name: string;
    readonly position: SourcePosition | null;
  }[];
}
