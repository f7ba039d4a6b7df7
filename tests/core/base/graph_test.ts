/** Graphs as flat arrays, against naive searches over random graphs. */
import {
  buildGraph,
  EdgeList,
  findCycles,
  type Graph,
  inDegrees,
  reachableFrom,
  successorsOf,
  topologicalOrder,
} from "../../../lib/core/base/graph.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";

/** A graph of `size` nodes from edges such as `0>1 1~2`, where `~` is a soft one. */
function graphOf(size: number, text: string): Graph {
  const edges = new EdgeList();
  for (const edge of text.split(" ").filter((part) => part !== "")) {
    const [from, to] = edge.split(/[>~]/).map(Number);
    edges.add(from!, to!, { soft: edge.includes("~") });
  }
  return buildGraph(size, edges);
}

function successors(graph: Graph, node: number): number[] {
  return [...graph.to.subarray(graph.start[node], graph.start[node + 1])];
}

Deno.test("buildGraph() keeps the edges of each node in the order they came", () => {
  const graph = graphOf(4, "2>0 0>3 2~3 0>1 2>1");
  assertEquals([0, 1, 2, 3].map((node) => successors(graph, node)), [[3, 1], [], [0, 3, 1], []]);
  assertEquals([...graph.soft], [0, 0, 0, 1, 0]);
  assertEquals([...inDegrees(graph)], [1, 2, 0, 2]);
});

Deno.test("topologicalOrder() goes level by level, lower numbers first", () => {
  const rows: [number, string, number[]][] = [
    [0, "", []],
    [3, "", [0, 1, 2]],
    [3, "2>1 1>0", [2, 1, 0]],
    [4, "0>2 1>2 2>3", [0, 1, 2, 3]],
    [4, "3>0 3>1 0>2", [3, 0, 1, 2]],
    [3, "0>1 0>1 1>2", [0, 1, 2]],
    [3, "1>2 2>1", [0]],
    [2, "0>0", [1]],
  ];
  for (const [size, edges, order] of rows) {
    assertEquals([...topologicalOrder(graphOf(size, edges))], order, edges);
  }
});

Deno.test("findCycles() finds one for each group, as short as there is", () => {
  const rows: [number, string, number[][]][] = [
    [3, "0>1 1>2 0>2", []],
    [1, "0>0", [[0]]],
    [2, "0>1 1>0 1>1", [[1]]],
    [4, "3>2 2>1 1>3", [[1, 3, 2]]],
    [5, "0>1 1>2 2>0 3>4 4>3", [[0, 1, 2], [3, 4]]],
    [5, "0>1 1>0 1>2 2>3 3>2 3>4", [[0, 1], [2, 3]]],
    [6, "4>5 5>4 4>0 0>1 1>2 2>0", [[0, 1, 2], [4, 5]]],
    [5, "0>1 1>2 2>3 3>0 3>4 4>3", [[3, 4]]],
  ];
  for (const [size, edges, cycles] of rows) {
    assertEquals(findCycles(graphOf(size, edges)), cycles, edges);
  }
});

/** Whether `to` can be reached from `from` by at least one edge, and in how many steps. */
function distance(graph: Graph, from: number, to: number): number {
  let front = new Set([from]);
  for (let steps = 1; steps <= graph.size; steps++) {
    front = new Set([...front].flatMap((node) => successors(graph, node)));
    if (front.has(to)) return steps;
  }
  return Infinity;
}

Deno.test("findCycles() agrees with a naive search over random graphs", () => {
  let found = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const dice = new Dice(seed);
    const size = dice.between(1, 12);
    const edges = Array.from(
      { length: dice.between(0, 2 * size) },
      () => `${dice.between(0, size - 1)}>${dice.between(0, size - 1)}`,
    );
    const graph = graphOf(size, edges.join(" "));
    const nodes = [...Array(size).keys()];
    const onCycle = nodes.filter((node) => distance(graph, node, node) < Infinity);
    const groups = new Set(onCycle.map((node) =>
      onCycle.filter((other) =>
        other === node ||
        (distance(graph, node, other) < Infinity && distance(graph, other, node) < Infinity)
      ).join()
    ));
    const shortest = [...groups].map((group) =>
      Math.min(...group.split(",").map((node) => distance(graph, Number(node), Number(node))))
    );
    const cycles = findCycles(graph);
    assertEquals(cycles.map((cycle) => cycle.length), shortest, `seed ${seed}`);
    for (const cycle of cycles) {
      cycle.forEach((node, k) => {
        const next = cycle[(k + 1) % cycle.length]!;
        assert(successors(graph, node).includes(next), `seed ${seed}: no edge ${node}>${next}`);
      });
      assertEquals(cycle[0], Math.min(...cycle));
    }
    found += cycles.length;
    assertEquals(topologicalOrder(graph).length < size, cycles.length > 0, `seed ${seed}`);
  }
  assert(found > 100);
});

Deno.test("findCycles() overflows no stack on a chain of 300,000 that ends in a cycle", () => {
  const size = 300_000;
  const edges = new EdgeList();
  for (let node = 1; node < size; node++) edges.add(node - 1, node, { soft: false });
  edges.add(size - 1, size - 2, { soft: false });
  assertEquals(findCycles(buildGraph(size, edges)), [[size - 2, size - 1]]);
});

Deno.test("reachableFrom() finds each node once, and goes no further than it may", () => {
  const graph = graphOf(5, "0>1 1>2 0>2 2>3 4>3");
  assertEquals([...successorsOf(graph, 0)], [1, 2]);
  assertEquals(reachableFrom(graph, [0]), [0, 1, 2, 3]);
  assertEquals(reachableFrom(graph, [4, 4]), [4, 3]);
  assertEquals(reachableFrom(graph, [0], (node) => node !== 2), [0, 1]);
  assertEquals(reachableFrom(graph, []), []);
});
