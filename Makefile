# Every target does its own set-up: a clean machine needs Python 3.11 or newer, make and a package registry.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	if command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
WORKERS ?= 2
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/tests/*')
APP := src/chandlery/static/index.html
EXAMPLE := examples/react/dist/index.html

.PHONY: help setup run demo web packages app-if-possible test nightly lint fmt bench bench-50m lock build clean docs

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Chandlery needs Python 3.11 or newer, and none was found on PATH: install one, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/pyvenv.cfg requirements/runtime.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements/build.lock -r requirements/runtime.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.lock
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

# Where no Node is new enough, one comes from the package registry, into .venv alone.
$(VENV)/.node: $(VENV)/pyvenv.cfg requirements/node.lock
	@$(BIN)/python scripts/web.py has-node 2>/dev/null || $(PIP) install --require-hashes -r requirements/node.lock
	@touch $@

$(APP): $(WEB_SOURCES) scripts/web.py | $(VENV)/.node
	$(BIN)/python scripts/web.py build
	@touch $@

$(EXAMPLE): $(APP) $(shell find examples/react -type f -not -path '*/node_modules/*' -not -path '*/dist/*')
	$(BIN)/python scripts/web.py example
	@touch $@

web: $(APP) ## build the web app into src/chandlery/static

packages: | $(VENV)/.node ## build what is published on npm into web/packages/*/dist: modules, types, one script
	$(BIN)/python scripts/web.py packages

# The server is of use without its app: where that cannot be built, the page says what to do.
app-if-possible: $(VENV)/.runtime
	@$(MAKE) --no-print-directory $(APP) || echo "the web app could not be built (see above); the server runs without it"

setup: $(VENV)/.dev ## make the virtual environment in .venv and install the locked dependencies

run: app-if-possible ## start the demo: generated trades, live candles, offline
	$(BIN)/chandlery demo

demo: run

test: $(VENV)/.dev $(APP) $(EXAMPLE) ## run the test suite (no network, no services)
	$(BIN)/python scripts/web.py test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

nightly: $(VENV)/.dev $(APP) $(EXAMPLE) ## run the slow forms too: hundreds of kills, long properties
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m nightly $(ARGS)

lint: $(VENV)/.dev $(VENV)/.node ## ruff, mypy, import contracts, spelling; biome and tsc
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python scripts/web.py check

fmt: $(VENV)/.dev $(VENV)/.node ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python scripts/web.py format

bench: $(VENV)/.dev $(APP) ## measure against hand-written baselines, into benchmarks/results/
	$(BIN)/python -m benchmarks $(ARGS)

bench-50m: $(VENV)/.dev ## the 50 million trades table of docs/performance.md
	$(BIN)/python -m benchmarks.fifty_million $(ARGS)

docs: $(VENV)/.dev ## write the generated parts of docs/ again
	$(BIN)/python -m scripts.docs

lock: $(VENV)/pyvenv.cfg ## resolve the dependencies again into requirements/*.lock
	$(PIP) install uv
	scripts/lock

build: $(VENV)/.dev $(VENV)/.node ## build the wheel and the source archive into dist/
	$(BIN)/hatchling build

clean: ## remove what the targets made
	rm -rf $(VENV) dist build src/chandlery/static web/node_modules web/packages/*/dist examples/react/node_modules examples/react/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
