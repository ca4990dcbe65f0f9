# A fresh Debian machine with Python 3.11 and make needs nothing else: every target sets up what it uses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKED := --disable-pip-version-check --quiet --require-hashes --no-deps

.DEFAULT_GOAL := help
.PHONY: help demo test lint soak coverage bench locks clean

help: ## say what there is to make
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

$(VENV)/base: requirements/base.lock pyproject.toml
	@.ci/system python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install $(LOCKED) -r requirements/base.lock
	$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/servers: requirements/servers.lock tests/servers/package-lock.json
	@.ci/system browser
	@.ci/system servers
	$(PYTHON) -m venv $(VENV)/synapse
	$(VENV)/synapse/bin/pip install $(LOCKED) -r requirements/servers.lock
	npm ci --prefix tests/servers --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/dev: requirements/dev.lock $(VENV)/base $(VENV)/servers tests/brief/package-lock.json
	@.ci/system browser
	$(BIN)/pip install $(LOCKED) -r requirements/dev.lock
	npm ci --prefix tests/brief --ignore-scripts --no-audit --no-fund --silent
	@touch $@

demo: $(VENV)/base ## set everything up and run the main job on the bundled scenario: demo/brief/index.html
	rm -rf demo
	$(BIN)/actionday scenario demo/exports --size demo --seed 7
	$(BIN)/actionday run demo/exports --campaign demo/exports/day.toml --home demo/case.d --out demo/brief

lint: $(VENV)/dev ## ruff, mypy --strict, the import law
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint ## set everything up and pass all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

soak: $(VENV)/dev ## what takes longer: 300 kills of an import and of a sender, 10,000 looks and 100 days of casework under kills, ten minutes of damaged files
	$(BIN)/python -m pytest tests/observe/test_kill.py --kills 300 --timeout 7200
	$(BIN)/python -m pytest tests/stores/casebook/test_sending_kill.py --kills 300 --timeout 7200
	$(BIN)/python -m pytest tests/observe/test_probe.py -k kills --probes 10000
	$(BIN)/python -m pytest tests/stores/casebook/test_working_day.py --day-kills 100
	$(BIN)/python -m benchmarks.fuzz --minutes 10 --json benchmarks/results/fuzz.json

coverage: $(VENV)/dev ## 1,000 synthetic worlds for each estimand; writes benchmarks/results/coverage.json
	$(BIN)/python -m benchmarks.coverage_worlds

bench: $(VENV)/dev ## benchmarks against named peers; writes benchmarks/results/
	$(BIN)/pip install $(LOCKED) -r requirements/bench.lock
	$(BIN)/python -m benchmarks

locks: $(VENV)/dev ## compile requirements/*.lock again (needs the registry)
	$(BIN)/python requirements/compile.py

clean: ## remove what make made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
