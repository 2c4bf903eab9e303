# `make` lists what there is to do. Everything lives in .venv, .demo and .troth inside this checkout.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
SITE ?= infortrend
PORT ?= 8000

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CATALOGUES := $(shell find src -name '*.po')
TEST = $(BIN)/python -m pytest -n 4 --dist worksteal
LINTED := .troth/lint

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup  ## serve an example site at http://127.0.0.1:8000 (SITE=infortrend or synology-2006, PORT=8000)
	@test -d examples/$(SITE) || { echo "There is no example $(SITE); there are: $$(ls examples | xargs)"; exit 1; }
	@test -f $(DEMO)/troth.toml || { echo "Founding the site in $(DEMO) ..." && rm -rf $(DEMO).new && \
	  $(BIN)/troth init $(DEMO).new --from examples/$(SITE) --url $(URL) >/dev/null && \
	  $(BIN)/troth publish $(DEMO).new/statement.yaml --effective today --data $(DEMO).new && \
	  mv $(DEMO).new $(DEMO); }
	@echo "Open in a browser; Ctrl-C ends it, and the data stay in $(DEMO):"
	@echo "  $(URL)/                  the site"
	@echo "  $(URL)/collect/          every point where it asks for information"
	@echo "  $(URL)/privacy/          its privacy statement"
	@echo "  $(URL)/me/               what it holds of a person, for that person"
	@echo "  $(URL)/mails/            the letters it would send"
	@echo "  $(URL)/log/checkpoint    its ledger; verify it: $(BIN)/troth verify --url $(URL)"
	@exec $(BIN)/troth serve --data $(DEMO) --port $(PORT)

URL = http://127.0.0.1:$(PORT)
# A site's ledger is bound to its address, so that another port is another site.
DEMO = .demo/$(SITE)$(if $(filter-out 8000,$(PORT)),-$(PORT))

.PHONY: test
test: setup-test  ## run every test on SQLite, and what touches the store again on PostgreSQL
	$(TEST)
	$(TEST) -m database --database postgresql

.PHONY: test-clickhouse
test-clickhouse: .venv/clickhouse.stamp  ## run the SQL for ClickHouse on its real engine (half a gigabyte to install)
	$(BIN)/python -m pytest -q tests_clickhouse

.PHONY: soak
soak: setup-test  ## kill a busy site a thousand times on each database, and look each time whether all is there
	$(TEST) tests/faults -k killed --rounds 1000
	$(TEST) tests/faults -k killed --rounds 1000 --database postgresql

.PHONY: lint
lint: .venv/dev.stamp $(LINTED)/troth.toml  ## style, types, floors, templates, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	TROTH_DATA=$(LINTED) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint src --check --quiet
	$(BIN)/djlint src --lint
	TROTH_DATA=$(LINTED) $(DJANGO) makemigrations --check --dry-run
	TROTH_DATA=$(LINTED) $(DJANGO) check --deploy --fail-level WARNING
	$(BIN)/python -m pytest -q tests/arch

DJANGO = DJANGO_SETTINGS_MODULE=troth.entry.settings $(BIN)/python -W error -m django

$(LINTED)/troth.toml: .venv/troth.stamp
	rm -rf $(LINTED)
	$(BIN)/troth init $(LINTED) --url https://example.org >/dev/null

.PHONY: bench
bench: setup-test  ## measure, and print the table that docs/benchmarks.md holds
	$(BIN)/python -m bench

.PHONY: setup
setup: .venv/troth.stamp  ## make .venv with everything that troth needs to run

.PHONY: setup-test
setup-test: .venv/dev.stamp .venv/chromium.stamp  ## the same, with everything that the tests need

.PHONY: lock
lock: .venv/dev.stamp  ## write the requirement files anew from pyproject.toml
	$(PIP) install uv
	$(LOCK) --group build --group test --group bench --group lint -o requirements-dev.txt
	$(LOCK) --group build -c requirements-dev.txt -o requirements.txt
	$(LOCK) --group clickhouse -c requirements-dev.txt -o requirements-clickhouse.txt

LOCK = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --python-version 3.11 --universal \
  --generate-hashes --no-header --no-annotate

.PHONY: clean
clean:  ## remove the environment, the demo's data and all caches
	rm -rf .venv .demo .troth build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.mo' -delete

.venv/bin/python:
	@.ci/python $(PYTHON)

.venv/requirements.stamp: .venv/bin/python requirements.txt
	@echo "Installing what troth needs into .venv ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/troth.stamp: .venv/requirements.stamp pyproject.toml hatch_build.py $(CATALOGUES)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/troth.stamp requirements-dev.txt
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

.venv/clickhouse.stamp: .venv/dev.stamp requirements-clickhouse.txt
	@echo "Installing ClickHouse's engine into .venv ..."
	@$(PIP) install --require-hashes -r requirements-clickhouse.txt
	@touch $@

.venv/chromium.stamp: .venv/dev.stamp
	@.ci/chromium
	@touch $@
