/** JSON as it is printed: the same values, and nothing in it that a terminal obeys or hides. */
import { jsonLine, jsonText } from "../../../lib/view/text/json_text.ts";
import { assert, assertEquals, assertNotMatch } from "../../support/assert.ts";

const HARMFUL =
  // deno-lint-ignore no-control-regex -- as they are what must not be there
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|##\[/;

Deno.test("jsonLine and jsonText escape what is not seen, and mean the same", () => {
  const text = String.fromCharCode(...Array.from({ length: 0x3200 }, (_, code) => code)) +
    "\ufeff\ufff9 👩‍👩‍👧 \u{e0001} ##[add-mask]x ####[y \ud800";
  const document = { [text]: [text, { a: text }] };
  for (const json of [jsonLine(document), jsonText(document)]) {
    assertNotMatch(json, HARMFUL);
    assertEquals(JSON.parse(json), document);
    assert(json.endsWith("\n"));
  }
});

Deno.test("jsonLine leaves letters, emoji and white space of all scripts as they are", () => {
  const document = { a: "né 漢字 ✔ 🚀 \u00a0 עברית" };
  assertEquals(jsonLine(document), `${JSON.stringify(document)}\n`);
});
