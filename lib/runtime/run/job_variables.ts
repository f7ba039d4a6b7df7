/** Variables that jobs get beside those of orch's own environment, as from `--env-file`. */
import type { Environment } from "../../core/workflow/workflow.ts";
import type { World } from "../port/world.ts";

/** Those that the environment of orch does not set itself: it wins, as it does over `deno --env-file`. */
export function unsetVariables(
  variables: ReadonlyMap<string, string>,
  { env }: Pick<World, "env">,
): Environment {
  return Object.fromEntries([...variables].filter(([name]) => env(name) === undefined));
}

/** The world as jobs see it: with these variables, where orch has none of that name. */
export function withVariables(world: World, variables: Environment): World {
  if (Object.keys(variables).length === 0) return world;
  return {
    ...world,
    env: (name) =>
      world.env(name) ?? (Object.hasOwn(variables, name) ? variables[name] : undefined),
  };
}
