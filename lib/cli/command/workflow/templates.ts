/** The workflows that `orch create` writes: each runs as it is, on any machine with a shell. */

import type { Template } from "../../../core/base/choices.ts";

/** The YAML text of a template. `name` is quoted here. */
export function templateText(template: Template, name: string): string {
  return `${HEADS[template]}name: ${JSON.stringify(name)}\nversion: "1.0.0"\n${BODIES[template]}`;
}

const HEADS: Readonly<Record<Template, string>> = {
  ci: "# A pipeline: build, then checks side by side, then a package. Put your own commands in.\n",
  data: "# A data job: fetch, clean in parallel, join. Put your own commands in.\n",
  http:
    "# Requests to a service, with retries. API_URL says where: API_URL=http://localhost:8080 orch run …\n",
  minimal: "# Two jobs, the second after the first.\n",
};

const BODIES: Readonly<Record<Template, string>> = {
  minimal: `
jobs:
  - id: hello
    command: echo "hello from $ORCH_JOB_ID"

  - id: world
    command: echo "and after it, world"
    dependencies: [hello]
`,
  ci: `description: "Build, check, package"

global_config:
  max_concurrent_jobs: $(nproc)
  timeout: 600
  environment:
    CI: "true"

jobs:
  - id: setup
    command: echo "installing dependencies" && sleep 0.2
    tags: [setup]

  - id: build
    command: echo "building" && sleep 0.4
    dependencies: [setup]
    tags: [build]

  - id: lint
    command: echo "linting" && sleep 0.2
    dependencies: [setup]
    tags: [check]

  - id: test
    command: echo "testing" && sleep 0.4
    dependencies: [build]
    timeout: 300
    retry_config:
      max_attempts: 2
      initial_delay: 1
    tags: [check]

  - id: package
    command: echo "packaging"
    dependencies: [build, lint, test]
    tags: [build]
`,
  data: `description: "Fetch, clean in parallel, join"

global_config:
  max_concurrent_jobs: $(($(nproc) * 2))
  max_retries: 2

jobs:
  - id: fetch
    command: mkdir -p data && seq 1 100 > data/raw.txt
    tags: [fetch]

  - id: clean_even
    command: awk '$1 % 2 == 0' data/raw.txt > data/even.txt
    dependencies: [fetch]
    resource_limits: {max_memory_mb: 256}
    tags: [clean]

  - id: clean_odd
    command: awk '$1 % 2 == 1' data/raw.txt > data/odd.txt
    dependencies: [fetch]
    resource_limits: {max_memory_mb: 256}
    tags: [clean]

  - id: join
    command: |
      cat data/even.txt data/odd.txt | sort -n > data/joined.txt
      wc -l < data/joined.txt
    dependencies: [clean_even, clean_odd]
    tags: [join]
`,
  http: `description: "Check a service, then use it"

jobs:
  - id: health
    job_type: http
    command: "\${API_URL:-https://example.com}/"
    timeout: 30
    retry_config:
      max_attempts: 3
      initial_delay: 0.5
    tags: [check]

  - id: report
    job_type: http
    command: "\${API_URL:-https://example.com}/"
    http:
      method: GET
      headers:
        Accept: "text/html, application/json"
      expect_status: [200, 204]
    dependencies: [health]
`,
};
