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
# Some machines set it; each process would then compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
PIPENV := $(STATE)/pipenv/bin/pipenv
INSTALLED := .venv/.installed
RUN := .venv/bin/python -m
CDKTF := node_modules/.package-lock.json
OPERATIONS := $(RUN) operations

# What a person may set on the command line: make demo SCALE=0.1
SCALE ?= 1
SEED ?= 2008
PORT ?= 0
RUNS ?= 3
REQUESTS ?= 50000
SCRIPTS ?= 10000
AIRFLOW_VERSION ?=
VERSIONS ?=
ONE_STACK = $(if $(STACK),--stack=$(STACK))
ONE_AIRFLOW = $(if $(AIRFLOW_VERSION),--airflow-version=$(AIRFLOW_VERSION))
# Two at a time, as the longest test mostly waits; a file's tests stay together.
PARALLEL := --numprocesses=2 --dist=loadfile
AGREED = $(if $(filter 1,$(YES)),--yes)
UNSEEN = $(if $(filter 0,$(PREFLIGHT)),--no-preflight)
WITH_WHEELS = $(if $(WHEELS),$(if $(filter 1,$(WHEELS)),--wheels,--no-wheels))

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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
lock: | $(PIPENV)  ## Resolve Pipfile and the requirements of tools and Airflow versions into their locks
	@PATH="$(CURDIR)/$(STATE)/pipenv/bin:$$PATH" $(STATE)/pipenv/bin/python tools/lock.py
	@for tool in tools/*/requirements.in; do \
	  echo "$$tool"; $(STATE)/pipenv/bin/uv pip compile --quiet --universal --python-version=3.11 --generate-hashes --no-header --no-annotate \
	    "$$tool" --output-file "$${tool%.in}.txt"; \
	done
	@PATH="$(CURDIR)/$(STATE)/pipenv/bin:$$PATH" $(STATE)/pipenv/bin/python -m tools.lock_runtimes

.PHONY: package-plugin
package-plugin: $(INSTALLED)  ## Build build/plugins.zip, the plugins as MWAA takes them (WHEELS=1 for a private web server without settings)
	@$(RUN) tools.package_plugin $(WITH_WHEELS)
# What runs on this machine needs no wheels, and no settings.
demo test-runtimes up bench-demo test: WHEELS := 0

.PHONY: wheel
wheel: $(INSTALLED)  ## Build build/mwaa_lineage-*.whl, which any Airflow can install (docs/existing-mwaa.md)
	@$(RUN) tools.build_wheel

.PHONY: tickit
tickit: $(INSTALLED)  ## Generate the data that a deployment uploads, into build/tickit (SCALE= SEED=)
	@$(RUN) data build --scale=$(SCALE) --seed=$(SEED)

$(CDKTF): package-lock.json
	@command -v npm > /dev/null || { echo "make: npm not found: CDKTF's command line needs Node.js 20" >&2; exit 1; }
	@echo "Installing CDKTF's command line into node_modules (about a minute the first time)"
	@npm ci --loglevel=error --no-audit --no-fund > /dev/null
	@touch $@

# What a stack uploads is built anew where it has changed.
ARTEFACTS := $(INSTALLED) $(CDKTF) package-plugin $(if $(wildcard build/tickit),,tickit)

.PHONY: permissions
permissions: $(INSTALLED)  ## AWS: print what the deployer must be allowed, as IAM policies, one a line
	@$(OPERATIONS) permissions

.PHONY: preflight
preflight: $(ARTEFACTS)  ## AWS: look at all that may stand in a deploy's way; changes nothing
	@.venv/bin/python main.py
	@$(OPERATIONS) preflight

.PHONY: bootstrap
bootstrap: $(INSTALLED)  ## AWS: make the bucket for Terraform's state, where the settings want one
	@$(OPERATIONS) bootstrap

.PHONY: rehearse
rehearse: $(INSTALLED)  ## AWS, emulated: deploy settings.toml, run both DAGs, check the lineage, destroy (a quarter of an hour, no account)
	@$(RUN) rehearsal

.PHONY: plan
plan: $(ARTEFACTS)  ## AWS: show what a deploy would change (STACK=)
	@$(OPERATIONS) plan $(ONE_STACK)

.PHONY: deploy
deploy: $(ARTEFACTS)  ## AWS: make what settings.toml describes, after the preflight (STACK= YES=1 PREFLIGHT=0)
	@$(if $(UNSEEN),,.venv/bin/python main.py)
	@$(OPERATIONS) deploy $(ONE_STACK) $(AGREED) $(UNSEEN)

.PHONY: outputs
outputs: $(INSTALLED)  ## AWS: print addresses and names of what is deployed (STACK=)
	@$(OPERATIONS) outputs $(ONE_STACK)

.PHONY: state
state: $(INSTALLED)  ## AWS: say what is deployed, of one stack each resource (STACK=)
	@$(OPERATIONS) state $(ONE_STACK)

.PHONY: run-pipeline
run-pipeline: $(INSTALLED)  ## AWS: run both DAGs on MWAA and follow them
	@$(OPERATIONS) run-pipeline

.PHONY: check-lineage
check-lineage: $(INSTALLED)  ## AWS: check the lineage in Marquez as the demo does (MARQUEZ_URL=)
	@$(OPERATIONS) check-lineage $(if $(MARQUEZ_URL),--url=$(MARQUEZ_URL))

.PHONY: explain
explain: $(INSTALLED)  ## AWS: say why the MWAA environment was not created
	@$(OPERATIONS) explain

.PHONY: cost
cost: $(INSTALLED)  ## AWS: estimate what the deployment costs a month
	@$(OPERATIONS) cost

.PHONY: destroy
destroy: $(ARTEFACTS)  ## AWS: destroy it, and say what is left (STACK= YES=1)
	@$(OPERATIONS) destroy $(ONE_STACK) $(AGREED)

.PHONY: leftovers
leftovers: $(INSTALLED)  ## AWS: say what is left after a destroy
	@$(OPERATIONS) leftovers

.PHONY: synth
synth: $(INSTALLED)  ## AWS: write the stacks that settings.toml describes to cdktf.out, as Terraform
	@command -v node > /dev/null || { echo "make: node not found: synthesis needs Node.js 20" >&2; exit 1; }
	@.venv/bin/python main.py
	@ls cdktf.out/stacks | xargs echo "cdktf.out:"

.PHONY: critical-path
critical-path: synth  ## AWS: print the longest chain of a deployment, and how long it takes
	@$(RUN) tools.critical_path

.PHONY: scan
scan: synth  ## AWS: check the stacks with checkov
	@$(RUN) tools.scan

.PHONY: docs
docs: $(INSTALLED)  ## Write the generated parts of docs/architecture.md and docs/deploy.md
	@$(RUN) tools.write_docs

.PHONY: snapshots
snapshots: $(INSTALLED)  ## Write the stacks' snapshots anew, for review
	@UPDATE_SNAPSHOTS=1 $(RUN) pytest -q -m "not system" tests/modules/test_snapshots.py tests/modules/test_chart_policies.py

.PHONY: rds-ca
rds-ca: $(INSTALLED)  ## Renew the certificate authorities of RDS in the chart
	@$(RUN) tools.rds_ca.write

.PHONY: images
images: $(INSTALLED)  ## Renew what is known of AWS's images for Airflow, in airflow/images (MWAA_IMAGES=<a clone of AWS's repository>)
	@$(RUN) tools.mwaa_images

.PHONY: bench-synth
bench-synth: $(INSTALLED)  ## Seconds of synthesis, warm and cold (RUNS=3)
	@$(RUN) tools.bench_synth --runs=$(RUNS)

.PHONY: demo
demo: $(INSTALLED) package-plugin  ## Run both DAGs on this machine, check and show their lineage (SCALE= SEED= PORT= AIRFLOW_VERSION=)
	@$(RUN) local demo --scale=$(SCALE) --seed=$(SEED) --port=$(PORT) $(ONE_AIRFLOW)

.PHONY: test-runtimes
test-runtimes: $(INSTALLED) package-plugin  ## Run both DAGs on every Airflow version, compare their lineage (VERSIONS="2.10.3 3.3.1")
	@$(RUN) local runtimes $(VERSIONS)

.PHONY: up
up: $(INSTALLED) package-plugin  ## Keep the same system running, with Airflow's own pages (SCALE= SEED= PORT= AIRFLOW_VERSION=)
	@$(RUN) local up --scale=$(SCALE) --seed=$(SEED) --port=$(PORT) $(ONE_AIRFLOW)

.PHONY: down
down: $(INSTALLED)  ## Stop what `make up` started
	@$(RUN) local down

.PHONY: status
status: $(INSTALLED)  ## Say where the running system is to be found
	@$(RUN) local status

.PHONY: store
store: $(INSTALLED)  ## Run the lineage store alone (PORT=5000)
	@$(RUN) lineage store --port=$(PORT) --database=$(STATE)/store/lineage.db

.PHONY: fuzz-lineage
fuzz-lineage: $(INSTALLED)  ## Derive the lineage of 10,000 random scripts, which DuckDB judges (SCRIPTS= SEED=, minutes)
	@PYTHONPATH=airflow/plugins $(RUN) tools.fuzz_lineage --scripts=$(SCRIPTS) --seed=$(SEED)

.PHONY: fuzz-store
fuzz-store: $(INSTALLED)  ## Send the lineage store 50,000 wrong requests of all kinds, look whether it holds (REQUESTS= SEED=, minutes)
	@$(RUN) tools.fuzz_store --requests=$(REQUESTS) --seed=$(SEED)

.PHONY: bench-demo
bench-demo: $(INSTALLED) package-plugin  ## Say where the demo's time goes (RUNS=3 SCALE=)
	@$(RUN) local.bench --runs=$(RUNS) --scale=$(SCALE)

.PHONY: bench-masking
bench-masking: $(INSTALLED)  ## Seconds in which 250,000 characters of each shape are masked
	@$(RUN) tools.bench_masking

.PHONY: bench-lineage-cost
bench-lineage-cost: $(INSTALLED)  ## Seconds and MB that the lineage of SQL of each shape costs a task (two minutes)
	@$(RUN) tools.bench_lineage_cost

.PHONY: bench-emission
bench-emission: RUNS = 1
bench-emission: $(INSTALLED) package-plugin  ## What lineage adds to a task and to the pipeline, for stores that fail in each way (RUNS=1 VERSIONS=, a quarter of an hour)
	@$(RUN) tools.bench_emission --runs=$(RUNS) $(VERSIONS)

.PHONY: check
check: $(INSTALLED)  ## Lint, types and the fast tests (under two minutes)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@$(RUN) mypy .
	@$(RUN) pytest -q $(PARALLEL) -m "not system"

.PHONY: test
test: $(INSTALLED) package-plugin $(if $(shell command -v npm),$(CDKTF))  ## All tests, the whole demo at a small scale among them
	@$(RUN) pytest -q $(PARALLEL)

.PHONY: format
format: $(INSTALLED)  ## Format the code
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

.PHONY: clean
clean: down  ## Stop what runs, remove state and built artefacts (not the environment)
	rm -rf build $(STATE)/demo* $(STATE)/rehearsal* $(STATE)/runtimes $(STATE)/up* $(STATE)/store cdktf.out
