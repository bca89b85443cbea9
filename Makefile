# make demo   set up, score a sample export, say where the report is
# make test   everything that guards main: style, types, tests
# make soak   what is too long for every run
# make growth how cost grows with posts, length, accounts, jobs
# make curve LABELS=...  what more posts to learn from would bring
# make docs   figures, help texts and rules in the documents, written anew
# make lock   choose dependency versions anew
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test soak bench growth curve lint docs lock clean
.DEFAULT_GOAL := demo

demo: $(VENV)/ready
	$(BIN)/bijian demo

test: $(VENV)/ready-dev lint
	$(BIN)/python -m pytest -n auto --benchmark-disable -m "not soak"

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

soak: $(VENV)/ready-dev
	$(BIN)/python -m pytest -n auto --benchmark-disable

bench: $(VENV)/ready-dev
	$(BIN)/python -m pytest tests/bench --benchmark-only --benchmark-columns=min,median,rounds

growth: $(VENV)/ready-dev
	$(BIN)/python tests/bench/growth.py
	$(BIN)/python tests/bench/reading.py

curve: $(VENV)/ready-dev
	$(BIN)/python tests/bench/learning_curve.py $(LABELS)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("bijian needs Python 3.11, 3.12 or 3.13; set PYTHON=..." if not (3, 11) <= sys.version_info < (3, 14) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready: $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet -r requirements-dev.lock
	touch $@

docs: $(VENV)/ready-dev
	$(BIN)/python tests/write_docs.py

lock: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra notebook --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) demo-report build dist
