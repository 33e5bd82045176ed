# Every target sets up by itself what it needs, from the package registries.
PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
STUDIO := .venv-label-studio
RUN := $(VENV)/bin

.PHONY: install up test chromium check bench model quality clean

install: $(VENV)/.ready $(STUDIO)/.ready

$(VENV)/.ready: locks/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { echo "Python 3.11 is needed: apt-get install python3.11-venv, or make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	$(RUN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(STUDIO)/.ready: locks/label-studio.txt | $(VENV)/.ready
	$(PYTHON) -m venv $(STUDIO)
	$(STUDIO)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r locks/label-studio.txt
	touch $@

up: install
	@exec $(RUN)/curator up

# The fast gate: seconds, no server.
check: $(VENV)/.ready
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/pytest -q tests/test_architecture.py

test: install chromium check
	$(RUN)/pytest

# The browser of the end-to-end tests: installed where that is allowed, asked for where it is not.
chromium:
	@command -v chromium >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-color-emoji; \
		else echo "Chromium is missing: sudo apt-get install chromium" >&2; exit 1; fi; }

bench: $(VENV)/.ready
	$(RUN)/python -m benchmarks

# The trained pipeline and the calibration tables that are shipped, made anew from the gold.
MODEL := seeds/models/conflict_news
PIPELINES := rules trained preannotate
model: $(VENV)/.ready
	rm -rf $(MODEL).new
	$(RUN)/curator train seeds/gold --config configs/train.cfg --out $(MODEL).new/conflict_news
	rm -rf $(MODEL)
	mv $(MODEL).new/conflict_news $(MODEL)
	rmdir $(MODEL).new
	for name in $(PIPELINES); do $(RUN)/curator calibrate seeds/gold/dev.jsonl --pipeline configs/$$name.cfg; done

# How good pre-annotation is on the third of the corpus that is kept for measuring.
quality: $(VENV)/.ready
	@$(RUN)/python -m benchmarks.agreement; echo
	@for name in $(PIPELINES); do \
		$(RUN)/curator evaluate seeds/gold/test.jsonl --pipeline configs/$$name.cfg --reliability; echo; done

clean:
	rm -rf $(VENV) $(STUDIO) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
