/** Types of the part of @std/path that orch uses; its npm copy carries none. */
export declare function globToRegExp(
  glob: string,
  options?: {
    readonly extended?: boolean;
    readonly globstar?: boolean;
    readonly os?: "linux" | "windows" | "darwin";
    readonly caseInsensitive?: boolean;
  },
): RegExp;
