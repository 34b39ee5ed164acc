# What a newcomer needs: Python 3.11 or newer, make, and the package registries.
# PORT=9000 make run, GONGJI_DATABASE_URL=postgres://... make run

SHELL := /bin/sh
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
# No rules but ours: by one of make's own, frontend_stub/build would be made out of build.sh.
.SUFFIXES:
.PHONY: run test soak check demo bench lock format front-end pages tools screenshots

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
UV ?= uv
WORKERS ?= 3
# Dozens of programs start in a test run: they share what the first one compiled.
unexport PYTHONDONTWRITEBYTECODE
# A stamp of this very folder: a checkout that was moved installs itself anew.
STAMP := $(VENV)/.installed-$(shell printf '%s' "$(CURDIR)" | cksum | cut -d' ' -f1)

# Pages are a part that a gateway can do without: where they cannot be built, it says so and serves.
FRONT := frontend_stub
FRONT_BUILT := $(FRONT)/dist/.built
FRONT_SOURCE := $(wildcard $(addprefix $(FRONT)/,build.* package.json package-lock.json node.lock .npmrc)) \
  $(shell find $(addprefix $(FRONT)/,miniprogram host till stage build) schema)

run: $(STAMP) pages
	@exec env $(if $(PORT),GONGJI_PORT=$(PORT)) $(BIN)/gongji serve --demo

pages: $(STAMP)
	@$(MAKE) --no-print-directory front-end || echo 'The pages are not built; going on without them.' >&2

# What only the tests of the pages need; without it they skip themselves, and say so.
tools: $(STAMP)
	@PYTHON="$(CURDIR)/$(PY)" $(FRONT)/build.sh --tools || \
	  echo 'The tools of the front end are not installed; their tests are skipped.' >&2

test: check pages tools
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# The long forms of the tests that have one; SEED=1234 make soak runs the chance of an earlier run.
soak: $(STAMP)
	SOAK=1 $(PY) -m pytest -m soak -s

front-end: $(FRONT_BUILT)

$(FRONT_BUILT): $(FRONT_SOURCE) | $(STAMP)
	@echo 'Building the front end ...'
	@PYTHON="$(CURDIR)/$(PY)" $(FRONT)/build.sh
	@touch $@

check: $(STAMP)
	$(PY) -m ruff format --check --quiet src tests
	$(PY) -m ruff check --quiet src tests
	$(PY) $(BIN)/lint-imports --no-logo --no-cache
	$(PY) -m mypy
	@PYTHON="$(CURDIR)/$(PY)" $(FRONT)/build.sh --check

format: $(STAMP)
	$(PY) -m ruff format src tests
	$(PY) -m ruff check --fix src tests

demo: $(STAMP)
	@exec env $(if $(PORT),GONGJI_PORT=$(PORT)) $(BIN)/gongji demo

bench: $(STAMP)
	@exec $(PY) -m tests.bench.throughput

# The pictures of the README, from the real thing.
screenshots: $(STAMP) front-end
	$(PY) -m tests.e2e.screenshots

# The lock holds every package with its hashes and names no registry.
lock:
	$(UV) pip compile $(FRONT)/node.in --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --quiet --output-file $(FRONT)/node.lock
	$(UV) pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@$(PY) -c '' 2>/dev/null || { \
	  for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3; do \
	    if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo 'Gongji needs Python 3.11 or newer; none was found (PYTHON=/path/to/python names one).' >&2; \
	    exit 1; \
	  fi; \
	  if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found cannot make a virtual environment: install its venv package (Debian: python3-venv)." >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$found ..."; \
	  $$found -m venv --clear $(VENV); }
	@echo 'Installing the locked packages ...'
	@# The lock is whole: pip must look for nothing beside it, or a new release of what one
	@# package asks for "with extras" stops the installation.
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.installed-*
	@touch $@
