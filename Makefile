# earstead: `make help` lists what there is. Every target works in a fresh clone and does again only what changed.

PYTHON ?= python3
DATA ?= $(or $(EARSTEAD_DATA),data)
DEMO_DATA ?= demo-data
PORT ?= $(or $(EARSTEAD_PORT),3277)
HOST ?= $(or $(EARSTEAD_HOST),127.0.0.1)
# What costs a moment. Not parquet: its one package is larger than all others together.
EXTRAS ?= sandbox,podcast
PYTEST_ARGS ?= -n auto --dist loadfile

BIN := .venv/bin
INPUTS := pyproject.toml constraints.txt scripts/setup src/earstead/__init__.py

.DEFAULT_GOAL := help
.PHONY: help setup dev tools run test lint format check bench dist clean

help: ## what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.setup ## a working .venv/bin/earstead

.venv/.setup: $(INPUTS) Makefile
	@PYTHON="$(PYTHON)" scripts/setup $(EXTRAS)
	@touch $@

dev: .venv/.dev

.venv/.dev: $(INPUTS)
	@PYTHON="$(PYTHON)" scripts/setup postgres,parquet,dev
	@touch .venv/.setup $@

tools: ## Chromium, PostgreSQL and axe-core, for the tests that need them
	@scripts/tools

run: setup ## start the server; DEMO=1 opens on a demo history
ifeq ($(DEMO),1)
	@mkdir -p -m 700 $(DEMO_DATA)
	@test -e $(DEMO_DATA)/.about || { $(BIN)/earstead demo --data $(DEMO_DATA) >$(DEMO_DATA)/.about.new && \
	  mv $(DEMO_DATA)/.about.new $(DEMO_DATA)/.about; }
	@cat $(DEMO_DATA)/.about
	@exec $(BIN)/earstead serve --data $(DEMO_DATA) --host "$(HOST)" --port "$(PORT)"
else
	@exec $(BIN)/earstead serve --data "$(DATA)" --host "$(HOST)" --port "$(PORT)"
endif

test: dev tools ## all tests; what cannot run here is skipped and listed
	@$(BIN)/python -m pytest -rs $(PYTEST_ARGS)

lint: dev ## format, lint, strict types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: dev ## rewrite to the house's format, mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: lint test ## lint, then test

bench: dev ## measure what docs/architecture.md promises
	@$(BIN)/python -m bench

dist: dev ## wheel and sdist, in dist/
	@PIP_CONSTRAINT="$(CURDIR)/constraints.txt" $(BIN)/python -m build --outdir dist .

clean: ## remove what was made here; data directories stay
	@rm -rf .venv .tools dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
