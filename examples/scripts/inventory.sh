#!/usr/bin/env bash
# The script job of examples/job_types.yaml: how many example files there are.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
count=$(find . -maxdepth 1 -name '*.yaml' | wc -l)
echo "job $ORCH_JOB_ID found $((count)) example workflows in ${PWD##*/}/"
