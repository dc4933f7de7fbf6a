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
PY := .venv/bin/python -m
CDKTF := node_modules/.package-lock.json
CHECKED_WITH := $(foreach tool,aws iam_reference,$(STATE)/tools/$(tool)/installed)
OPERATIONS := $(PY) operations
# Behind a command that installs something: what it says is shown and kept, and if it fails the last line says what to do.
OR_SAY = 2>&1 | tee $(STATE)/install.log || { "$(PYTHON)" tools/install_failed.py "$(1)" $(STATE)/install.log; exit 1; }

# What a person may set on the command line: make demo SCALE=0.1
SCALE ?= 1
SEED ?= 2008
PORT ?= 0
RUNS ?= 3
REQUESTS ?= 50000
SCRIPTS ?= 10000
N ?= 40
OF ?=
AIRFLOW_VERSION ?=
DAG ?=
RUN ?=
CMD ?= --help
DAGS ?=
LAKE ?=
REQUIREMENTS ?=
VERSIONS ?=
ONE_STACK = $(if $(STACK),--stack=$(STACK))
ONE_AIRFLOW = $(if $(AIRFLOW_VERSION),--airflow-version=$(AIRFLOW_VERSION))
AT_URL = $(if $(URL),--url=$(URL))
OF_ONES_OWN = $(if $(DAGS),--dags="$(DAGS)") $(if $(LAKE),--lake="$(LAKE)") $(if $(REQUIREMENTS),--requirements="$(REQUIREMENTS)")
SYSTEM = --scale=$(SCALE) --seed=$(SEED) --port=$(PORT) $(ONE_AIRFLOW) $(OF_ONES_OWN)
# Two at a time, as the longest test mostly waits; a file's tests stay together.
# In the order of the folders, as the longest tests stand in the first ones: the few of a file say nothing of how long they take.
PARALLEL := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
AGREED = $(if $(filter 1,$(YES)),--yes)
UNSEEN = $(if $(filter 0,$(PREFLIGHT)),--no-preflight)
WITH_WHEELS = $(if $(WHEELS),$(if $(filter 1,$(WHEELS)),--wheels,--no-wheels))

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' "$(strip $(MAKEFILE_LIST))"

