# Kjede: `make demo` shows the whole way of the data, `make test` runs the tests. See README.md.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
# The environment is up to date when the stamp of this lock file and this pyproject.toml exists.
STAMP := $(VENV)/installed-$(shell cat requirements.lock pyproject.toml | sha256sum | cut -c1-16)
PACKAGES := $(shell grep -c '^[a-z0-9]' requirements.lock)

# Fast tests run on every processor; the others start servers and would be in each other's way.
FAST := -q -n auto --dist loadfile -m "not integration and not airflow and not spark"

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test unit check format evaluate lock screenshots clean

help:            ## Show this list
	@grep -E '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(STAMP)  ## Create the environment from the lock file

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Kjede needs Python 3.11; say where it is: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || { echo "Creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@rm -f $(VENV)/installed-*
	@echo "Installing $(PACKAGES) locked packages into $(VENV) (under half a minute with uv, one to three minutes with pip)"
	@if command -v uv >/dev/null && uv pip install --python $(BIN)/python --require-hashes --no-deps -q -r requirements.lock; \
	 then :; \
	 else PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --require-hashes --no-deps --no-input --progress-bar off \
	     --disable-pip-version-check -r requirements.lock >$(VENV)/install.log 2>&1 & pip=$$!; \
	   while kill -0 $$pip 2>/dev/null; do sleep 5; \
	     echo "  $$(grep -cE '^(Collecting|Processing)' $(VENV)/install.log) of $(PACKAGES)" \
	       "$$(grep -oE '^ *(Downloading|Building|Installing|Created) .*' $(VENV)/install.log | tail -n 1 | cut -c1-72)"; done; \
	   wait $$pip || { tail -n 40 $(VENV)/install.log; exit 1; }; \
	 fi
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --disable-pip-version-check --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

demo: $(STAMP)   ## The whole job on a small synthetic county, through Airflow
	@$(BIN)/kjede demo

serve: $(STAMP)  ## Airflow with its UI, until Ctrl-C
	@$(BIN)/kjede serve

test: $(STAMP)   ## All tests
	$(BIN)/python -m pytest $(FAST)
	$(BIN)/python -m pytest -m "integration or airflow or spark"

unit: $(STAMP)   ## The fast tests
	$(BIN)/python -m pytest $(FAST)

check: $(STAMP)  ## Lint, types, architecture, fast tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(FAST)

format: $(STAMP) ## Format and sort imports
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Hours: three worlds of 20,000 firms, twelve months each. What was made is gone on from; `make clean` forgets it.
evaluate: $(STAMP) ## The reference worlds: base, adaptive, noisy; figures go to bench/evaluation
	@for kind in base adaptive noisy; do \
	  $(BIN)/kjede reference --kind $$kind --firms 20000 --months 12 --seed 1 \
	    --work .kjede/evaluation --out bench/evaluation/$$kind || exit 1; done

# uv.lock names its registry, so it is made in a folder of its own and only the export is kept. The markers that
# repeat the platforms of [tool.uv] on every line are dropped: elsewhere the install fails instead of being empty.
lock:            ## Make requirements.lock again from pyproject.toml (needs uv)
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && cp pyproject.toml "$$work" && cd "$$work" \
	  && uv lock -q --python 3.11 \
	  && uv export -q --frozen --extra dev --extra postgres --no-emit-project --no-header --no-annotate -o requirements.lock \
	  && sed -E 's/ ; .* \\$$/ \\/' requirements.lock >"$(CURDIR)/requirements.lock"
	@! grep -nE '://|index-url|find-links' requirements.lock
	@echo "requirements.lock: $$(grep -c '^[a-z0-9]' requirements.lock) packages"

screenshots: $(STAMP) ## Make docs/images again from the demo (needs Debian's chromium and fonts-dejavu-core)
	@$(BIN)/python -c 'import playwright' 2>/dev/null || $(BIN)/python -m pip install --quiet "playwright>=1.50"
	@$(BIN)/python infra/screenshots.py

clean:           ## Remove the demo's data and the caches (the environment stays)
	rm -rf .kjede build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
