/** The job types, each with its executor. A new one is a file here and a member of `Action`. */
import type { Executors } from "../lib/runtime/attempt.ts";
import { command } from "./command.ts";
import { http } from "./http.ts";
import { plugin } from "./plugin.ts";
import { python } from "./python.ts";
import { script } from "./script.ts";

/** All executors, by job type. */
export const executors: Executors = { command, script, python, http, plugin };
