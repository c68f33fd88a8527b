# Two commands do everything: `make run` shows the product, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
PY := .venv/bin/python
UV ?= uv

.PHONY: help run demo-check setup test nightly check lock sbom

help:
	@echo "make run     the product on this machine: server, console and a demo customer's desktop (Ctrl+C ends it)"
	@echo "make setup   install what the project needs into .venv (asks apt for missing Debian packages)"
	@echo "make demo-check  plays the whole chain headless and prints each stage with its figure"
	@echo "make check   format, lint, types, import contracts: prints only what is wrong"
	@echo "make test    everything CI runs: check and the tests of both languages (a shaky play is named at the end)"
	@echo "make sbom    writes sbom.json (CycloneDX): every locked package with version and hashes; needs no network"
	@echo "make nightly many more hostile bytes against every reader, with new seeds (minutes)"
	@echo "make lock    renew requirements/dev.lock from pyproject.toml (needs uv)"

run:
	@bash tools/setup.sh run
	@exec .venv/bin/beistand demo

demo-check: setup
	@$(PY) -m beistand.cli demo --check

setup:
	@bash tools/setup.sh test

check:
	@bash tools/check.sh

test: setup
	@bash tools/check.sh
	@bash tools/test.sh

nightly: setup
	@$(PY) -m pytest --timeout=1800 tests/fuzz --fuzz-examples=20000

lock:
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --extra host --extra dev pyproject.toml -o requirements/dev.lock

sbom:
	@$(PY) -W ignore -m cyclonedx_py requirements requirements/dev.lock --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.json
