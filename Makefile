# tagdock: make run starts it, make test tests it; nothing else of ours is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := .ci/requirements.lock
DEV_LOCK := .ci/requirements-dev.lock

# Tests with real servers and browsers run two at a time, the others as many as there are cores, up to four; under one
# hash seed a run, since every process must collect them in the same order.
REAL = tests/console tests/demo tests/loader tests/processes tests/senders tests/serving

.PHONY: run setup test lint bench lock tools format

run: setup                    ## start the container against the local sandbox
	$(BIN)/tagdock serve

setup: $(VENV)/.installed     ## make .venv, so that .venv/bin/tagdock works

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("tagdock needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(LOCK) pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.tools: $(DEV_LOCK) $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(DEV_LOCK)
	touch $@

tools: $(VENV)/.tools

test: tools                   ## install what the tests need, system packages included, and run everything
	sh tests/install
	PYTHONHASHSEED=$$$$ $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(REAL:%=--ignore=%)
	PYTHONHASHSEED=$$$$ $(BIN)/python -m pytest -n 2 --dist loadfile $(REAL)

lint: tools                   ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: tools                  ## measure against a bare server, as docs/performance.md explains; needs wrk
	$(BIN)/python -m benchmarks.intake

lock:                         ## resolve the dependencies anew; needs uv
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra phone --group build pyproject.toml -o $(LOCK)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra phone --group build --group dev pyproject.toml -o $(DEV_LOCK)
