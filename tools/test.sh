#!/usr/bin/env bash
# The whole suite. A test that plays other programs (marked screen, browser or wine) and fails is played once more, alone,
# and named as SHAKY if it passes then: its first failure stands above and wants mending. No other test gets a second chance,
# and more than three failures are no chance.
set -uo pipefail
cd "$(dirname "$0")/.."
failed() { .venv/bin/python -m pytest --last-failed --last-failed-no-failures none --collect-only "$@" | grep '::'; }
.venv/bin/python -m pytest "$@"
code=$?
[ $code = 1 ] || exit $code
all=$(failed)
[ -n "$all" ] && [ "$(wc -l <<<"$all")" -le 3 ] && [ "$all" = "$(failed -m 'screen or browser or wine')" ] || exit 1
printf '\nPlayed once more, alone:\n%s\n' "$all"
.venv/bin/python -m pytest --last-failed --last-failed-no-failures none || exit 1
printf '\nSHAKY (failed above, passed alone; look at the first failure):\n%s\n' "$all"
