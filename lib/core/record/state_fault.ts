/** Why something in a state directory is not used: what stands there is not what orch puts there. */

/** What is wrong with a file or a folder of a state directory. */
export type StateFault =
  /** A symbolic link: what it leads to is somebody else's. */
  | { readonly kind: "link" }
  /** A device, a pipe, a socket or a folder where a plain file should be. */
  | { readonly kind: "no_plain_file" }
  | { readonly kind: "no_folder" }
  /** It belongs to another user, by the number. */
  | { readonly kind: "of_another"; readonly user: number }
  /** Others may change it. */
  | { readonly kind: "open_to_others" }
  /** It is longer than any such file of orch. */
  | { readonly kind: "too_long"; readonly mostBytes: number }
  /** A database, and not one of orch. */
  | { readonly kind: "foreign_database" }
  /** Another file took its place while it was opened. */
  | { readonly kind: "replaced" }
  /** Deno lets only programs that may do everything use such a place. */
  | { readonly kind: "only_with_all_permissions" };
