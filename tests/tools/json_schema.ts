/**
 * Whether documents fulfil a JSON Schema: `{schema, documents}` on standard input, and for each
 * document what is wrong with it, or null, on standard output. The schema itself is checked strictly.
 */
import { Ajv } from "ajv";

const { schema, documents } = JSON.parse(await new Response(Deno.stdin.readable).text());
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false });
const validate = ajv.compile(schema);
const found = documents.map((document: unknown) =>
  validate(document) ? null : ajv.errorsText(validate.errors)
);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(found)));
