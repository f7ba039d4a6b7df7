/** Types of the part of @std/yaml that orch uses; its npm copy carries none. */
export declare function parse(
  content: string,
  options?: { readonly schema?: "failsafe" | "json" | "core" | "default" | "extended" },
): unknown;
