#!/usr/bin/env bash
# The quiet command: format, lint, types, import contracts. Prints only what is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
PATH=$PWD/.venv/bin:$PATH
quiet() { # name, command...
  local name=$1 out; shift
  if ! out=$("$@" 2>&1); then printf '%s failed:\n%s\n' "$name" "$out"; failed=1; fi
}
quiet format .venv/bin/ruff format --check src tests bench tools
quiet lint .venv/bin/ruff check src tests bench tools
quiet types .venv/bin/mypy
quiet "types on Windows" .venv/bin/mypy --platform win32 -p beistand.host.platform
quiet "types on macOS" .venv/bin/mypy --platform darwin -p beistand.host.platform
quiet imports .venv/bin/lint-imports --no-cache
quiet "types of JavaScript" node tools/javascript/node_modules/typescript/bin/tsc -p tools/javascript
quiet "lint of JavaScript" node tools/javascript/node_modules/eslint/bin/eslint.js -c tools/javascript/eslint.config.js \
  --ignore-pattern '**/vendor/**' src/beistand/console tests/console
exit $failed
