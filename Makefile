# Two commands do everything: `make run` shows the product, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
PY := .venv/bin/python
UV ?= uv

.PHONY: help setup test check lock

help:
	@echo "make setup   install what the project needs into .venv (asks apt for missing Debian packages)"
	@echo "make check   format, lint, types, import contracts: prints only what is wrong"
	@echo "make test    everything CI runs: check and the tests of both languages"
	@echo "make lock    renew requirements/dev.lock from pyproject.toml (needs uv)"

setup:
	@bash tools/setup.sh test

check:
	@bash tools/check.sh

test: setup
	@bash tools/check.sh
	@$(PY) -m pytest

lock:
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --extra host --extra dev pyproject.toml -o requirements/dev.lock
