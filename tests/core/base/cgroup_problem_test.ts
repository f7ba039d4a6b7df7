/** What is in the way of control groups and of their controllers, on machines of every kind. */
import { type ControlFacts, controlLacks } from "../../../lib/core/base/cgroup_problem.ts";
import { assertEquals } from "../../support/assert.ts";

/** A machine on which the kernel holds jobs. */
const GOOD: ControlFacts = {
  isLinux: true,
  hasShell: true,
  isPermitted: true,
  ownGroups: "0::/user.slice/run.scope\n",
  known: "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t90\t1\npids\t0\t90\t1\n",
  kernel: "6.1.0-13-amd64",
  group: { isReadOnly: false, isWritable: true, offered: "cpuset cpu io memory pids", others: "" },
  held: new Set(["memory", "cpu", "pids"]),
};
const HYBRID = "9:name=systemd:/\n8:pids:/\n4:memory:/x\n2:cpu,cpuacct:/\n0::/\n";
const NONE: ReadonlySet<never> = new Set();

/** What is different, and what that keeps from orch. */
const MACHINES: readonly {
  readonly name: string;
  readonly facts: Partial<ControlFacts>;
  readonly group?: Partial<NonNullable<ControlFacts["group"]>>;
  readonly lacks: readonly string[];
}[] = [
  { name: "all that is needed", facts: {}, lacks: [] },
  { name: "macOS", facts: { isLinux: false, group: null, held: null }, lacks: ["not_linux"] },
  { name: "no shell", facts: { hasShell: false, group: null, held: null }, lacks: ["no_shell"] },
  {
    name: "no permission of Deno",
    facts: { isPermitted: false, held: null },
    group: { others: null },
    lacks: ["not_permitted"],
  },
  {
    name: "no permission, and version 1",
    facts: { isPermitted: false, held: null, ownGroups: HYBRID },
    lacks: ["not_permitted", "version_1 memory cpu pids"],
  },
  {
    name: "no permission, and a part handed down",
    facts: { isPermitted: false, held: null },
    group: { offered: "memory pids\n" },
    lacks: ["not_permitted", "not_delegated cpu"],
  },
  {
    name: "version 1 alone",
    facts: { group: null, held: null, ownGroups: HYBRID.replace("0::/\n", "") },
    lacks: ["not_mounted", "version_1 memory cpu pids"],
  },
  {
    name: "version 1 with the controllers, 2 without",
    facts: { held: NONE, ownGroups: HYBRID },
    group: { offered: "hugetlb" },
    lacks: ["version_1 memory cpu pids"],
  },
  {
    name: "a part in version 1",
    facts: { held: new Set(["cpu", "pids"]), ownGroups: "4:memory:/x\n0::/\n" },
    lacks: ["version_1 memory"],
  },
  {
    name: "a controller whose name is a part of another's",
    facts: { held: NONE, ownGroups: "4:cpuacct:/x\n3:cpuset:/\n0::/\n" },
    group: { others: "7" },
    lacks: ["shared memory cpu pids"],
  },
  {
    name: "a container",
    facts: { held: null },
    group: { isReadOnly: true, isWritable: false },
    lacks: ["read_only"],
  },
  {
    name: "a user without a group of their own",
    facts: { held: null },
    group: { isWritable: false, offered: "" },
    lacks: ["not_writable"],
  },
  { name: "Linux 5.13", facts: { held: null, kernel: "5.13.19" }, lacks: ["old_kernel"] },
  { name: "Linux 4.19", facts: { held: null, kernel: "4.19.0" }, lacks: ["old_kernel"] },
  { name: "Linux 5.14, refusing", facts: { held: null, kernel: "5.14.0" }, lacks: ["refused"] },
  { name: "an unknown kernel, refusing", facts: { held: null, kernel: "" }, lacks: ["refused"] },
  {
    name: "others in the group of orch",
    facts: { held: NONE },
    group: { others: "1\n2" },
    lacks: ["shared memory cpu pids"],
  },
  {
    name: "orch alone, and a kernel that refuses one of them",
    facts: { held: new Set(["memory", "pids"]) },
    lacks: ["refused cpu"],
  },
  {
    name: "memory switched off, cpu not handed down, others in the group",
    facts: { held: NONE, known: "memory\t0\t90\t0\npids\t0\t90\t1\n" },
    group: { offered: "pids", others: "1" },
    lacks: ["disabled memory", "not_delegated cpu", "shared pids"],
  },
];

for (const { name, facts, group, lacks } of MACHINES) {
  Deno.test(`controlLacks: ${name}`, () => {
    const found = facts.group === null ? null : { ...GOOD.group!, ...group };
    const machine = { ...GOOD, ...facts, group: found };
    const said = controlLacks(machine).map(({ cause, controllers }) =>
      [cause, ...controllers].join(" ")
    );
    assertEquals(said, lacks);
  });
}
