/** The phases of a job in a slot, and what pools and slots refuse because it cannot be. */
import { Bug } from "../../../lib/core/base/bug.ts";
import {
  follow,
  inSlot,
  isOnlyAsked,
  type Phase,
  signalsOf,
} from "../../../lib/runtime/process/slot_phase.ts";
import { ShellSlot } from "../../../lib/runtime/process/shell_slot.ts";
import { SlotPool } from "../../../lib/runtime/process/slot_pool.ts";
import { SlotProcess } from "../../../lib/runtime/process/slot_process.ts";
import type { JobText } from "../../../lib/runtime/process/shell_text.ts";
import type { ProcessSpec } from "../../../lib/runtime/port/world.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { TestPool } from "../../support/pool.ts";
import { sketchLimits } from "../../support/workflows.ts";

const SIGNALS = { lastSent: null, cancelNext: () => {} };

/** One phase of each type; nobody asks for anything of these slots. */
async function withPhases(use: (phases: readonly Phase[]) => void): Promise<void> {
  const shell = new ShellSlot("token");
  const slot = { shell, leaf: null, leaves: false };
  use([
    { type: "queued" },
    { type: "running", slot },
    { type: "asked", slot, signals: SIGNALS },
    { type: "killing", slot, signals: SIGNALS },
    { type: "emptying", slot, signals: SIGNALS, isKilling: false },
    { type: "over" },
  ]);
  shell.close();
  await shell.ended;
}

/** For each phase, those that may follow it. */
const FOLLOWS: Readonly<Record<Phase["type"], string>> = {
  queued: "running over",
  running: "queued asked killing emptying over",
  asked: "killing emptying",
  killing: "emptying",
  emptying: "emptying over",
  over: "",
};

Deno.test("a phase is followed by those of the chart, and by no other", async () => {
  await withPhases((phases) => {
    for (const from of phases) {
      const allowed = phases.filter((to) => isAllowed(from, to)).map(({ type }) => type);
      assertEquals(allowed.join(" "), FOLLOWS[from.type], from.type);
    }
  });
});

function isAllowed(from: Phase, to: Phase): boolean {
  try {
    return follow(from, to) === to;
  } catch (error) {
    assert(error instanceof Bug, String(error));
    assertEquals(error.message, `a job that is ${from.type} cannot become ${to.type}`);
    return false;
  }
}

Deno.test("a job has a slot from the moment it runs until it is over", async () => {
  await withPhases((phases) => {
    for (const phase of phases) {
      if (phase.type === "queued" || phase.type === "over") assertThrows(() => inSlot(phase), Bug);
      else assertEquals(signalsOf(inSlot(phase)) === SIGNALS, phase.type !== "running");
    }
    const asked = phases.filter(isOnlyAsked).map(({ type }) => type);
    assertEquals(asked, ["asked", "emptying"]);
  });
});

const SPEC: ProcessSpec = {
  launch: { kind: "shell", text: "true" },
  workingDirectory: "/",
  environment: {},
  stdoutPath: "/nowhere/out",
  stderrPath: "/nowhere/err",
  attemptName: "j.1",
  memoryMb: null,
  cpuPercent: null,
  leaves: false,
  processes: "shared",
};

const JOB: JobText = { ...SPEC, cookie: "c", mark: "1", niceness: 0, textPath: null };

Deno.test("a slot that runs a job takes no other one", async () => {
  const slot = new ShellSlot("token");
  const { promise, resolve } = Promise.withResolvers<unknown>();
  slot.run(JOB, resolve);
  assertThrows(() => slot.run(JOB, () => {}), Bug, "was given another one");
  await promise;
  slot.close();
  await slot.ended;
});

Deno.test("a mistake of ours in what hears a slot is not taken for the end of the slot", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const hear = (event: ErrorEvent) => {
    event.preventDefault();
    resolve(event.error);
  };
  addEventListener("error", hear);
  const slot = new ShellSlot("token");
  const mistake = new Bug("on purpose");
  slot.run(JOB, () => {
    throw mistake;
  });
  assertEquals(await promise, mistake);
  removeEventListener("error", hear);
  slot.close();
  await slot.ended;
});

/** Shows a test what jobs tell their pool. */
class OpenPool extends SlotPool {
  readonly given: Parameters<SlotPool["giveBack"]>[0][] = [];

  override giveBack(slot: Parameters<SlotPool["giveBack"]>[0]): void {
    this.given.push(slot);
    super.giveBack(slot);
  }
}

Deno.test("a pool refuses a slot that is given back twice, and a job that is not in its queue", async () => {
  await using pool = new TestPool({}, OpenPool);
  await pool.run("true");
  const slots = pool.pool as OpenPool;
  assertEquals(slots.given.length, 1);
  assertThrows(() => slots.giveBack(slots.given[0]!), Bug, "a slot without a job");
  assertThrows(() => slots.forget(new SlotProcess(slots, SPEC)), Bug, "not in the queue");
  assertEquals((await pool.run("echo next")).stdout, "next\n");
});

Deno.test("a pool that is closed starts nothing more, and ends the jobs that wait", async () => {
  /** A machine on which nothing can be started any more. */
  class FullPool extends SlotPool {
    override get reaper(): never {
      throw Object.assign(new Error("full (os error 11)"), { code: "EAGAIN" });
    }
  }
  const pool = new FullPool(realWorld().clock, {
    cookie: `test-${crypto.randomUUID()}`,
    limits: sketchLimits({}),
    endsStem: null,
    notice: () => {},
  });
  const job = pool.start(SPEC);
  await pool.close();
  assertEquals(await job.ended, {
    kind: "not_started",
    cause: "stopped before it could start",
  });
  pool.check();
});
