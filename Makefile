# The workflow of Tidings, as commands that run. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install demo demo-ui run test lint bench attacks faults mutations quality ablation lessons clean

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

.venv/.runtime: pyproject.toml constraints.txt
	@echo "Installing Tidings into .venv (a few minutes: torch is large) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tidings needs Python 3.11 or newer; name one: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(PIP) torch==2.13.0
	@$(PIP) -e .
	@touch $@

.venv/.dev: .venv/.runtime
	@$(PIP) -e '.[dev]'
	@touch $@

install: .venv/.runtime ## Install into .venv, nothing else

# PORT=8801 puts the newsroom elsewhere; articles keep their addresses on the same port only.
demo: .venv/.runtime ## Two months of news, replayed through Prefect over HTTP to a local Slack
	@$(BIN)/python -m flows.demo $(if $(PORT),--port $(PORT))

demo-ui: .venv/.runtime ## The demo's runs in the Prefect UI, http://127.0.0.1:4200
	@$(BIN)/python -m flows.demo --ui

run: .venv/.runtime ## Watch what watch.yaml names: Prefect server, schedules, everything
	@$(BIN)/python -m flows

# A Chromium for the tests of the report, where the machine has none.
.venv/.browser: .venv/.dev
	@$(BIN)/python -m tests.support.browser
	@touch $@

test: .venv/.dev .venv/.browser ## All checks and tests, as CI runs them
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: .venv/.dev ## Style, types, and the rules between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.dev ## Benchmarks, as ratios against a baseline in the same run; writes docs/benchmarks.md
	@$(BIN)/python -m benchmarks.table
	@$(BIN)/python -m benchmarks.tick
	@$(BIN)/python -m benchmarks.extraction
	@$(BIN)/python -m benchmarks.report

faults: .venv/.dev ## Kill, fail and race delivery thousands of times; writes docs/faults.md (an hour)
	@$(BIN)/python -m benchmarks.faults --write

# COUNT=200 tries fewer, SEED=2 others.
mutations: .venv/.dev ## 20,000 damaged feeds and pages through the sandboxed parsers
	@nice -n 15 $(BIN)/python -m benchmarks.mutations --write $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

attacks: .venv/.dev ## Try every attack on the fetcher and write docs/attacks.md
	@$(BIN)/python -m tests.support.attack_report

quality: .venv/.dev ## Score every labelled stream, against the floors; writes docs/quality.md
	@$(BIN)/python -m benchmarks.quality --write

ablation: .venv/.dev ## What each part of deciding is worth; writes docs/ablation.md (half an hour)
	@$(BIN)/python -m benchmarks.ablation --write

lessons: .venv/.dev ## What learning from answers is worth; writes docs/lessons.md
	@$(BIN)/python -m benchmarks.lessons --write

clean: ## Remove the environment and what runs left behind
	rm -rf .venv var build *.egg-info