$(PIPENV):
	@command -v "$(PYTHON)" > /dev/null || { echo "make: $(PYTHON) not found: install Python 3.11, or name yours with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "make: $(PYTHON) is $$("$(PYTHON)" --version), and Python 3.11 is needed: name yours with PYTHON=..." >&2; exit 1; }
	@echo "Installing pipenv $(PIPENV_VERSION) into $(STATE)/pipenv"
	@"$(PYTHON)" -m venv $(STATE)/pipenv
	@$(STATE)/pipenv/bin/pip install --quiet --disable-pip-version-check pipenv==$(PIPENV_VERSION) uv==$(UV_VERSION) $(call OR_SAY,pipenv)

$(INSTALLED): Pipfile.lock | $(PIPENV)
	@echo "Installing the locked environment into .venv (about two minutes the first time)"
	@$(PIPENV) --python "$(PYTHON)" sync --dev $(call OR_SAY,the locked environment)
	@touch $@

# Tools in environments of their own; this line says what else a test would wait for in silence.
$(STATE)/tools/%/installed: tools/%/requirements.txt | $(INSTALLED)
	@echo "Installing what tools/$* needs into $(STATE)/tools (a minute or two the first time)"
	@$(PY) tools.tool_environment $* > /dev/null
	@touch $@

$(CDKTF): package-lock.json
	@command -v npm > /dev/null || { echo "make: npm not found: CDKTF's command line needs Node.js 20" >&2; exit 1; }
	@echo "Installing CDKTF's command line into node_modules (about a minute the first time)"
	@npm ci --loglevel=error --no-audit --no-fund > /dev/null
	@touch $@

# Before anything is built for a deployment: it takes half a minute the first time.
.PHONY: settings
settings: $(INSTALLED)
	@$(PY) modules.environment

# What a stack uploads is built anew where it has changed.
ARTEFACTS := $(INSTALLED) $(CDKTF) package-plugin $(if $(wildcard build/tickit),,tickit)

##@ On this machine

.PHONY: demo
demo: $(INSTALLED) package-plugin  ## Run the DAGs on this machine, check and show their lineage (DAG= DAGS= LAKE= REQUIREMENTS= SCALE= SEED= PORT= AIRFLOW_VERSION=)
	@$(PY) local demo $(SYSTEM) $(if $(DAG),--only="$(DAG)")

.PHONY: up
up: $(INSTALLED) package-plugin  ## Keep the same system running, with Airflow's own pages (RUN=1 runs the DAGs; the variables of demo)
	@$(PY) local up $(SYSTEM) $(if $(filter 1,$(RUN)),--run)

.PHONY: dag
dag: $(INSTALLED)  ## Run one DAG in the running system, show its lineage and what that lacks (DAG=)
	@$(if $(DAG),,echo 'make: name the DAG: make dag DAG=...' >&2; exit 2)
	@$(PY) local dag "$(DAG)"

.PHONY: status
status: $(INSTALLED)  ## Say where the running system is to be found
	@$(PY) local status

.PHONY: psql
psql: $(INSTALLED)  ## Open the SQL prompt of the running system's warehouse
	@$(PY) local psql

.PHONY: airflow
airflow: $(INSTALLED)  ## Run a command of Airflow in the running system (CMD="dags list")
	@$(PY) local airflow $(CMD)

.PHONY: logs
logs: $(INSTALLED)  ## Show the running system's logs as they are written
	@$(PY) local logs

.PHONY: down
down: $(INSTALLED)  ## Stop what `make up` started; it goes on where it was
	@$(PY) local down

.PHONY: reset
reset: $(INSTALLED)  ## Stop it, and forget its data, lineage, runs, ports and passwords
	@$(PY) local reset

##@ Lineage

.PHONY: check-lineage
check-lineage: $(INSTALLED)  ## Check the lineage as the demo does: of `make up`, else of the deployment, or of any Marquez (URL=)
	@$(OPERATIONS) check-lineage $(AT_URL)

.PHONY: coverage
coverage: $(INSTALLED)  ## Say which tasks lack lineage, and why (URL= FAIL_UNDER=)
	@$(PY) lineage coverage $(AT_URL) $(if $(FAIL_UNDER),--fail-under=$(FAIL_UNDER))

.PHONY: impact
impact: $(INSTALLED)  ## Say what is downstream of a dataset or a column (OF=dm.fact_sales.pricepaid URL=)
	@$(PY) lineage impact $(OF) $(AT_URL)

.PHONY: expect
expect: $(INSTALLED)  ## Write what was captured of a DAG as a file of expected lineage, for review (DAG= URL=)
	@$(PY) lineage expect $(DAG) $(AT_URL)

.PHONY: store
store: $(INSTALLED)  ## Run the lineage store alone (PORT=5000)
	@$(PY) lineage store --port=$(PORT) --database=$(STATE)/store/lineage.db

##@ On AWS, in the order of use; ENV=prod takes settings.prod.toml

.PHONY: rehearse
rehearse: $(INSTALLED)  ## Deploy to an emulated AWS, run the DAGs, check the lineage, destroy (a quarter of an hour, no account)
	@$(PY) rehearsal

.PHONY: cost
cost: $(INSTALLED)  ## Estimate what the deployment costs a month
	@$(OPERATIONS) cost

.PHONY: permissions
permissions: $(INSTALLED)  ## Print what the deployer must be allowed, as IAM policies, one a line
	@$(OPERATIONS) permissions

.PHONY: bootstrap
bootstrap: $(INSTALLED)  ## Make the bucket for Terraform's state, where the settings want one
	@$(OPERATIONS) bootstrap

.PHONY: preflight
preflight: settings $(ARTEFACTS)  ## Look at all that may stand in a deploy's way; changes nothing
	@.venv/bin/python main.py
	@$(OPERATIONS) preflight

.PHONY: plan
plan: settings $(ARTEFACTS)  ## Show what a deploy would change (STACK= VERBOSE=1)
	@$(OPERATIONS) plan $(ONE_STACK) $(if $(filter 1,$(VERBOSE)),--verbose)

.PHONY: deploy
deploy: settings $(ARTEFACTS)  ## Make what the settings describe, after the preflight (STACK= YES=1 PREFLIGHT=0)
	@$(if $(UNSEEN),,.venv/bin/python main.py)
	@$(OPERATIONS) deploy $(ONE_STACK) $(AGREED) $(UNSEEN)

.PHONY: run-pipeline
run-pipeline: $(INSTALLED)  ## Run every DAG on MWAA, or those named, and follow them (DAG=)
	@$(OPERATIONS) run-pipeline $(if $(DAG),--dags="$(DAG)")

.PHONY: outputs
outputs: $(INSTALLED)  ## Print addresses and names of what is deployed (STACK=)
	@$(OPERATIONS) outputs $(ONE_STACK)

.PHONY: state
state: $(INSTALLED)  ## Say what is deployed, of one stack each resource (STACK=)
	@$(OPERATIONS) state $(ONE_STACK)

.PHONY: explain
explain: $(INSTALLED)  ## Say why the MWAA environment was not created
	@$(OPERATIONS) explain

.PHONY: destroy
destroy: settings $(ARTEFACTS)  ## Destroy it, and say what is left (STACK= YES=1)
	@$(OPERATIONS) destroy $(ONE_STACK) $(AGREED)

.PHONY: leftovers
leftovers: $(INSTALLED)  ## Say what is left after a destroy
	@$(OPERATIONS) leftovers

##@ What is deployed

.PHONY: package-plugin
package-plugin: $(INSTALLED)  ## Build build/plugins.zip, the plugins as MWAA takes them (WHEELS=1 for a private web server without settings)
	@$(PY) tools.package_plugin $(WITH_WHEELS)
# What runs on this machine needs no wheels, and no settings.
demo test-runtimes compare-stock up bench-demo bench-loop test: WHEELS := 0

.PHONY: wheel
wheel: $(INSTALLED)  ## Build build/mwaa_lineage-*.whl, which any Airflow can install (docs/existing-mwaa.md)
	@$(PY) tools.build_wheel

.PHONY: tickit
tickit: $(INSTALLED)  ## Generate the data that a deployment uploads, into build/tickit (SCALE= SEED=)
	@$(PY) data build --scale=$(SCALE) --seed=$(SEED)

.PHONY: synth
synth: $(INSTALLED)  ## Write the stacks that the settings describe to cdktf.out, as Terraform
	@command -v node > /dev/null || { echo "make: node not found: synthesis needs Node.js 20" >&2; exit 1; }
	@test -n "$(ENV)" || test -e settings.toml || echo "There is no settings.toml: these are the stacks of settings.example.toml"
	@.venv/bin/python main.py
	@ls cdktf.out/stacks | xargs echo "cdktf.out:"

.PHONY: critical-path
critical-path: synth  ## Print the longest chain of a deployment, and how long it takes
	@$(PY) tools.critical_path

.PHONY: scan
scan: synth  ## Check the stacks with checkov
	@$(PY) tools.scan

##@ This project

.PHONY: check
check: $(INSTALLED) $(CHECKED_WITH)  ## Lint, types and the fast tests (under two minutes)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@$(PY) mypy .
	@$(PY) pytest -q $(PARALLEL) -m "not system"

.PHONY: test
test: $(INSTALLED) package-plugin $(if $(shell command -v npm),$(CDKTF))  ## All tests, the whole demo at a small scale among them
	@$(PY) pytest -q $(PARALLEL)

.PHONY: mutations
mutations: $(INSTALLED) $(CHECKED_WITH)  ## Say which of 40 small changes in the sources the fast tests notice (N= SEED= OF=lineage/store)
	@$(PY) tools.mutations --number=$(N) --seed=$(SEED) --of="$(OF)"

.PHONY: test-runtimes
test-runtimes: $(INSTALLED) package-plugin  ## Run the DAGs on every Airflow version, compare their lineage (VERSIONS="2.10.3 3.3.1")
	@$(PY) local runtimes $(VERSIONS)
	@$(if $(VERSIONS),,RUNTIMES=all $(PY) pytest -q $(shell grep -rl --include='*.py' 'from tests.versions import' tests))

.PHONY: compare-stock
compare-stock: $(INSTALLED) package-plugin  ## Run both DAGs with stock operators only, with the package and without; the table in the README (VERSIONS=)
	@$(PY) local stock $(VERSIONS)

.PHONY: format
format: $(INSTALLED)  ## Format the code
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

.PHONY: docs
docs: $(INSTALLED)  ## Write the generated parts of docs/architecture.md and docs/deploy.md
	@$(PY) tools.write_docs

.PHONY: snapshots
snapshots: $(INSTALLED)  ## Write the stacks' snapshots anew, for review
	@UPDATE_SNAPSHOTS=1 $(PY) pytest -q -m "not system" tests/modules/test_snapshots.py tests/modules/test_chart_policies.py

.PHONY: lock
lock: | $(PIPENV)  ## Resolve Pipfile and the requirements of tools and Airflow versions into their locks
	@PATH="$(CURDIR)/$(STATE)/pipenv/bin:$$PATH" $(STATE)/pipenv/bin/python tools/lock.py
	@for tool in tools/*/requirements.in; do \
	  echo "$$tool"; $(STATE)/pipenv/bin/uv pip compile --quiet --universal --python-version=3.11 --generate-hashes --no-header --no-annotate \
	    "$$tool" --output-file "$${tool%.in}.txt"; \
	done
	@PATH="$(CURDIR)/$(STATE)/pipenv/bin:$$PATH" $(STATE)/pipenv/bin/python -m tools.lock_runtimes

.PHONY: rds-ca
rds-ca: $(INSTALLED)  ## Renew the certificate authorities of RDS in the chart
	@$(PY) tools.rds_ca.write

.PHONY: images
images: $(INSTALLED)  ## Renew what is known of AWS's images for Airflow, in airflow/images (MWAA_IMAGES=<a clone of AWS's repository>)
	@$(PY) tools.mwaa_images

.PHONY: install
install: $(INSTALLED)  ## Install the locked environment into .venv

.PHONY: clean
clean: down  ## Stop what runs, remove state and built artefacts (not the environment)
	rm -rf build $(STATE)/demo* $(STATE)/rehearsal* $(STATE)/runtimes $(STATE)/up* $(STATE)/store cdktf.out

##@ How fast, and how right

.PHONY: bench-demo
bench-demo: $(INSTALLED) package-plugin  ## Say where the demo's time goes (RUNS=3 SCALE=)
	@$(PY) local.bench --runs=$(RUNS) --scale=$(SCALE)

.PHONY: bench-loop
bench-loop: $(INSTALLED) package-plugin  ## Seconds from saving a changed DAG, or its SQL, to its new lineage (RUNS=3 AIRFLOW_VERSION=)
	@$(PY) local.bench_loop --runs=$(RUNS) $(ONE_AIRFLOW)

.PHONY: bench-emission
bench-emission: RUNS = 1
bench-emission: $(INSTALLED) package-plugin  ## What lineage adds to a task and to the pipeline, for stores that fail in each way (RUNS=1 VERSIONS=, half an hour)
	@$(PY) tools.bench_emission --runs=$(RUNS) $(VERSIONS)

.PHONY: bench-synth
bench-synth: $(INSTALLED)  ## Seconds of synthesis, warm and cold (RUNS=3)
	@$(PY) tools.bench_synth --runs=$(RUNS)

.PHONY: bench-page
bench-page: $(INSTALLED)  ## Seconds in which a browser draws lineage of 27, 300 and 1,000 nodes (RUNS=3)
	@$(PY) tools.bench_page --runs=$(RUNS)

.PHONY: bench-masking
bench-masking: $(INSTALLED)  ## Seconds in which 250,000 characters of each shape are masked
	@$(PY) tools.bench_masking

.PHONY: bench-lineage-cost
bench-lineage-cost: $(INSTALLED)  ## Seconds and MB that the lineage of SQL of each shape costs a task (two minutes)
	@$(PY) tools.bench_lineage_cost

.PHONY: bench-lineage
bench-lineage: $(INSTALLED)  ## How right the column lineage is, beside other parsers; writes the tables of README.md and docs/lineage-bench.md (two minutes)
	@PYTHONPATH=airflow/plugins $(PY) tools.bench_lineage

.PHONY: fuzz-lineage
fuzz-lineage: $(INSTALLED)  ## Derive the lineage of 10,000 random scripts, which DuckDB judges (SCRIPTS= SEED=, minutes)
	@PYTHONPATH=airflow/plugins $(PY) tools.fuzz_lineage --scripts=$(SCRIPTS) --seed=$(SEED)

.PHONY: fuzz-store
fuzz-store: $(INSTALLED)  ## Send the lineage store 50,000 wrong requests of all kinds, look whether it holds (REQUESTS= SEED=, minutes)
	@$(PY) tools.fuzz_store --requests=$(REQUESTS) --seed=$(SEED)
