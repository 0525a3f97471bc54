# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Needs python3 (3.10 or later, with venv), git and make; every target sets up what else it needs.

PYTHON ?= python3
JOBS ?= 4
# The ansible-core lines, for `make matrix`.
CORES ?= 2.16 2.18 2.19 2.20 2.21 2.22
REPORT = build/logs/report.json
# Sessions side by side (more than a small machine has cores, for they wait now and then), the output of each as it ends,
# and what all of it adds up to.
NOX = .cache/nox/bin/python -m nox
RUN = @mkdir -p build/logs && rm -f build/logs/* && \
	{ $(NOX) --parallel $(JOBS) --report $(REPORT) -s $(1) || status=1; } && \
	.cache/nox/bin/python tools/totals.py $(REPORT) && exit $${status:-0}

CHECKS = lint types extra-checks license-check
UNITS = units units-target units-core-2.16 units-core-2.22 endurance
INTEGRATION = integration integration-core-2.16 documents faults integration-core-2.22
SANITY = sanity-core-2.16 sanity-core-2.21
DOCS = docs-check changelog
ALL = $(INTEGRATION) $(UNITS) $(SANITY) $(CHECKS) $(DOCS) package release-check docs molecule browser
# What takes longest begins first: else all would wait for it at the end.
LONGEST = integration units

.DEFAULT_GOAL := help
.PHONY: help venv venvs demo test lint types units integration sanity docs-check package molecule docs browser \
	release-check matrix bench options lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.cache/nox/made: requirements/nox.txt
	@$(PYTHON) -m venv --clear .cache/nox
	@.cache/nox/bin/python -m pip install -qq --disable-pip-version-check -r $<
	@touch $@

venv: .cache/nox/made ## Make .venv: the newest ansible-core this machine can run, all tools, and this collection
	@$(NOX) -s venv-dev

venvs: .cache/nox/made ## Make the environments of the other checks, too: .venvs/core-2.16, .venvs/target-3.9 and so on
	@$(NOX) -s venv-dev venv-target-3.9 venv-eda venv-core-2.16 venv-core-2.22

demo: venv ## See it work: pool orders go from pending to succeeded while a playbook waits
	@tools/demo

test: .cache/nox/made ## Run every check (what CI runs)
	$(call RUN,$(LONGEST) $(filter-out $(LONGEST),$(ALL)))

lint: .cache/nox/made ## Formatting, lint, licences, and what only a collection can do wrong
	$(call RUN,lint extra-checks license-check)

types: .cache/nox/made ## mypy
	$(call RUN,types)

units: .cache/nox/made ## Unit tests, with coverage of the core, and the core on the oldest Python
	$(call RUN,$(UNITS))

integration: .cache/nox/made ## Real Ansible runs against the simulator, on the newest and the oldest ansible-core
	$(call RUN,$(INTEGRATION))

sanity: .cache/nox/made ## ansible-test sanity on the newest and the oldest ansible-core
	$(call RUN,$(SANITY))

docs-check: .cache/nox/made ## Check plugin documentation and changelog fragments
	$(call RUN,$(DOCS))

package: .cache/nox/made ## Build the artifact and import it as Galaxy would
	$(call RUN,package)

molecule: .cache/nox/made ## Run the molecule scenarios of the roles, on this machine
	$(call RUN,molecule)

docs: .cache/nox/made ## Build the documentation site in build/site
	$(call RUN,docs)

browser: .cache/nox/made ## Open the report of orders in headless Chromium
	$(call RUN,browser)

release-check: .cache/nox/made ## Build the artifact, check what is in it, and run the demo from an installed copy
	$(call RUN,release-check)

matrix: .cache/nox/made ## Sanity, units and integration on every supported ansible-core (or CORES="2.18 2.20")
	$(call RUN,$(foreach core,$(CORES),integration-core-$(core) units-core-$(core) sanity-core-$(core)))

bench: .cache/nox/made ## Measure speed against uri, the SDK and plain paging, into docs/benchmarks.md (QUICK=--quick: no page)
	@$(NOX) -s bench -- $(QUICK)

options: venv ## Write what follows from the table of options: fragments, roles, parts of the event source
	@.venv/bin/python tools/options.py

lock: .cache/nox/made ## Write the lock files in requirements/ anew (LOCK=--upgrade: with the newest versions)
	@$(NOX) -s lock -- $(LOCK)

clean: ## Remove everything that was made here
	rm -rf .ansible .cache .mypy_cache .nox .pytest_cache .ruff_cache .venv .venvs build tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
