/** What a file of the right shape is told of its values: E208, E209 and E302 to E310. */
import { checkConfig, checkJobs } from "../../support/mistakes.ts";

checkConfig("E304 refuses what is no expression", [
  [{ max_concurrent_jobs: "many" }, "E304 many syntax @ value max_concurrent_jobs"],
  [{ max_concurrent_jobs: "" }, "E304  syntax @ value max_concurrent_jobs"],
  [{ max_concurrent_jobs: "$(rm -rf /)" }, "E304 $(rm -rf /) syntax @ value max_concurrent_jobs"],
  [{ max_concurrent_jobs: "4 / 0" }, "E304 4 / 0 zero @ value max_concurrent_jobs"],
  [
    { max_concurrent_jobs: "4/($(nproc)-1)" },
    "E304 4/($(nproc)-1) zero @ value max_concurrent_jobs",
  ],
  [{ max_concurrent_jobs: "10001" }, "E304 10001 range @ value max_concurrent_jobs"],
  [{ max_concurrent_jobs: "$(nproc)*157" }, "E304 $(nproc)*157 range @ value max_concurrent_jobs"],
  [
    { max_concurrent_jobs: "1+".repeat(100) + "1" },
    `E304 ${"1+".repeat(100)}1 syntax @ value max_concurrent_jobs`,
  ],
]);
checkJobs("E305 refuses references that cannot be read", [
  [{ environment: { A: "${B" } }, "E305 unclosed ${B @ value environment/A"],
  [{ environment: { A: "x${}y" } }, "E305 name ${} @ value environment/A"],
  [{ environment: { A: "${B-x}" } }, "E305 name ${B-x} @ value environment/A"],
  [{ environment: { A: "$5 $$ $" } }],
  [{ job_type: "http", command: "http://x/${1}" }, "E305 name ${1} @ value command"],
  [
    { job_type: "http", command: "http://x/$A", http: { body: "${", headers: { H: "${x y}" } } },
    "E305 name ${x y} @ value http/headers/H",
    "E305 unclosed ${ @ value http/body",
  ],
]);
checkConfig("E305 and E309 look into the environment of all jobs", [
  [{ environment: { A: "${" } }, "E305 unclosed ${ @ value environment/A"],
  [{ environment: { "A-B": 1 } }, "E309 variable A-B @ key environment/A-B"],
]);
checkJobs("E309 refuses names that no variable or header can have", [
  [{ environment: { "": "x" } }, "E309 variable  @ key environment/"],
  [
    { environment: { "1A": "x", "A=B": "x", _ok: "x" } },
    "E309 variable 1A @ key environment/1A",
    "E309 variable A=B @ key environment/A=B",
  ],
  [
    {
      job_type: "http",
      command: "http://x",
      http: { headers: { "A B": "x", C: "1\r\nD: 2", "X-Y": "z" } },
    },
    "E309 header A B @ value http/headers/A B",
    "E309 header C @ value http/headers/C",
  ],
]);
checkJobs("E306 refuses what is no address of the web", [
  [{ job_type: "http", command: "example.com" }, "E306 example.com syntax @ value command"],
  [{ job_type: "http", command: "http://" }, "E306 http:// syntax @ value command"],
  [
    { job_type: "http", command: "file:///etc/passwd" },
    "E306 file:///etc/passwd scheme @ value command",
  ],
  [{ job_type: "http", command: "ftp://x" }, "E306 ftp://x scheme @ value command"],
  [{ job_type: "http", command: "httpx://y" }, "E306 httpx://y scheme @ value command"],
  [{ job_type: "http", command: "HTTPS://x" }],
  [{ job_type: "http", command: "${BASE}/x" }],
]);
checkJobs("E302 refuses methods that fetch does not send", [
  [
    { job_type: "http", command: "http://x", http: { method: "GTE" } },
    "E302 method GTE  @ value http/method",
  ],
  [
    { job_type: "http", command: "http://x", http: { method: "CONNECT" } },
    "E302 method CONNECT  @ value http/method",
  ],
  ...["get", "HEAD", "Post", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) =>
    [{ job_type: "http", command: "http://x", http: { method } }] as const
  ),
]);
checkJobs("E208 refuses job types there are not", [
  [{ job_type: "comand" }, "E208 comand command @ value job_type"],
  [{ job_type: "docker", image: undefined } as object, "E202 image job  @ key image"],
  [{ job_type: "docker" }, "E208 docker  @ value job_type"],
  [{ job_type: "" }, "E208   @ value job_type"],
]);
checkJobs("E209 refuses missing and unexpected keys of a type", [
  [{ job_type: "command" }, "E209 a command command missing @ value command"],
  [{ job_type: "python" }, "E209 a python command missing @ value command"],
  [{ job_type: "http" }, "E209 a http command missing @ value command"],
  [{ job_type: "script" }, "E209 a script script_path missing @ value script_path"],
  [{ script_path: "x.sh" }, "E209 a command script_path unexpected @ key script_path"],
  [{ http: {} }, "E209 a command http unexpected @ key http"],
  [
    { job_type: "script", command: "x" },
    "E209 a script script_path missing @ value script_path",
    "E209 a script command unexpected @ key command",
  ],
  [{ job_type: "python", command: "x", http: {} }, "E209 a python http unexpected @ key http"],
  [
    { job_type: "http", command: "http://x", script_path: "x" },
    "E209 a http script_path unexpected @ key script_path",
  ],
  [
    { job_type: "http", command: "http://x", leaves: false, processes: "shared" },
    "E209 a http leaves no_process @ key leaves",
    "E209 a http processes no_process @ key processes",
  ],
]);
checkJobs("E302 refuses words that 'processes' does not know", [
  [{ processes: "own" }],
  [{ processes: "shared", leaves: true }],
  [{ processes: "owned" }, "E302 processes owned own @ value processes"],
]);
checkJobs("E314 refuses to leave what ends with its job", [
  [{ processes: "own", leaves: true }, "E314 a job @ key leaves"],
  [{ processes: "own", leaves: false }],
  [{ leaves: true }],
]);
checkJobs("E310 refuses empty text", [
  [{ name: "" }, "E310 name @ value name"],
  [{ command: " \n" }, "E310 command @ value command"],
  [{ job_type: "script", script_path: "" }, "E310 script_path @ value script_path"],
  [{ working_directory: "" }, "E310 working_directory @ value working_directory"],
]);
