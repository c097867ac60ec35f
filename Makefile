# Everything a developer types. Needs Python 3.11 or newer, git and make; all else goes into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SMOKE ?= 3.12 3.13

.PHONY: help setup demo test unit mutants chaos fuzz slow soak coverage lint types gate docs reference pictures constraints check smoke bench nightly clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "scangate needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[attest,aws,fleet]" --group test --group lint --group docs
	$(BIN)/python -m compileall -q scanners
	@touch $@

setup: $(READY) ## Set up .venv

demo: $(READY) ## Scan a copy of the deliberately weak application, under no policy of this repository; it must fail the gate
	@copy=$$(mktemp -d) && cp -R tests/weak_app/. "$$copy" && $(BIN)/scangate scan "$$copy" --policy baseline; code=$$?; rm -rf "$$copy"; test $$code -eq 1

test: $(READY) ## Run the tests
	$(BIN)/pytest -m 'not nightly' -n 2

unit: $(READY) ## Run the tests that start no program
	$(BIN)/pytest -m 'unit and not nightly' -n 2

mutants: $(READY) ## Mutation testing of the evaluation and the engine; goes on where it was interrupted
	$(BIN)/pip install --quiet --disable-pip-version-check --group mutation
	$(BIN)/python tests/mutation_testing.py $(ARGS)

chaos: $(READY) ## Scans with a random fault each, such as a kill or a full disk; goes on where it was interrupted
	$(BIN)/python -m tests.endurance.chaos $(ARGS)

fuzz: $(READY) ## Fuzz every reader of hostile text; goes on where it was interrupted
	$(BIN)/pip install --quiet --disable-pip-version-check --group fuzz
	$(BIN)/python -m tests.endurance.fuzz $(ARGS)

slow: $(READY) ## Look for inputs that a reader of hostile text is slow with
	$(BIN)/python -m tests.endurance.slow_inputs $(ARGS)

soak: $(READY) ## Scan this repository at 60 of its last commits with one cache, and without; goes on where it was interrupted
	$(BIN)/python -m tests.endurance.soak $(ARGS)

coverage: $(READY) ## Run the tests and show the lines that they do not reach; takes half as long again
	$(BIN)/pytest -m 'not nightly' -n 2 --cov --cov-report=term --cov-fail-under=90

lint: $(READY) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Check types
	$(BIN)/mypy

gate: $(READY) ## Pass our own gate
	$(BIN)/scangate scan .

docs: $(READY) ## Build the documentation site into .work/site; a broken link is an error
	$(BIN)/mkdocs build --quiet

reference: $(READY) ## Write the pages of docs/reference that are generated from the code
	PYTHONPATH=docs $(BIN)/python -m reference_pages

constraints: $(READY) ## Renew constraints.txt: every dependency at its newest release that pyproject.toml allows, with hashes
	$(BIN)/pip install --quiet --disable-pip-version-check --group install
	$(BIN)/uv pip compile pyproject.toml --extra attest --extra aws --extra fleet --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make constraints' --quiet --output-file constraints.txt

pictures: $(READY) ## Draw the README's pictures from a real scan
	PYTHONPATH=docs $(BIN)/python -m reference_pages pictures

check: lint types test gate docs ## All of the above

smoke: $(READY) ## Run the smoke tests on the other Pythons that are installed
	tests/smoke.sh $(SMOKE)

bench: $(READY) ## Measure scangate against the tools by hand; ARGS="start hook --repeat 1" for a part
	$(BIN)/python benchmarks/run.py $(ARGS)

nightly: $(READY) ## Run the heavy tests, and all tests with coverage
	$(BIN)/pip install --quiet --disable-pip-version-check --group install
	$(BIN)/pytest -m nightly -n 1 --durations=0
	$(MAKE) coverage

clean: ## Remove everything that make created
	rm -rf $(VENV) .work dist build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis scangate-reports
