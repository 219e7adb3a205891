# Each command does its own set-up: `make install`, `make demo`, `make test`. While working on kotae: `make fast`, then `make check`.
PYTHON ?= python3
# Source packages (the dictionary) are built as PEP 517 says, whatever else the environment has.
export PIP_USE_PEP517 := 1
# Modules are compiled once, also where the environment asks to keep none: tests start Python many times.
export PYTHONDONTWRITEBYTECODE :=
VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install -q --no-input
LOCKED = $(PIP) --require-hashes --no-deps --no-build-isolation
# Tests run in two processes; those that share a model, a server or a file stay in one (tests/needs.py).
WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest
SPREAD = -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

.PHONY: install demo test fast gpu coverage check format dist docs docs-pages clean

# $(call step,what,command): say what is done and how long it took.
define step
	@echo "==> $(1)"; began=$$(date +%s); $(2) && echo "<== $(1): $$(( $$(date +%s) - began )) s"
endef

install: $(VENV)/installed
	@echo 'kotae is installed. Put it on the path: . $(VENV)/bin/activate'

demo: $(VENV)/installed
	$(call step,Demo on the bundled models,$(BIN)/kotae demo)

test: $(VENV)/installed-dev
	$(call step,Tests,$(PYTEST) $(SPREAD))

# Neither language model nor encoder, browser, server or other process.
fast: $(VENV)/installed-dev
	$(call step,Fast tests,$(PYTEST) $(SPREAD) -q -m fast)

gpu: $(VENV)/installed-dev
	@$(BIN)/python -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' \
	  || { echo "PyTorch sees no GPU here: nothing is tested (docs/gpu-tests.md)"; exit 1; }
	$(call step,Tests on the GPU,$(PYTEST) -m gpu)

coverage: $(VENV)/installed-dev
	$(call step,Coverage of all tests,$(PYTEST) $(SPREAD) -q --cov --cov-report=term:skip-covered)

check: $(VENV)/installed-dev
	$(call step,Format,$(BIN)/ruff format --check .)
	$(call step,Lint,$(BIN)/ruff check .)
	$(call step,Types,$(BIN)/mypy)
	$(call step,Import direction,$(BIN)/lint-imports)

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Without isolation: what builds is pinned as everything else is.
dist: $(VENV)/installed-dev
	$(call step,Wheel and source distribution,$(BIN)/python -m build --no-isolation --outdir dist)

$(VENV)/bin/python:
	$(call step,Virtual environment,$(PYTHON) -m venv $(VENV))

# Everything by hash but torch, whose build the index chooses: CUDA, or the CPU alone (docs/decisions/043).
$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt locks/build.txt locks/kotae.txt
	$(call step,Installing the packages that kotae needs,$(LOCKED) -r locks/build.txt && $(LOCKED) -r locks/kotae.txt)
	$(call step,Installing torch,$(PIP) -c constraints.txt torch)
	$(call step,Installing kotae,$(PIP) --no-deps --no-build-isolation -e .)
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed locks/dev.txt locks/gptq.txt
	$(call step,Installing what tests and documentation need,$(LOCKED) -r locks/dev.txt)
	$(call step,Installing GPTQ,$(LOCKED) -r locks/gptq.txt \
	  || echo "GPTQ cannot be installed here (it needs a C compiler): its tests are SKIPPED")
	@touch $@

docs: $(VENV)/installed-dev
	$(call step,Documentation in build/site,NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict)

docs-pages: $(VENV)/installed-dev
	$(call step,docs/cli.md and docs/python.md,$(BIN)/python -m docs.tools)

clean:
	rm -rf $(VENV) .kotae build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
