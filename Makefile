# Two commands for a fresh clone: `make demo` compiles the example, `make test` runs every check.
# Each makes its own environment in .venv, and is quick when that is up to date.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DEMO := build/demo
ORACLE := tests/differential/oracle
# The first Python of at least 3.11; name another with `make PYTHON=…`.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint wheel mutants differential bench oracle clean sweep prover-z3 prover-requests policy-mutants judged-mutants trust-policies small-matrices random-matrices services bench-prove bench-minimality releases

help:  ## show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1  \2/p' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime  ## compile fixtures/matrices/three-environments into build/demo
	@mkdir -p $(DEMO)
	@cp fixtures/matrices/three-environments/matrix.toml $(DEMO)/matrix.toml
	@$(BIN)/policycc build $(DEMO)/matrix.toml -o $(DEMO)/policies

test: lint  ## run linters, types, layers and all tests
	@$(BIN)/python -m pytest -q $(TESTS)

lint: $(VENV)/.dev  ## run ruff, mypy and import-linter
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "run $(BIN)/ruff format"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > $(VENV)/lint-imports.log 2>&1 || { cat $(VENV)/lint-imports.log; exit 1; }

wheel: $(VENV)/.dev  ## build wheel and source distribution into dist
	@$(BIN)/python -m build --outdir dist . > $(VENV)/build.log 2>&1 || { cat $(VENV)/build.log; exit 1; }
	@ls dist

oracle: $(ORACLE)/node_modules/.ready  ## install the evaluator that the differential tests compare with

differential: $(VENV)/.dev $(ORACLE)/node_modules/.ready  ## put a million requests to our evaluator and to two others (CASES=, SEED=)
	@$(BIN)/python -m tests.differential.campaign --cases $(or $(CASES),1000000) --seed $(or $(SEED),1)

bench: $(VENV)/.runtime $(VENV)/peers/.policy-sentry  ## measure cold start against other tools
	@$(BIN)/python benchmarks/cold_start.py --peers $(VENV)/peers

mutants: $(VENV)/.dev  ## change the trusted modules in small ways, and see that a test fails each time
	@$(BIN)/python -m tests.mutation $(MODULES)

prover-z3: $(VENV)/.dev  ## put the questions about thousands of policies to the prover and to Z3 (POLICIES=, SEED=)
	@POLICYCC_Z3_POLICIES=$(or $(POLICIES),3000) POLICYCC_PROVER_SEED=$(or $(SEED),1) \
		$(BIN)/python -m pytest -q -s tests/differential/test_prover_vs_z3.py

prover-requests: $(VENV)/.dev  ## try a million requests on policies that are proved (POLICIES=, SEED=)
	@POLICYCC_PROVER_POLICIES=$(or $(POLICIES),3500) POLICYCC_PROVER_SEED=$(or $(SEED),1) \
		$(BIN)/python -m pytest -q -s tests/differential/test_prover_vs_evaluator.py

trust-policies: $(VENV)/.dev  ## try calls on thousands of trust policies, proved or not (POLICIES=, SEED=)
	@POLICYCC_TRUST_POLICIES=$(or $(POLICIES),3000) POLICYCC_PROVER_SEED=$(or $(SEED),1) \
		$(BIN)/python -m pytest -q -s tests/differential/test_trust_vs_evaluator.py

policy-mutants: $(VENV)/.dev  ## break correct policies at every place, and see that the prover tells
	@POLICYCC_MUTANTS=all $(BIN)/python -m pytest -q tests/mutants

judged-mutants: $(VENV)/.dev  ## put the mutants whose effect depends on the place to Z3 (FIXTURES=, MINUTES=, SEED=)
	@$(BIN)/python -m tests.mutants.judged $(FIXTURES) --minutes $(or $(MINUTES),inf) --seed $(or $(SEED),1)

sweep: $(VENV)/.dev  ## grant every action of AWS alone, question each policy, and rewrite docs/what-can-be-held.md
	@$(BIN)/python -m tests.support.sweep_report

small-matrices: $(VENV)/.dev  ## compile random matrices, and see that the policies mean the same (CASES=)
	@POLICYCC_SMALL_MATRICES=$(or $(CASES),200) $(BIN)/python -m pytest -q tests/properties/test_compiler.py

random-matrices: $(VENV)/.dev  ## build and prove random matrices over many services (CASES=, SEED=)
	@POLICYCC_RANDOM_MATRICES=$(or $(CASES),1000) POLICYCC_RANDOM_SEED=$(or $(SEED),1) \
		$(BIN)/python -m pytest -q tests/properties/test_random_matrices.py

services: $(VENV)/.dev  ## build and prove every service as a whole, in eleven kinds of matrices
	@POLICYCC_SERVICES=all $(BIN)/python -m pytest -q tests/properties/test_whole_services.py

bench-prove: $(VENV)/.dev  ## measure the prover, and Z3 with the same questions
	@$(BIN)/python benchmarks/prove.py

bench-minimality: $(VENV)/.dev  ## measure action lists, statements and drift against other tools
	@for script in minimise merge on_fixtures drift; do $(BIN)/python benchmarks/$$script.py --peers || exit 1; done

releases: $(VENV)/.dev  ## build with eighteen months of catalogues, and check with the next one each time
	@$(BIN)/python benchmarks/releases.py

clean:  ## remove what these targets made
	rm -rf $(VENV) build dist

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.runtime

# Node.js brings authorities of its own; behind a proxy, those of the machine count.
$(ORACLE)/node_modules/.ready: $(ORACLE)/package-lock.json
	@NODE_EXTRA_CA_CERTS=$(or $(NODE_EXTRA_CA_CERTS),$(wildcard /etc/ssl/certs/ca-certificates.crt)) \
		npm ci --prefix $(ORACLE) --silent --no-audit --no-fund
	@touch $@

$(VENV)/peers/.policy-sentry: | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip install --quiet --disable-pip-version-check policy_sentry
	@touch $@
