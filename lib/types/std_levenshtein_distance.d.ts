/** Types of the part of @std/text that orch uses; its npm copy carries none. */
export declare function levenshteinDistance(a: string, b: string): number;
