# Every target sets up by itself what it needs, from the package registries.
# PYTHON=/path/to/python3.13 chooses an interpreter of 3.11 to 3.13; else it is python3.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
STUDIO := .venv-label-studio
DATASETS := .venv-datasets-3
RUN := $(VENV)/bin

.PHONY: install environment old-datasets lock up test chromium check bench model quality clean

install: environment
	@PYTHON="$(PYTHON)" locks/install.sh $(STUDIO) label-studio

# The oldest of the datasets library that a version is to load in.
old-datasets: environment
	@PYTHON="$(PYTHON)" locks/install.sh $(DATASETS) datasets-3

environment:
	@PYTHON="$(PYTHON)" locks/install.sh $(VENV) dev

# The locks anew, for every Python that pyproject.toml allows: pins stay as they are as long as they fit;
# LOCK="--upgrade" or LOCK="--upgrade-package NAME" raises them.
LOCK :=
COMPILE = $(RUN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $(LOCK)
lock: environment
	$(COMPILE) locks/uv.in --output-file locks/uv.txt
	$(COMPILE) locks/label-studio.in --output-file locks/label-studio.txt
	$(COMPILE) locks/datasets-3.in --output-file locks/datasets-3.txt
	$(COMPILE) pyproject.toml --extra dev --output-file locks/dev.txt
	$(COMPILE) pyproject.toml --constraint locks/dev.txt --output-file locks/curator.txt

up: install
	@exec $(RUN)/curator up

# The fast gate: seconds, no server.
check: environment
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/pytest -q tests/test_architecture.py

# Two workers keep two cores busy; each takes whole files, and shares one Label Studio among them.
test: install old-datasets chromium check
	$(RUN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# The browser of the end-to-end tests: installed where that is allowed, asked for where it is not.
chromium:
	@command -v chromium >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-color-emoji; \
		else echo "Chromium is missing: sudo apt-get install chromium" >&2; exit 1; fi; }

# All benchmarks, or those of PARTS="NAME …"; LARGE=1 adds 100,000 documents where that takes longer than all the rest.
PARTS :=
LARGE :=
bench: environment
	CURATOR_BENCH_LARGE=$(LARGE) $(RUN)/python -m benchmarks $(PARTS)

# The trained pipeline and the calibration tables that are shipped, made anew from the gold.
MODEL := seeds/models/conflict_news
PIPELINES := rules trained preannotate
model: environment
	rm -rf $(MODEL).new
	$(RUN)/curator train seeds/gold --config configs/train.cfg --out $(MODEL).new/conflict_news
	rm -rf $(MODEL)
	mv $(MODEL).new/conflict_news $(MODEL)
	rmdir $(MODEL).new
	for name in $(PIPELINES); do $(RUN)/curator calibrate seeds/gold/dev.jsonl --pipeline configs/$$name.cfg; done

# How good pre-annotation is on the third of the corpus that is kept for measuring.
quality: environment
	@$(RUN)/python -m benchmarks.agreement; echo
	@for name in $(PIPELINES); do \
		$(RUN)/curator evaluate seeds/gold/test.jsonl --pipeline configs/$$name.cfg --reliability; echo; done

clean:
	rm -rf $(VENV) $(STUDIO) $(DATASETS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
