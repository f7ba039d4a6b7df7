/**
 * Directed graphs over the numbers 0..size-1, as flat arrays (compressed sparse rows): the successors
 * of `i` are `to[start[i]] … to[start[i + 1] - 1]`. Everything here is iterative and O(V + E), so that
 * a chain of 50,000 jobs neither overflows the stack nor takes long.
 */

/** A directed graph; `soft[k]` is 1 where edge `k` only orders and does not require success. */
export interface Graph {
  readonly size: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  readonly soft: Uint8Array;
}

/** Edges, each from a node to one that comes after it; three columns, as there may be millions. */
export class EdgeList {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly soft: number[] = [];

  add(from: number, to: number, { soft }: { readonly soft: boolean }): void {
    this.from.push(from);
    this.to.push(to);
    this.soft.push(soft ? 1 : 0);
  }
}

/** Most edges that the search for a short cycle looks at in one component. */
const CYCLE_SEARCH_EDGES = 2_000_000;

/** Builds a graph; the successors of a node keep the order in which their edges were given. */
export function buildGraph(size: number, edges: EdgeList): Graph {
  const start = new Int32Array(size + 1);
  for (const from of edges.from) start[from + 1]! += 1;
  for (let i = 0; i < size; i++) start[i + 1]! += start[i]!;
  const next = start.slice(0, size);
  const to = new Int32Array(edges.from.length);
  const soft = new Uint8Array(edges.from.length);
  edges.from.forEach((from, edge) => {
    const slot = next[from]!++;
    to[slot] = edges.to[edge]!;
    soft[slot] = edges.soft[edge]!;
  });
  return { size, start, to, soft };
}

/** The nodes to which the edges of a node lead. Loops that count every step go over `to` themselves. */
export function successorsOf({ start, to }: Graph, node: number): Int32Array {
  return to.subarray(start[node], start[node + 1]);
}

/** The roots, and all nodes to which edges lead from them by way of nodes that may be entered. */
export function reachableFrom(
  graph: Graph,
  roots: readonly number[],
  mayEnter: (node: number) => boolean = () => true,
): number[] {
  const seen = new Uint8Array(graph.size);
  const found = [...new Set(roots)];
  for (const root of found) seen[root] = 1;
  for (let read = 0; read < found.length; read++) {
    for (const next of successorsOf(graph, found[read]!)) {
      if (seen[next] !== 0 || !mayEnter(next)) continue;
      seen[next] = 1;
      found.push(next);
    }
  }
  return found;
}

/** How many edges lead to each node. */
export function inDegrees(graph: Graph): Int32Array {
  const degrees = new Int32Array(graph.size);
  for (const node of graph.to) degrees[node]! += 1;
  return degrees;
}

/**
 * The nodes so that each comes after its predecessors, lower numbers first among equals of a level
 * (Kahn 1962). Shorter than the graph exactly if there is a cycle.
 */
export function topologicalOrder(graph: Graph): Int32Array {
  const unmet = inDegrees(graph);
  const order = new Int32Array(graph.size);
  let filled = 0;
  for (let node = 0; node < graph.size; node++) if (unmet[node] === 0) order[filled++] = node;
  for (let read = 0; read < filled; read++) {
    const node = order[read]!;
    for (let k = graph.start[node]!; k < graph.start[node + 1]!; k++) {
      const successor = graph.to[k]!;
      if (--unmet[successor]! === 0) order[filled++] = successor;
    }
  }
  return order.subarray(0, filled);
}

/**
 * One cycle for each group of nodes that can all reach each other, each as short as a bounded
 * breadth-first search finds (the shortest there is, unless the group is very large), beginning with
 * its lowest number. The first node is not repeated at the end.
 */
export function findCycles(graph: Graph): number[][] {
  const components = cyclicComponents(graph);
  if (components.length === 0) return [];
  const search = new CycleSearch(graph);
  return components.map((component) => shortestCycle(search, component));
}

