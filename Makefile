# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Needs python3 (3.10 or later, with venv), git and make; every target sets up what else it needs.

PYTHON ?= python3
CHECK = $(PYTHON) tools/check.py

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint types units integration sanity docs-check package molecule docs browser release-check \
	matrix bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

venv: ## Make .venv: the newest ansible-core this machine can run, and this collection
	@$(PYTHON) tools/venvs.py newest

demo: venv ## See it work: pool orders go from pending to succeeded while a playbook waits
	@tools/demo

test: ## Run every check (what CI runs)
	@$(CHECK) all

lint: ## Formatting, lint, licences and house rules
	@$(CHECK) lint

types: ## mypy
	@$(CHECK) types

units: ## Unit tests, with coverage of the core, and the core on the oldest Python
	@$(CHECK) units

integration: ## Real Ansible runs against the simulator, on the newest and the oldest ansible-core
	@$(CHECK) integration

sanity: ## ansible-test sanity on the newest and the oldest ansible-core
	@$(CHECK) sanity

docs-check: ## Check plugin documentation and changelog fragments
	@$(CHECK) docs-check

package: ## Build the artifact and import it as Galaxy would
	@$(CHECK) package

molecule: ## Run the molecule scenarios of the roles, on this machine
	@$(CHECK) molecule

docs: ## Build the documentation site in build/site
	@$(CHECK) docs

browser: ## Open the report of orders in headless Chromium
	@$(CHECK) browser

release-check: ## Build the artifact, check what is in it, and run the demo from an installed copy
	@$(CHECK) release-check

matrix: ## Sanity, units and integration on every supported ansible-core (or CORES="2.18 2.20")
	@$(PYTHON) tools/matrix.py $(CORES)

bench: ## Measure speed against uri, the SDK and plain paging, into docs/benchmarks.md (QUICK=--quick: no page)
	@$(PYTHON) tools/bench.py $(QUICK)

clean: ## Remove everything that was made here
	rm -rf .ansible .cache .mypy_cache .pytest_cache .ruff_cache .venv .venvs build tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
