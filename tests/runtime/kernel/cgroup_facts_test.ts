/** How the group that orch is in is found, and that looking without permission finds the same. */
import { groupAt } from "../../../lib/runtime/kernel/cgroup.ts";
import { isReadOnly } from "../../../lib/runtime/kernel/cgroup_facts.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { newProject } from "../../support/cli.ts";
import { ENTRY } from "../../support/under_test.ts";

/** Lines of mountinfo and of /proc/self/cgroup, the folder of the group, and whether it is read-only. */
const PLACES: readonly (readonly [
  name: string,
  mount: string,
  group: string,
  path: string | null,
  readOnly: boolean,
])[] = [
  [
    "a session",
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw",
    "0::/a.slice/b",
    "/sys/fs/cgroup/a.slice/b",
    false,
  ],
  [
    "the root",
    "29 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup rw",
    "0::/",
    "/sys/fs/cgroup",
    false,
  ],
  [
    "a hybrid",
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    "4:memory:/x\n0::/y",
    "/sys/fs/cgroup/unified/y",
    false,
  ],
  [
    "a container",
    "9 8 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw",
    "0::/",
    "/sys/fs/cgroup",
    true,
  ],
  [
    "a container that sees its part",
    "9 8 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw",
    "0::/docker/ab",
    "/sys/fs/cgroup",
    false,
  ],
  [
    "below such a part",
    "9 8 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw",
    "0::/docker/ab/c",
    "/sys/fs/cgroup/c",
    false,
  ],
  [
    "beside such a part",
    "9 8 0:26 /docker/ab /m rw - cgroup2 cgroup rw",
    "0::/docker/abc",
    "/m/docker/abc",
    false,
  ],
  [
    "a file system that is read-only",
    "9 8 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup ro",
    "0::/",
    "/sys/fs/cgroup",
    true,
  ],
  [
    "version 1 alone",
    "31 26 0:29 / /sys/fs/cgroup/pids ro - cgroup cgroup ro,pids",
    "8:pids:/",
    null,
    false,
  ],
  ["no mount", "", "0::/", null, false],
  ["nothing known", "", "", null, false],
];

Deno.test("the folder of the group that orch is in is found where the kernel says", () => {
  const root = "22 1 8:1 / / ro,relatime - ext4 /dev/sda1 ro";
  for (const [name, mount, group, path, readOnly] of PLACES) {
    const mounts = `${root}\n${mount}\n22 1 8:1 / /home ro - ext4 /dev/sda2 ro\n`;
    assertEquals([groupAt(mounts, `${group}\n`), isReadOnly(mounts)], [path, readOnly], name);
  }
});

Deno.test("orch doctor says without permission what is behind the permission", async () => {
  if (Deno.build.os !== "linux") return;
  await using project = newProject();
  const causes = async (...permissions: readonly string[]) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...permissions, `${ENTRY}`, "doctor", "--json"],
      cwd: project.folder,
    }).output();
    const { findings } = JSON.parse(new TextDecoder().decode(stdout)) as {
      findings: { topic: string; value: string; controllers?: string[] }[];
    };
    return findings.filter(({ topic }) => topic === "control_groups")
      .map(({ value, controllers }) => [value, ...controllers!].join(" "));
  };
  const permitted = await causes("--allow-all");
  const refused = await causes("--allow-read", "--allow-env", "--allow-run");
  // Who shares a group with orch can only be seen with permission.
  const alike = permitted.filter((cause) => !/^(shared|refused)/.test(cause));
  const inTheWay = refused.filter((cause) => cause !== "not_permitted");
  assertEquals(inTheWay, alike);
  assert(refused.length > alike.length || !refused.includes("not_permitted"));
  assert(!permitted.includes("not_permitted"));
});
