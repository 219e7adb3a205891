# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
# The dictionary comes as a source package: its build takes what it needs, whatever the environment has.
export PIP_USE_PEP517 := 1
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check format dist docs docs-pages clean

# $(call step,what,command): say what is done and how long it took.
define step
	@echo "==> $(1)"; began=$$(date +%s); $(2) && echo "<== $(1): $$(( $$(date +%s) - began )) s"
endef

demo: $(VENV)/installed
	$(call step,Demo on the bundled models,$(BIN)/kotae demo)

test: $(VENV)/installed-dev
	$(call step,Tests,$(BIN)/python -m pytest)

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

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(call step,Installing kotae with pinned versions,$(BIN)/python -m pip install -q --no-input -c constraints.txt -e .)
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(call step,Installing what tests need,$(BIN)/python -m pip install -q --no-input -c constraints.txt -e ".[dev]")
	$(call step,Installing GPTQ,$(BIN)/python -m pip install -q --no-input -c constraints.txt -e ".[gptq]" \
	  || echo "GPTQ cannot be installed here (it needs a C compiler): its tests are SKIPPED")
	@touch $@

docs: $(VENV)/installed-docs
	$(call step,Documentation in build/site,NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict)

docs-pages: $(VENV)/installed-dev
	$(call step,docs/cli.md and docs/python.md,$(BIN)/python -m docs.tools)

$(VENV)/installed-docs: $(VENV)/installed
	$(call step,Installing what the documentation needs,$(BIN)/python -m pip install -q --no-input -c constraints.txt -e ".[docs]")
	@touch $@

clean:
	rm -rf $(VENV) .kotae build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
