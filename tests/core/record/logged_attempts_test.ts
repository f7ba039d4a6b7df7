/** Whose output is meant. */
import { attemptsOf, lastAttempts } from "../../../lib/core/record/logged_attempts.ts";
import { assertEquals } from "../../support/assert.ts";
import { Story } from "../../support/story.ts";

const RETRY = {
  maxAttempts: 3,
  initialDelayMs: 0,
  maxDelayMs: 0,
  backoffFactor: 1,
  jitter: 0,
};

/** `flaky` is in its second attempt, `quick` is over, `late` has not begun. */
function story(): Story {
  const story = new Story([
    { id: "late", dependencies: ["quick"] },
    { id: "flaky", retry: RETRY },
    { id: "quick" },
  ]);
  story.start("flaky");
  story.pass(10);
  story.start("quick");
  story.pass(10);
  story.retry("flaky", { kind: "exited", code: 1 }, 0);
  story.pass(10);
  story.start("flaky", 2);
  story.end("quick", { kind: "succeeded" });
  return story;
}

const inShort = (attempts: ReturnType<typeof attemptsOf>) =>
  attempts.map(({ jobId, attempt, ended }) =>
    `${jobId}#${attempt} ${ended?.outcome.kind ?? "live"}`
  ).join(", ");

Deno.test("attemptsOf() has every attempt of a job, oldest first, the live one last", () => {
  const { state } = story();
  assertEquals(inShort(attemptsOf(state, 0)), "");
  assertEquals(inShort(attemptsOf(state, 1)), "flaky#1 exited, flaky#2 live");
  assertEquals(inShort(attemptsOf(state, 2)), "quick#1 succeeded");
});

Deno.test("lastAttempts() has one attempt of each job that began, in the order of their starts", () => {
  const { state } = story();
  assertEquals(inShort(lastAttempts(state, null)), "quick#1 succeeded, flaky#2 live");
  assertEquals(inShort(lastAttempts(state, "flaky")), "flaky#2 live");
  assertEquals(inShort(lastAttempts(state, "late")), "");
});
