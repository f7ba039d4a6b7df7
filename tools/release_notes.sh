#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version: release_notes.sh VERSION FILE. Fails where it says nothing.
set -euo pipefail
notes=$(awk -v version="$1" '/^## / { within = ($2 == version); next } within' "$2")
if [ -z "${notes//[[:space:]]/}" ]; then
  echo "error: $2 says nothing of $1" >&2
  exit 1
fi
printf '%s\n' "$notes" | sed '/./,$!d'
