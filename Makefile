# make demo PYTHON=python3.12 VENV=.venv-3.12 works on another interpreter.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LIBRARY := $(VENV)/.library
EXTRAS ?= dev,docs
PYTEST_ARGS ?=
# Whether the tests that start a Spark session run: yes, no, or unset for "where Java and PySpark are there".
SPARK ?= $(shell command -v java >/dev/null && $(BIN)/python -c "import pyspark" 2>/dev/null && echo yes || echo no)

export MPLBACKEND = Agg
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install demo test test-spark quick lint format docstrings types imports docs linkcheck linkcheck-online notebooks check lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       simulate a customer base and report on it"
	@echo "make test       all tests and doctests, slow ones too"
	@echo "make quick      tests and doctests without the slow ones"
	@echo "make test-spark the tests on Spark, whole studies too; needs Java"
	@echo "make lint       ruff, notebooks without outputs"
	@echo "make docstrings numpydoc's rules on everything public, translations complete"
	@echo "make types      mypy, strict"
	@echo "make imports    imports go one way"
	@echo "make docs       the documentation, into docs/_build/html"
	@echo "make linkcheck  links between pages, headings, notebooks and files; no network needed"
	@echo "make linkcheck-online  links to other sites too"
	@echo "make notebooks  run every notebook"
	@echo "make check      all of these but the demo"
	@echo "make format     put the layout of the code right"
	@echo "make lock       write requirements/locked.txt from the environment"

install: $(STAMP)

$(STAMP): pyproject.toml requirements/locked.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing cxvalue and its tools into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --constraint requirements/locked.txt --editable ".[$(EXTRAS)]"
	@touch $(LIBRARY) $@

# The library alone, for those who want to see it before they install what its tests and documentation need.
$(LIBRARY): pyproject.toml requirements/locked.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing cxvalue into $(VENV), which takes a minute or two ..."
	@$(BIN)/python -m pip install -qq --constraint requirements/locked.txt --editable .
	@touch $@

demo: $(LIBRARY)
	@$(BIN)/cxvalue demo
	@echo "Next: source $(BIN)/activate, then: cxvalue init FOLDER, where FOLDER holds your tables."

test: $(STAMP)
	@test "$(SPARK)" = yes || echo "The tests on Spark are left out: Java or the extra 'spark' is missing (make test-spark)."
	@$(BIN)/python -m pytest src/cxvalue tests -m "not spark$(if $(filter yes,$(SPARK)),_whole)" $(PYTEST_ARGS)

test-spark: $(STAMP)
	@$(BIN)/python -m pip install -qq --constraint requirements/locked.txt --editable ".[$(EXTRAS),spark]"
	@$(BIN)/python -m pytest tests -m spark $(PYTEST_ARGS)

quick: $(STAMP)
	@$(BIN)/python -m pytest src/cxvalue tests -m "not slow and not spark" $(PYTEST_ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Layout: run 'make format'."; exit 1; }
	@! grep -l '"output_type"' notebooks/*.ipynb || { echo "Notebooks hold outputs: clear them before a commit."; exit 1; }

docstrings: $(STAMP)
	@$(BIN)/python .ci/docstrings.py
	@$(BIN)/python .ci/catalogues.py --check

format: $(STAMP)
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

types: $(STAMP)
	@$(BIN)/mypy

imports: $(STAMP)
	@$(BIN)/lint-imports --no-logo

docs: $(STAMP)
	@$(BIN)/sphinx-build -q -E -W --keep-going -j auto -b html docs docs/_build/html

linkcheck: $(STAMP)
	@$(BIN)/python .ci/links.py

linkcheck-online: linkcheck
	@$(BIN)/sphinx-build -q -b linkcheck docs docs/_build/linkcheck

notebooks: $(STAMP)
	@$(BIN)/python -m pytest -q -p no:randomly --nbmake --nbmake-timeout=600 notebooks $(PYTEST_ARGS)

check: lint docstrings types imports linkcheck docs notebooks test

lock: $(STAMP)
	@{ echo '# The versions that the tests run with. A constraints file: pip install -c requirements/locked.txt'; \
	   echo '# Written by `make lock`.'; \
	   echo '# soupsieve is left free: its newest versions refuse the first releases of Python 3.11.'; \
	   $(BIN)/python -m pip freeze -qq --exclude-editable --exclude cxvalue --exclude soupsieve; } > requirements/locked.tmp
	@mv requirements/locked.tmp requirements/locked.txt

clean:
	@rm -rf $(VENV) docs/_build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
