# Needs python3 >= 3.11, make and a C compiler. `make help` lists what there is.

PYTHON ?= python3
JOBS ?= 2
FUZZ ?= 1000
SEED ?= 0
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: help setup test check bench demo lint fmt fuzz fuzz-tests clean
.DEFAULT_GOAL := help

help:           ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 15

setup: .venv/.tests  ## make .venv with txc (editable) and what its tests need

test: setup lint  ## everything: lint, strict types, all tests
	$(PYTEST) -n $(JOBS) --dist worksteal

check: setup lint  ## the quick loop: lint, types, tests but the slow ones, few random cases
	HYPOTHESIS_PROFILE=quick $(PYTEST) -n $(JOBS) --dist worksteal -q -m "not slow"

bench: .venv/.bench  ## time the suite against numpy and PyTorch; CASES="C2D GMM", BENCH="--rounds 40 --threads 1"
	$(BIN)/python -m bench.suite $(CASES) $(BENCH)

demo: .venv/.installed  ## tune a dense layer, build its C library, call it from C
	PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo/run.sh

lint: setup
	$(BIN)/ruff check --output-format concise .
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/python -m txc.grammar.generate --check

fmt: setup  ## mend what ruff can mend, write the editor files anew, format the examples
	$(BIN)/ruff check --fix .
	$(BIN)/python -m txc.grammar.generate
	$(BIN)/txc fmt examples/*.tx examples/*/*.tx

fuzz: setup  ## random kernels and schedules, every back end: FUZZ=10000 cases from SEED=0, or MINUTES=30
	OMP_WAIT_POLICY=passive $(BIN)/python tests/fuzz.py --count $(if $(MINUTES),0,$(FUZZ)) --seed $(SEED) \
	    --minutes $(or $(MINUTES),0)

fuzz-tests: setup  ## property tests with many more examples
	HYPOTHESIS_PROFILE=fuzz $(PYTEST) -n $(JOBS) -m hypothesis

clean:          ## remove everything made here, .venv too
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Stamps: made again only when the project file changes.
.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "txc needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	    { echo "this Python has no ensurepip (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	mkdir -p .venv/path
	ln -sfn ../.. .venv/path/txc
	touch $@

.venv/.tests: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

.venv/.bench: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]' \
	    --extra-index-url https://download.pytorch.org/whl/cpu
	touch $@
