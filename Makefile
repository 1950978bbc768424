# Targets that people need: demo, test. Everything else helps them along.
# PYTHON may name another interpreter, 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
GUI_STAMP := $(VENV)/.installed-gui
BENCH_STAMP := $(VENV)/.installed-bench
# How the tests are spread over processes: a file stays in one piece.
SPREAD = -n $(or $(WORKERS),$(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')) --dist loadfile --no-loadscope-reorder

.PHONY: help demo app test unit lab lint types contracts docs docs-fresh translations screenshots bench system-packages clean package smoke coverage vulnerabilities fuzz

help:
	@echo "make demo    audit the embedded internet and write a report to build/demo"
	@echo "make app     open the app"
	@echo "make test    lint, types, import contracts, docs freshness, all tests (with real daemons)"
	@echo "make unit    only the tests that need no daemons"
	@echo "make docs    write docs/checks and the JSON schemas anew"
	@echo "make translations  bring the catalogues up to date with the source"
	@echo "make screenshots   a picture of every page in every state, in build/screenshots"
	@echo "make package the app as a folder with everything in it, packed for Linux, in dist"
	@echo "make smoke   run that app and compare it with the source"
	@echo "make coverage    what of selfaudit and of the app the unit tests reach, in build/coverage"
	@echo "make vulnerabilities  known vulnerabilities of what is installed, where OSV can be reached"
	@echo "make fuzz    what every reader makes of hostile octets, for FUZZ_SECONDS=600 and the time to get ready"
	@echo "make bench   measurements, side by side with pydnsbl (not part of the tests)"
	@echo "make clean   remove the environment and everything built"

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: sudo apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(GUI_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,gui]'
	@touch $@

$(BENCH_STAMP): $(GUI_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

# The demo's world is broken on purpose, so "something failed" (1) is the right ending.
demo: $(STAMP)
	@$(BIN)/selfaudit demo --world broken --out build/demo; code=$$?; [ $$code -eq 1 ] || { echo "unexpected exit code $$code"; exit 1; }

# CASE=file.json opens a case file; DEMO=1 opens the guided tour of the demo, which keeps nothing.
app:
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ]; then \
		echo "There is no display here, so the app cannot open; make demo needs none."; exit 2; fi
	@$(MAKE) -s --no-print-directory $(GUI_STAMP)
	@$(BIN)/selfaudit $(if $(DEMO),demo --gui,gui $(CASE))

# The quick ones run beside each other. Tests wait a good deal for what they have started, so one more of them runs than there are cores.
test: $(GUI_STAMP)
	@$(MAKE) -s --no-print-directory -j 4 lint types contracts docs-fresh vulnerabilities system-packages
	$(BIN)/python -m pytest $(SPREAD)

unit: $(GUI_STAMP)
	$(BIN)/python -m pytest $(SPREAD) -m "not lab"

lab: $(GUI_STAMP) system-packages
	$(BIN)/python -m pytest -m lab

lint: $(GUI_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(GUI_STAMP)
	$(BIN)/python -m mypy

contracts: $(GUI_STAMP)
	$(BIN)/lint-imports --no-logo

docs: $(STAMP)
	$(BIN)/python -m selfaudit.report.docs docs/checks
	$(BIN)/python -m selfaudit.report.schemas resources/selfaudit_resources/schemas
	$(BIN)/python tools/man.py write

docs-fresh: $(STAMP)
	$(BIN)/python -m selfaudit.report.docs docs/checks --check
	$(BIN)/python -m selfaudit.report.schemas resources/selfaudit_resources/schemas --check
	$(BIN)/python tools/translations.py check
	$(BIN)/python tools/man.py check
	$(BIN)/python tools/icons.py check

translations: $(STAMP)
	$(BIN)/python tools/translations.py update

screenshots: $(GUI_STAMP)
	$(BIN)/python -m tests.ui.screenshots build/screenshots

# Real name servers for tests/lab, and a screen for tests/ui; the tests start them on loopback and end them.
system-packages: $(GUI_STAMP)
	@$(BIN)/python tests/packages.py --install

# The frozen app, its archives, sums and bill of material, in dist.
package: $(GUI_STAMP)
	$(BIN)/python packaging/build.py

# Runs what `make package` made once more, and compares it with the source that it was made from.
smoke: $(GUI_STAMP)
	$(BIN)/python packaging/smoke.py dist/selfaudit --python build/package/env/bin/python

# Lines and branches; TESTS names a part of them. The programs that tests start count, too.
coverage: $(GUI_STAMP)
	rm -rf build/coverage
	mkdir -p build/coverage
	@$(BIN)/python -m pytest $(TESTS) $(SPREAD) -m "not lab" -q \
		--cov --cov-report=html:build/coverage/html --cov-report= ; code=$$?; \
		$(BIN)/python -m coverage report > build/coverage/coverage.txt; grep ^TOTAL build/coverage/coverage.txt; exit $$code

# Silent where nothing is known; one line where the service cannot be reached.
vulnerabilities: $(GUI_STAMP)
	@$(BIN)/python tools/vulnerabilities.py

bench: $(BENCH_STAMP) system-packages
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/exposure.py
	$(BIN)/python tests/bench/consent.py
	$(BIN)/python tests/bench/report.py

# Keeps what it learns in build/fuzz/corpus. FUZZ_TARGETS="dns web-page" takes only those whose names begin so.
fuzz: $(GUI_STAMP)
	@[ -e $(VENV)/.tried-fuzz ] || { $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]' || \
		echo "atheris cannot be installed for this Python"; touch $(VENV)/.tried-fuzz; }
	$(BIN)/python -m tests.fuzz.run --seconds $(or $(FUZZ_SECONDS),600) $(FUZZ_TARGETS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
