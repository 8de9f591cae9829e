# Two commands do everything on a fresh machine (Debian, Python >= 3.11, make):
#   make demo    installs, then runs the main job offline on examples/data, into maps/demo
#   make test    installs, then runs the tests
# PYTHON=python3.12 make demo  takes another Python; it must be 3.11 or later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench clean

demo: $(VENV)/.installed
	$(BIN)/ptce-geo run examples/data/members.csv --poles examples/data/poles.csv --out maps/demo \
		--source "Échantillon illustratif compilé de pages publiques (examples/data), pas un recensement"

# A file goes to one process, whose fixtures then serve all of it. In their own order, not by number
# of tests: the files with the fewest are among the slowest, and would all be left for the end.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/embedded_france.py
	$(BIN)/python benchmarks/commune_geocoder.py
	$(BIN)/python benchmarks/locate.py
	$(BIN)/python benchmarks/indicators.py
	$(BIN)/python benchmarks/coverage.py
	$(BIN)/python benchmarks/maps.py
	$(BIN)/python benchmarks/study.py

clean:
	rm -rf $(VENV) .venv-addok maps/demo

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.installed

$(BIN)/python:
	sh tools/make_venv.sh $(PYTHON) $(VENV)
