/** Types of the part of @std/data-structures that orch uses; its npm copy carries none. */
export declare class BinaryHeap<T> {
  constructor(compare?: (a: T, b: T) => number);
  get length(): number;
  peek(): T | undefined;
  pop(): T | undefined;
  push(...values: T[]): number;
}
