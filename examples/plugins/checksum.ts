/** A job type of one's own: prints the SHA-256 of files, and hands them on as outputs. */
import { defineExecutor } from "@orch/orch/plugin";
import { z } from "zod";

export default defineExecutor({
  schema: z.strictObject({
    files: z.array(z.string()),
    /** The sum that all of them must have. */
    expect: z.string().regex(/^[0-9a-f]{64}$/).optional(),
  }),

  async run({ files, expect }, { workingDirectory, signal }) {
    const outputs: Record<string, string> = {};
    for (const file of files) {
      signal.throwIfAborted();
      const bytes = await Deno.readFile(`${workingDirectory}/${file}`);
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      console.log(`${sum}  ${file}`);
      outputs[file] = sum;
    }
    const wrong = Object.keys(outputs).filter((file) => expect && outputs[file] !== expect);
    if (wrong.length > 0) console.error(`not as expected: ${wrong.join(", ")}`);
    return { outputs, exitCode: wrong.length > 0 ? 1 : 0 };
  },
});
