/** Golden words for mistakes with plugins: E211 to E213. */
import { checkMessages } from "../../support/check_messages.ts";

checkMessages<"E211" | "E212" | "E213">({
  E211: [
    [
      { type: "a b", problem: "name" },
      `
  Job type 'a b' holds what a type must not
  = a type is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter, a digit or '_'`,
    ],
    [
      { type: "http", problem: "built_in" },
      `
  Job type 'http' is one of orch itself
  = give the plugin another type`,
    ],
    [
      { type: "greet", problem: "twice" },
      `
  Job type 'greet' stands twice
  ^ again here
  = give each plugin its own type`,
    ],
  ],
  E212: [
    [
      { type: "greet", path: "./greet.ts", problem: "missing", cause: "" },
      `
  Plugin 'greet' needs the module './greet.ts', which does not exist
  = paths start from the folder of the workflow file, or from -C`,
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
  = it is loaded without permissions: do that in 'run', where it has those listed`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "import", cause: "/etc/hostname" },
      `
  Plugin 'greet' imports '/etc/hostname', which it may not read
  = list it under permissions.read; unlisted, a plugin imports packages and the code beside it`,
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
  = what it imports is judged before it runs: write it in the JavaScript or TypeScript of today`,
    ],
    [
      { type: "greet", path: "./greet.ts", problem: "link", cause: "/home/me/notes.ts" },
      `
  Module './greet.ts' of plugin 'greet' is a link to '/home/me/notes.ts', outside of its folder
  = name the file itself as its path, or list it under permissions.read`,
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
  Module './greet.ts' of plugin 'greet' is not loaded after 10 seconds
  = do in 'run' what takes time`,
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
  'with.who' is not what 'greet' takes: Invalid input: expected string, received number`,
    ],
  ],
});
