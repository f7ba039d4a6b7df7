/** JUnit reports: golden documents, what XML must not hold, and the schema that Jenkins reads them by. */
import { type AttemptOutput, junitText } from "../../../lib/view/report/junit.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../../support/assert.ts";
import { testNeeding } from "../../support/cli.ts";
import { text } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

function reportOf(
  story: Story,
  outputOf: (jobId: string, attempt: number) => AttemptOutput = () => ({ stdout: "", stderr: "" }),
): string {
  return junitText(story.state, { file: "ci.yml", outputOf });
}

function wholeRun(): Story {
  const story = new Story(
    ["build", "test", "deploy", "smoke", "flaky", "late", "gone"].map((id) => ({ id })),
    { workflow: { name: "CI & more", version: "2.1" } },
  );
  story.start("build");
  story.pass(1_234.5678);
  story.end("build", { kind: "succeeded" });
  story.start("test");
  story.pass(500);
  story.retry("test", { kind: "exited", code: 3 }, 1_000);
  story.pass(1_000);
  story.start("test", 2);
  story.pass(250);
  story.end("test", { kind: "timed_out", afterMs: 250 });
  story.skip("deploy", { kind: "dependency", dependency: "test", cause: "test" });
  story.start("smoke");
  story.end("smoke", { kind: "not_started", why: { reason: "script_missing", path: "a<b>.sh" } });
  story.start("flaky");
  story.pass(100);
  story.retry("flaky", { kind: "signaled", signal: "SIGSEGV" }, 0);
  story.start("flaky", 2);
  story.pass(100);
  story.end("flaky", { kind: "succeeded" });
  story.end("late", { kind: "cancelled" });
  story.start("gone");
  story.pass(100);
  story.end("gone", { kind: "cancelled" });
  story.finish("failed");
  return story;
}

const GOLDEN = `
  <?xml version="1.0" encoding="UTF-8"?>
  <testsuites name="CI &amp; more" tests="7" failures="1" errors="3" time="3.285">
    <testsuite name="CI &amp; more" tests="7" failures="1" errors="3" skipped="1" time="3.285" timestamp="2026-11-22T10:30:00">
      <properties>
        <property name="run_id" value="20261122-103000-x7k2"/>
        <property name="status" value="failed"/>
        <property name="workflow_version" value="2.1"/>
        <property name="workflow_file" value="ci.yml"/>
      </properties>
      <testcase name="build" classname="CI &amp; more" time="1.235">
        <system-out>build 1</system-out>
      </testcase>
      <testcase name="test" classname="CI &amp; more" time="0.750">
        <failure message="exit code 3" type="exited"/>
        <rerunFailure message="Job timed out after 0.25 seconds" type="timed_out">
          <stackTrace>Job timed out after 0.25 seconds</stackTrace>
          <system-out>test 2</system-out>
        </rerunFailure>
        <system-out>test 1</system-out>
      </testcase>
      <testcase name="deploy" classname="CI &amp; more" time="0.000">
        <skipped message="needs test, which did not succeed"/>
      </testcase>
      <testcase name="smoke" classname="CI &amp; more" time="0.000">
        <error message="script 'a&lt;b&gt;.sh' does not exist" type="not_started"/>
        <system-out>smoke 1</system-out>
      </testcase>
      <testcase name="flaky" classname="CI &amp; more" time="0.200">
        <flakyFailure message="ended by SIGSEGV" type="signaled">
          <stackTrace>ended by SIGSEGV</stackTrace>
          <system-out>flaky 1</system-out>
        </flakyFailure>
        <system-out>flaky 2</system-out>
      </testcase>
      <testcase name="late" classname="CI &amp; more" time="0.000">
        <error message="cancelled" type="cancelled"/>
      </testcase>
      <testcase name="gone" classname="CI &amp; more" time="0.100">
        <error message="cancelled" type="cancelled"/>
        <system-out>gone 1</system-out>
      </testcase>
    </testsuite>
  </testsuites>
`;

const named = (jobId: string, attempt: number) => ({ stdout: `${jobId} ${attempt}`, stderr: "" });

Deno.test("junitText tells every end of a job", () => {
  assertEquals(reportOf(wholeRun(), named), text(GOLDEN));
});

