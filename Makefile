SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3.11
PIPENV_VERSION := 2026.10.3
UV_VERSION := 0.13.9
STATE := .state
export PIPENV_VENV_IN_PROJECT := 1
export PIPENV_VERBOSITY := -1
PIPENV := $(STATE)/pipenv/bin/pipenv
INSTALLED := .venv/.installed
RUN := .venv/bin/python -m

# What a person may set on the command line: make demo SCALE=0.1
SCALE ?= 1
SEED ?= 2008
PORT ?= 0

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install
install: $(INSTALLED)  ## Install the locked environment into .venv

$(PIPENV):
	@command -v $(PYTHON) > /dev/null || { echo "make: $(PYTHON) not found: install Python 3.11, or name yours with PYTHON=..." >&2; exit 1; }
	@echo "Installing pipenv $(PIPENV_VERSION) into $(STATE)/pipenv"
	@$(PYTHON) -m venv $(STATE)/pipenv
	@$(STATE)/pipenv/bin/pip install --quiet --disable-pip-version-check pipenv==$(PIPENV_VERSION) uv==$(UV_VERSION)

$(INSTALLED): Pipfile.lock | $(PIPENV)
	@echo "Installing the locked environment into .venv (about two minutes the first time)"
	@$(PIPENV) --python $(PYTHON) sync --dev
	@touch $@

.PHONY: lock
lock: | $(PIPENV)  ## Resolve Pipfile into Pipfile.lock, under Airflow's constraints
	PATH="$(CURDIR)/$(STATE)/pipenv/bin:$$PATH" $(STATE)/pipenv/bin/python tools/lock.py
