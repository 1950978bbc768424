# Targets that people need: demo, test. Everything else helps them along.
# PYTHON may name another interpreter, 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-bench

.PHONY: help demo test unit lab lint types contracts docs docs-fresh bench lab-daemons clean

help:
	@echo "make demo    audit the embedded internet and write a report to build/demo"
	@echo "make test    lint, types, import contracts, docs freshness, all tests (with real daemons)"
	@echo "make unit    only the tests that need no daemons"
	@echo "make docs    write docs/checks and the JSON schemas anew"
	@echo "make bench   measurements, side by side with pydnsbl (not part of the tests)"
	@echo "make clean   remove the environment and everything built"

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: sudo apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(BENCH_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

# The demo's world is broken on purpose, so "something failed" (1) is the right ending.
demo: $(STAMP)
	@$(BIN)/selfaudit demo --world broken --out build/demo; code=$$?; [ $$code -eq 1 ] || { echo "unexpected exit code $$code"; exit 1; }

test: lint types contracts docs-fresh lab-daemons
	$(BIN)/python -m pytest

unit: $(STAMP)
	$(BIN)/python -m pytest -m "not lab"

lab: $(STAMP) lab-daemons
	$(BIN)/python -m pytest -m lab

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/python -m mypy

contracts: $(STAMP)
	$(BIN)/lint-imports --no-logo

docs: $(STAMP)
	$(BIN)/python -m selfaudit.report.docs docs/checks
	$(BIN)/python -m selfaudit.report.schemas resources/selfaudit_resources/schemas

docs-fresh: $(STAMP)
	$(BIN)/python -m selfaudit.report.docs docs/checks --check
	$(BIN)/python -m selfaudit.report.schemas resources/selfaudit_resources/schemas --check

# Real name servers for tests/lab. They are started by the tests on loopback addresses and ended by them.
lab-daemons: $(STAMP)
	@$(BIN)/python tests/lab/daemons.py --install

bench: $(BENCH_STAMP) lab-daemons
	$(BIN)/python tests/bench/bench.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