/** What a job prints, and what XML can hold of it. */
const TEXTS: readonly (readonly [string, string, string])[] = [
  ["markup", '<b a="1">&amp;</b> ]]>', "&lt;b a=&quot;1&quot;&gt;&amp;amp;&lt;/b&gt; ]]&gt;"],
  ["control characters", "\0\x01\x08\x0b\x0c\x1f\x7f", "␀␁␈␋␌␟␡"],
  ["colour and the cursor", "\x1b[31mred\x1b[0m\x1b[2J", "red␛[2J"],
  ["lines and tabs", "a\tb\r\nc\rd\n", "a\tb\nc␍d\n"],
  ["what is no character", "\ufffe\uffff\ud800x", "���x"],
  ["other scripts", "żółć 文字 🙂", "żółć 文字 🙂"],
];

for (const [what, printed, expected] of TEXTS) {
  Deno.test(`junitText escapes ${what}`, () => {
    const story = new Story([{ id: "a" }]);
    story.start("a");
    story.end("a", { kind: "succeeded" });
    story.finish("completed");
    const report = reportOf(story, () => ({ stdout: "", stderr: printed }));
    assertStringIncludes(report, `<system-err>${expected}</system-err>`);
  });
}

Deno.test("junitText keeps names on one line and out of the markup", () => {
  const story = new Story([{ id: "a" }], { workflow: { name: 'x" evil="1\n\x1b[2J<' } });
  story.finish("completed");
  assertMatch(reportOf(story), /<testsuite name="x&quot; evil=&quot;1␊␛\[2J&lt;" tests="1"/);
});

Deno.test("junitText counts only a job's own failures as its earlier attempts", () => {
  const story = new Story([{ id: "a" }]);
  story.start("a");
  story.end("a", { kind: "succeeded" });
  story.finish("completed");
  const settings = story.state.settings!;
  story.tell({
    type: "run_resumed",
    settings,
    plan: 0,
    downSince: story.now,
    lost: [],
    reset: ["a"],
  });
  story.start("a", 2);
  story.end("a", { kind: "succeeded" });
  story.finish("completed");
  assertMatch(reportOf(story), /<testcase name="a" classname="test" time="0.000"\/>/);
});

/** As later versions of the schema have it; the one of npm is from 2010. */
function schema(): string {
  const rerun = (name: string) =>
    `<xs:element name="${name}" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="stackTrace" type="xs:string"/>
      <xs:element ref="system-out" minOccurs="0"/><xs:element ref="system-err" minOccurs="0"/>
    </xs:sequence><xs:attribute name="message" type="xs:string"/>
    <xs:attribute name="type" type="xs:string" use="required"/></xs:complexType></xs:element>`;
  const skipped = `<xs:element name="skipped"><xs:complexType mixed="true">
    <xs:attribute name="message" type="xs:string"/></xs:complexType></xs:element>`;
  const failure = '<xs:element ref="failure" minOccurs="0" maxOccurs="unbounded"/>';
  const names = ["rerunFailure", "rerunError", "flakyFailure", "flakyError"];
  return Deno.readTextFileSync(new URL("../../data/jenkins-junit.xsd", import.meta.url))
    .replace('<xs:element name="skipped" type="xs:string"/>', skipped)
    .replace(failure, failure + names.map(rerun).join(""));
}

async function xmllint(report: string): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/junit.xsd`, schema());
    await Deno.writeTextFile(`${folder}/report.xml`, report);
    const args = ["--noout", "--schema", "junit.xsd", "report.xml"];
    const { code, stderr } = await new Deno.Command("xmllint", { args, cwd: folder }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

testNeeding(["xmllint"], "junitText keeps to the schema, whatever jobs print", async () => {
  const printed = TEXTS.map(([, text]) => text).join("\n");
  const report = reportOf(wholeRun(), () => ({ stdout: printed, stderr: printed }));
  const { code, stderr } = await xmllint(report);
  assertEquals(code, 0, stderr);
  const broken = await xmllint(report.replace("<testcase name=", "<testcase nmae="));
  assertMatch(broken.stderr, /The attribute 'nmae' is not allowed/);
});
