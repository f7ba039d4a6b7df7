/**
 * The container and the manifests of Kubernetes, as far as no image can be built here: what they say,
 * and orch as the first process of a PID namespace, which is what it is in a container.
 */
import { parse } from "@std/yaml/parse";
import { parseWorkflow } from "../../lib/core/workflow/parse.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, type Project, ROOT, workflow } from "../support/cli.ts";
import { problemsOfManifests } from "../support/tools.ts";
import { ORCH_QUOTED } from "../support/under_test.ts";
import { GRANTED, runProgram } from "./bundled.ts";

const DOCKERFILE = Deno.readTextFileSync(`${ROOT}/Dockerfile`);
const ENTRY = `${ROOT}/deploy/orch`;

function instructions(name: string): string[] {
  const text = DOCKERFILE.replaceAll("\\\n", "");
  return [...text.matchAll(new RegExp(`^${name} (.*)$`, "gm"))].map(([, rest]) => rest!);
}

Deno.test("the image runs as nobody in particular, is looked after, and is orch", () => {
  assertEquals(instructions("USER"), ["10001:10001"]);
  assertEquals(instructions("ENTRYPOINT"), ['["orch"]']);
  assertEquals(instructions("STOPSIGNAL"), ["SIGTERM"]);
  assertMatch(instructions("HEALTHCHECK")[0] ?? "", /CMD \["orch", "--version"\]$/);
  assertMatch(instructions("ENV")[0] ?? "", /ORCH_STATE_DIR=\/var\/lib\/orch/);
  const last = DOCKERFILE.slice(DOCKERFILE.lastIndexOf("\nFROM "));
  assert(last.indexOf("USER ") > last.lastIndexOf("RUN "), "nothing is installed as that user");
});

Deno.test("the images it starts from have a version each, Deno's the one of the gate", async () => {
  const [deno, base] = instructions("ARG");
  const version = /deno@([\d.]+)/.exec(await Deno.readTextFile(`${ROOT}/.ci/run`))?.[1];
  assertEquals(deno, `DENO_IMAGE=docker.io/denoland/deno:${version}`);
  assertMatch(base ?? "", /^BASE_IMAGE=docker\.io\/library\/debian:[a-z]+-slim$/);
});

Deno.test("what the image copies is there, and is let through to the build", async () => {
  const ignored = await Deno.readTextFile(`${ROOT}/.dockerignore`);
  const allowed = [...ignored.matchAll(/^!(.*)$/gm)].map(([, path]) => path!);
  const copied = instructions("COPY").filter((line) => !line.startsWith("--from="))
    .flatMap((line) => line.replace(/^--\S+ /, "").split(" ").slice(0, -1));
  assertEquals([...copied].sort(), [...allowed].sort());
  for (const path of copied) await Deno.stat(`${ROOT}/${path}`);
});

Deno.test("the container grants what the task run grants", async () => {
  const text = (await Deno.readTextFile(ENTRY)).replaceAll("\\\n", "");
  assertEquals(text.match(/--(?:no-prompt|allow-\S+|unstable-\S+)/g)?.sort(), [...GRANTED].sort());
});

