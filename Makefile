# Two commands on a fresh machine: `make conformance` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
REQUIRE ?= torch,jax,paddle,mindspore
# of 5 GB each, with all frameworks in it; 0 for pytest alone
WORKERS ?= 2
# of a run, for its report in the site; `make docs` leaves one
RECORD ?= $(wildcard build/docs/conformance.jsonl)

.PHONY: conformance docs site bench test lint wheel clean generated

conformance: $(VENV)/.installed  ## every case on every framework, native and ours
	$(BIN)/mlloss conformance --require all $(ARGS)

docs: $(VENV)/.installed  ## the same, and what it found: the matrix in docs/, the rest in build/docs/
	mkdir -p build/docs
	$(BIN)/mlloss conformance --require all --record build/docs/conformance.jsonl \
		--markdown docs/conformance.md --html build/docs/conformance.html $(ARGS)
	$(BIN)/mlloss porting build/docs/porting

site: $(VENV)/.installed  ## build/site; with RECORD=FILE the report of that run is in it
	$(BIN)/python docs/generator/build_site.py $(if $(RECORD),--record $(RECORD))

bench: $(VENV)/.installed  ## how fast, beside each framework's own functions
	$(BIN)/mlloss bench --json docs/benchmarks.json --markdown docs/benchmarks.md \
		--plot docs/benchmarks.svg --threads 1 --threads 2 --memory $(ARGS)

test: $(VENV)/.installed  ## the tests; a missing framework fails
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --require $(REQUIRE) $(ARGS)

generated: $(VENV)/.installed  ## the checked-in files that are made from tables
	$(BIN)/python -m mlloss.conformance.codegen

lint: $(VENV)/.installed  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf build/lint  # mypy resolves mlloss.backends in an installed tree only
	$(BIN)/python -m pip install --quiet --no-deps --target build/lint .
	MYPYPATH=build/lint $(BIN)/mypy --package mlloss

wheel: $(VENV)/.installed  ## dist/mlloss-*.whl
	$(BIN)/python -m build --wheel

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[all]" --group dev
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
