#!/usr/bin/env bash
# What the action does: find orch, run the workflow, and say how it ended as outputs of the step. The step
# ends as orch did. All it is told stands in its environment: see action.yml.
set -euo pipefail

fail() {
  echo "::error title=orch::$1"
  echo "status=refused" >>"$GITHUB_OUTPUT"
  exit 3
}

# Sets `orch` to the command that runs the sources which this action stands among. Nothing of the repository
# that is checked out here has a say in what that is.
use_sources() {
  orch=("$GITHUB_ACTION_PATH/../../../bin/orch")
  "${orch[@]}" --version >/dev/null || fail "orch needs deno 2.9.5 or newer, or npx, on this runner; or set the input version"
}

# Sets `orch` to a program of a release, once its checksum is the published one.
use_release() {
  local version=${1#v} system machine program address folder file wanted found
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "version: '$1' is no version such as 1.0.0"
  case ${RUNNER_ARCH:-} in X64) machine=x86_64 ;; ARM64) machine=aarch64 ;; *) fail "no program of orch for ${RUNNER_ARCH:-an unknown machine}" ;; esac
  case ${RUNNER_OS:-} in
    Linux) system=unknown-linux-gnu ;;
    macOS) system=apple-darwin ;;
    Windows) system=pc-windows-msvc.exe machine=x86_64 ;;
    *) fail "no program of orch for ${RUNNER_OS:-an unknown system}" ;;
  esac
  program=orch-$machine-$system
  address=${ORCH_RELEASES:-$GITHUB_SERVER_URL/$ORCH_REPOSITORY/releases/download}/v$version
  folder=$(mktemp -d "$RUNNER_TEMP/orch-XXXXXX")
  for file in SHA256SUMS "$program"; do
    curl -fsSL --retry 3 -o "$folder/$file" "$address/$file" || fail "cannot download $address/$file"
  done
  wanted=$(awk -v name="$program" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
  found=$({ sha256sum "$folder/$program" 2>/dev/null || shasum -a 256 "$folder/$program"; } | cut -d ' ' -f 1)
  if [ -z "$wanted" ] || [ "$wanted" != "$found" ]; then
    fail "$program of $version is not what its checksum says: not run"
  fi
  chmod +x "$folder/$program"
  orch=("$folder/$program")
}

# Sets `args` to the arguments of the input: see action.yml.
read_args() {
  args=()
  local line
  if [[ $1 == *$'\n'* ]]; then
    while IFS= read -r line || [ -n "$line" ]; do
      [ -z "$line" ] || args+=("$line")
    done <<<"$1"
  else
    read -r -a args <<<"$1" || true
  fi
}

command -v jq >/dev/null || fail "the action needs jq on this runner"
[ -n "${INPUT_WORKFLOW:-}" ] || fail "the input workflow is missing"
if [ -n "${INPUT_VERSION:-}" ]; then use_release "$INPUT_VERSION"; else use_sources; fi
read_args "${INPUT_ARGS:-}"
results=$(mktemp -d "$RUNNER_TEMP/orch-results-XXXXXX")/results.json

code=0
env -u INPUT_WORKFLOW -u INPUT_ARGS -u INPUT_VERSION -u ORCH_REPOSITORY \
  "${orch[@]}" run --output "$results" ${args[@]+"${args[@]}"} -- "$INPUT_WORKFLOW" </dev/null || code=$?

if [ -f "$results" ]; then
  jq -r '"status=\(.status)", "run-id=\(.execution_id)",
    "failed-jobs=\([.jobs[] | select(.status == "failed") | .id] | join(","))"' "$results" >>"$GITHUB_OUTPUT"
  echo "results-file=$results" >>"$GITHUB_OUTPUT"
else
  # Without results nothing was started, unless orch itself could not go on.
  case $code in 0) status=completed ;; 2) status=refused ;; *) status=failed ;; esac
  echo "status=$status" >>"$GITHUB_OUTPUT"
fi
exit "$code"