/** The strongly connected components that hold a cycle (Tarjan 1972, with a stack of our own). */
function cyclicComponents(graph: Graph): number[][] {
  const index = new Int32Array(graph.size).fill(-1);
  const low = new Int32Array(graph.size);
  const onStack = new Uint8Array(graph.size);
  const nextEdge = graph.start.slice(0, graph.size);
  const stack: number[] = [];
  const path: number[] = [];
  const components: number[][] = [];
  let counter = 0;
  for (let root = 0; root < graph.size; root++) {
    if (index[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      if (index[node] === -1) {
        index[node] = low[node] = counter++;
        stack.push(node);
        onStack[node] = 1;
      }
      const edge = nextEdge[node]!++;
      if (edge < graph.start[node + 1]!) {
        const successor = graph.to[edge]!;
        if (index[successor] === -1) path.push(successor);
        else if (onStack[successor]) low[node] = Math.min(low[node]!, index[successor]!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] === index[node]) {
        const component = popComponent(stack, onStack, node);
        if (component.length > 1 || hasEdge(graph, node, node)) components.push(component);
      }
    }
  }
  return components.sort((a, b) => a[0]! - b[0]!);
}

function popComponent(stack: number[], onStack: Uint8Array, root: number): number[] {
  const component: number[] = [];
  for (;;) {
    const member = stack.pop()!;
    onStack[member] = 0;
    component.push(member);
    if (member === root) return component.sort((a, b) => a - b);
  }
}

function hasEdge(graph: Graph, from: number, to: number): boolean {
  return successorsOf(graph, from).includes(to);
}

function shortestCycle(search: CycleSearch, component: readonly number[]): number[] {
  search.enter(component);
  let best: number[] = [];
  for (const node of component) {
    const found = search.shortestThrough(node, best.length === 0 ? Infinity : best.length);
    if (found !== null) best = found;
    if (best.length === 1 || search.edgesSeen > CYCLE_SEARCH_EDGES) break;
  }
  const lowest = best.indexOf(best.reduce((a, b) => Math.min(a, b)));
  return [...best.slice(lowest), ...best.slice(0, lowest)];
}

/** Breadth-first search inside one component, with buffers that are used again for every search. */
class CycleSearch {
  edgesSeen = 0;
  readonly #graph: Graph;
  /** By node, the number of the component it was last found in. */
  readonly #component: Int32Array;
  #current = 0;
  readonly #parent: Int32Array;
  readonly #depth: Int32Array;
  readonly #seenBy: Int32Array;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#component = new Int32Array(graph.size);
    this.#parent = new Int32Array(graph.size);
    this.#depth = new Int32Array(graph.size);
    this.#seenBy = new Int32Array(graph.size).fill(-1);
  }

  /** Goes on to the next component. */
  enter(component: readonly number[]): void {
    this.#current++;
    for (const node of component) this.#component[node] = this.#current;
    this.edgesSeen = 0;
  }

  /** A shortest cycle through `origin`, if there is one of fewer than `limit` nodes. */
  shortestThrough(origin: number, limit: number): number[] | null {
    const { start, to } = this.#graph;
    const queue = [origin];
    this.#seenBy[origin] = origin;
    this.#depth[origin] = 1;
    for (let read = 0; read < queue.length; read++) {
      const node = queue[read]!;
      if (this.#depth[node]! >= limit) return null;
      for (let k = start[node]!; k < start[node + 1]!; k++) {
        const successor = to[k]!;
        this.edgesSeen++;
        if (successor === origin) return this.#pathTo(node, origin);
        if (this.#component[successor] !== this.#current) continue;
        if (this.#seenBy[successor] === origin) continue;
        this.#seenBy[successor] = origin;
        this.#parent[successor] = node;
        this.#depth[successor] = this.#depth[node]! + 1;
        queue.push(successor);
      }
    }
    return null;
  }

  #pathTo(node: number, origin: number): number[] {
    const path = [node];
    while (path[path.length - 1] !== origin) path.push(this.#parent[path[path.length - 1]!]!);
    return path.reverse();
  }
}
