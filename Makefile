# Five words: demo, test, lint, bench, gold. Everything they need is set up on the way.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A site runs a compiled wheel (docs/decisions/0006): its folder goes before the source.
COMPILED := $(VENV)/compiled
AS_A_SITE := PYTHONSAFEPATH=1 PYTHONPATH=$(COMPILED)
CORE := $(addprefix tests/,terminology fhir_mappings chart assessment planning followup delivery gold vignettes year)

.PHONY: demo test lint bench gold compiled test-compiled check clean

demo: $(VENV)/.app  ## sandbox EHR and app, side by side; prints the address to open
	@$(BIN)/cmm demo

test: $(VENV)/.dev  ## the whole test suite
	@$(BIN)/pytest -n auto --dist loadfile

lint: $(VENV)/.dev  ## style, types, import contracts, spelling, templates
	@scripts/lint $(BIN)

bench: $(VENV)/.compiled  ## speed of what a site runs, as ratios against a named baseline
	@$(AS_A_SITE) $(BIN)/python -m benchmarks

gold: $(VENV)/.dev  ## sensitivity and specificity against cases with a known answer
	@$(BIN)/python -m tests.gold

compiled: $(VENV)/.compiled  ## the compiled wheel, unpacked, where there is a C compiler

test-compiled: $(VENV)/.compiled  ## the tests of the core against the compiled wheel
	@$(AS_A_SITE) $(BIN)/pytest -n auto --dist loadfile --import-mode=append $(CORE)

check: lint test

$(VENV)/.app: pyproject.toml constraints.txt scripts/install
	@PYTHON=$(PYTHON) scripts/install $(VENV) '.[pdf]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt scripts/install
	@PYTHON=$(PYTHON) scripts/install $(VENV) '.[dev,pdf]'
	@touch $@ $(VENV)/.app

$(VENV)/.compiled: $(VENV)/.dev scripts/wheel scripts/compiled $(shell find app launch fhir_mappings -type f -not -name '*.pyc')
	@scripts/compiled $(BIN) $(COMPILED)
	@touch $@

clean:
	rm -rf $(VENV) .demo