interface PodSpec {
  readonly containers: readonly [{
    readonly image: string;
    readonly args: readonly string[];
    readonly resources: { readonly requests: object; readonly limits: object };
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }];
  readonly volumes: readonly { readonly name: string; readonly configMap?: { name: string } }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly terminationGracePeriodSeconds: number;
}
interface JobManifest {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}
interface CronJobManifest {
  readonly spec: { readonly schedule: string; readonly jobTemplate: JobManifest };
}
interface ConfigMapManifest {
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

function manifest<T>(name: string): T {
  return parse(Deno.readTextFileSync(`${ROOT}/deploy/kubernetes/${name}.yaml`)) as T;
}
const JOB = manifest<JobManifest>("job");
const CRON_JOB = manifest<CronJobManifest>("cronjob");
const CONFIG_MAP = manifest<ConfigMapManifest>("workflow");

Deno.test("the manifests are of the shapes that Kubernetes has", async () => {
  assertEquals(
    await problemsOfManifests([
      { module: "batch/v1", type: "Job", data: JOB },
      { module: "batch/v1", type: "CronJob", data: CRON_JOB },
      { module: "core/v1", type: "ConfigMap", data: CONFIG_MAP },
    ]),
    "",
  );
  const wrong = { apiVersion: "batch/v1", kind: "Job", spec: { backofLimit: 1 } };
  const problems = await problemsOfManifests([{ module: "batch/v1", type: "Job", data: wrong }]);
  assertMatch(problems, /'"?backofLimit"?'/);
});

Deno.test("a pod has bounds, no rights, and the workflow where it looks for it", () => {
  const pod = JOB.spec.template.spec;
  const [container] = pod.containers;
  assertEquals(container.image, "job-orchestrator:latest");
  assertEquals(container.resources, {
    requests: { memory: "512Mi", cpu: "500m" },
    limits: { memory: "2Gi", cpu: "2" },
  });
  assertEquals(pod.securityContext["runAsNonRoot"], true);
  assertEquals(
    `${pod.securityContext["runAsUser"]}:${pod.securityContext["runAsGroup"]}`,
    instructions("USER")[0],
  );
  assertEquals(container.securityContext["readOnlyRootFilesystem"], true);
  assertEquals(container.securityContext["capabilities"], { drop: ["ALL"] });
  const mounts = new Map(container.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
  assertEquals([...mounts.keys()].sort(), pod.volumes.map(({ name }) => name).sort());
  const source = pod.volumes.find(({ configMap }) => configMap?.name === CONFIG_MAP.metadata.name);
  const files = Object.keys(CONFIG_MAP.data).map((name) => `${mounts.get(source!.name)}/${name}`);
  assert(files.includes(container.args[1]!), `${container.args[1]} is not in ${files}`);
  assertEquals(mounts.get("runs"), "/var/lib/orch");
});

Deno.test("orch has time to end its jobs before Kubernetes ends it", () => {
  const { containers: [{ args }], terminationGracePeriodSeconds } = JOB.spec.template.spec;
  assert(Number(args[args.indexOf("--grace") + 1]) * 2 < terminationGracePeriodSeconds);
});

Deno.test("the nightly job is the job, every night", () => {
  assertMatch(CRON_JOB.spec.schedule, /^\d+ \d+ \* \* \*$/);
  assertEquals(CRON_JOB.spec.jobTemplate.spec, JOB.spec);
});

Deno.test("the workflow in the ConfigMap runs", async () => {
  for (const [name, text] of Object.entries(CONFIG_MAP.data)) {
    assert(parseWorkflow(parse(text, { schema: "core" })).ok, name);
    await using project = newProject({ [name]: text, "tmp/keep": "" });
    const { code, stderr } = await project.orch(["run", name, "-q", "-o", "results.json"], {
      env: { TMPDIR: project.path("tmp") },
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(project.json("results.json").jobs["odd"]!.stdout.trim(), "50");
  }
});

/** How a program becomes the first process of a namespace here, or why it cannot. */
async function namespaceCommand(): Promise<readonly string[] | string> {
  if (Deno.build.os !== "linux") return "skipped: no PID namespaces";
  const unshare = ["unshare", "--pid", "--fork", "--mount-proc"];
  for (const command of [unshare, [...unshare, "--user", "--map-root-user"]]) {
    try {
      if ((await runProgram([...command, "true"], { cwd: ROOT })).code === 0) return command;
    } catch {
      return "skipped: no unshare";
    }
  }
  return "skipped: no PID namespaces";
}

const NAMESPACE = await namespaceCommand();
const HAS_TINI = await runProgram(["sh", "-c", "command -v tini"], { cwd: ROOT })
  .then(({ code }) => code === 0, () => false);

/** Runs `orch run w.yaml --grace 2` as process 1, by the container's own script or by itself. */
async function asFirstProcess(project: Project, through: "script" | "itself"): Promise<number> {
  const program = ORCH_QUOTED;
  // Stands for the image's deno: drops all words up to the bundle, which is not installed here.
  project.write(
    "bin/deno",
    `#!/bin/sh\nuntil [ "\${1##*/}" = orch.js ]; do shift; done; shift\nexec ${program} "$@"\n`,
    0o755,
  );
  const orch = through === "script" ? `sh ${ENTRY}` : program;
  const command = [
    ...NAMESPACE,
    "sh",
    "-c",
    `'exec ${orch.replaceAll("'", "")} run w.yaml --grace 2'`,
  ];
  const { code } = await project.shell(command.join(" "), {
    env: { PATH: `${project.path("bin")}:${Deno.env.get("PATH")}` },
  }).finished;
  return code;
}

function testAsFirst(name: string, needsTini: boolean, fn: () => Promise<void>): void {
  const why = typeof NAMESPACE === "string"
    ? NAMESPACE
    : needsTini && !HAS_TINI
    ? "skipped: no tini"
    : null;
  if (why === null) return Deno.test(name, fn);
  // deno-lint-ignore no-console -- CI counts these lines
  console.log(why);
  Deno.test({ name: `${name} (${why})`, ignore: true, fn });
}

const ORPHANS = workflow(
  { id: "first", command: "tr '\\0' ' ' < /proc/1/cmdline > first" },
  {
    id: "leave",
    command: "for i in 1 2 3 4 5; do (setsid sh -c 'echo $$ >> left; exec sleep 0.1' &); done",
  },
  {
    id: "look",
    // Until none of them lives or is a zombie; if some stay, the job's time limit ends it.
    command: 'until [ "$(wc -l < left)" = 5 ]; do sleep 0.05; done\n' +
      "while read -r p; do while [ -e /proc/$p ]; do sleep 0.05; done; done < left",
    dependencies: ["leave"],
    timeout: 10,
  },
);

testAsFirst("as process 1 of a container orch buries what jobs leave behind", true, async () => {
  await using project = newProject({ "w.yaml": ORPHANS });
  assertEquals(await asFirstProcess(project, "script"), 0);
  assertMatch(project.read("first"), /^tini -- deno run .*orch\.js run w\.yaml/);
});

const ASKED_TO_END = workflow(
  {
    id: "tidy",
    command: "trap 'echo done > tidied; exit 0' TERM; echo > up; while :; do sleep 0.05; done",
  },
  { id: "stubborn", command: "trap '' TERM; while :; do sleep 0.05; done" },
  { id: "end", command: "until [ -e up ]; do sleep 0.05; done; kill -TERM 1" },
);

for (const through of ["script", "itself"] as const) {
  const name = through === "script" ? "behind tini" : "by itself";
  testAsFirst(
    `as process 1, ${name}, orch stops cleanly on SIGTERM`,
    through === "script",
    async () => {
      await using project = newProject({ "w.yaml": ASKED_TO_END });
      assertEquals(await asFirstProcess(project, through), 143);
      assertEquals(project.read("tidied"), "done\n");
      const [run] = project.list(".orch/runs");
      assertMatch(project.read(`.orch/runs/${run}/journal.jsonl`), /run_finished/);
    },
  );
}
