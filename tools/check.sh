#!/usr/bin/env bash
# The quiet command: format, lint, types, import contracts. Prints only what is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
quiet() { # name, command...
  local name=$1 out; shift
  if ! out=$("$@" 2>&1); then printf '%s failed:\n%s\n' "$name" "$out"; failed=1; fi
}
quiet format .venv/bin/ruff format --check src tests bench tools
quiet lint .venv/bin/ruff check src tests bench tools
quiet types .venv/bin/mypy
quiet imports .venv/bin/lint-imports --no-cache
exit $failed
