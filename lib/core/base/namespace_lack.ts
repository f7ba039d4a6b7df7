/** Why the system gives jobs no process namespace of their own. */

/** The reason, as far as the system tells. */
export type NamespaceLack =
  | { readonly kind: "platform" }
  | { readonly kind: "not_permitted" }
  | { readonly kind: "missing" }
  /** What the program said. */
  | { readonly kind: "refused"; readonly cause: string };
