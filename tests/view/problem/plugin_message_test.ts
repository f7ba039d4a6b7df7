/** Golden words for mistakes with plugins: E211 to E213. */
import { checkMessages } from "../../support/check_messages.ts";

checkMessages<"E211" | "E212" | "E213">({
  E211: [
    [
      { type: "a b", problem: "name" },
      `
  Job type 'a b' is not a valid name
  = a type is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'`,
    ],
    [
      { type: "http", problem: "built_in" },
      `
  Job type 'http' is built into orch
  = give the plugin another type`,
    ],
    [
      { type: "greet", problem: "twice" },
      `
  Job type 'greet' is defined twice
  ^ again here
  = give each plugin its own type`,
    ],
  ],
  E212: [
    [
      { type: "greet", path: "./greet.ts", problem: "missing", cause: "" },
      `
  Plugin 'greet' needs the module './greet.ts', which does not exist
  = paths are relative to the folder of the workflow file, or to -C`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "no_executor", cause: "" },
      `
  Module './greet.ts' of plugin 'greet' exports no executor
  = export default defineExecutor({ run(keys, context) { … } })`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "broken", cause: "Error: boom\n  at x" },
      `
  Module './greet.ts' of plugin 'greet' cannot be loaded: Error: boom`,
    ],
    [
      {
        type: "greet",
        path: "./greet.ts",
        problem: "broken",
        cause: 'NotCapable: Requires env access to "HOME"',
      },
      `
  Module './greet.ts' of plugin 'greet' cannot be loaded: NotCapable: Requires env access to "HOME"
  = a module is loaded without permissions: do that in 'run', where the listed ones apply`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "import", cause: "/etc/hostname" },
      `
  Plugin 'greet' imports '/etc/hostname', which it may not read
  = list it under permissions.read; otherwise a plugin may import only packages and code in its own folder`,
    ],
    [
      {
        type: "greet",
        path: "./greet.ts",
        problem: "unreadable",
        cause: "greet.ts: Unexpected token (1:9)",
      },
      `
  Module './greet.ts' of plugin 'greet' cannot be read: greet.ts: Unexpected token (1:9)
  = orch reads the imports of a plugin before it runs: use current JavaScript or TypeScript syntax`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "link", cause: "/home/me/notes.ts" },
      `
  Module './greet.ts' of plugin 'greet' is a link to '/home/me/notes.ts', outside of its folder
  = use the path of the file itself, or list it under permissions.read`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "asks", cause: "" },
      `
  Plugin 'greet' could make Deno ask you for permissions while it runs
  = start orch with 'deno run --no-prompt'`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "slow", cause: "10 seconds" },
      `
  Module './greet.ts' of plugin 'greet' did not load within 10 seconds
  = move slow work into 'run'`,
    ],
    [
      { type: "greet", path: "x", problem: "broken", cause: `\x1b[31m${"e".repeat(400)}` },
      `
  Module 'x' of plugin 'greet' cannot be loaded: ␛[31m${"e".repeat(295)}…`,
    ],
  ],
  E213: [
    [
      {
        jobId: "hello",
        type: "greet",
        key: "with.who",
        cause: "Invalid input: expected string, received number.",
      },
      `
  'with.who' does not fit the job type 'greet': Invalid input: expected string, received number`,
    ],
  ],
});
