# make report · make test · make quick · make lab. Needs Python 3.11 or newer and make; everything else comes with the first call.
PYTHON ?= python3
BIN := .venv/bin
# A faster installer than pip, itself from the package index; pip takes over where it can't reach that.
INSTALLER := uv==0.13.9

# As src/helpers/__init__.py has it, for the notebooks of `make lab` and the tests.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
# Without compiled modules every process would compile the libraries anew, which takes longer than a report.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report test quick test-hard chaos pins lab lock messages clean

report: .venv/ready
	@$(BIN)/jospar render

# Each file of tests stays on one worker, unless it names groups; the notebooks' kernels are forked from one process.
# pytest wants streams, also where a scheduler has closed them.
STREAMS := test -e /dev/fd/0 || exec </dev/null; test -e /dev/fd/1 || exec >/dev/null;
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder
NOTEBOOKS := --nbval-lax --nbval-kernel-name jospar-warm notebooks

test: .venv/ready
	@$(STREAMS) $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(STREAMS) $(BIN)/jospar data check
	@$(STREAMS) $(PYTEST) tests $(NOTEBOOKS)

quick: .venv/ready
	@$(STREAMS) $(PYTEST) -m "not slow and not hard" tests

# At night, and before a release: each way to start the tests, and the deep ones. Hours on two cores.
test-hard: .venv/ready
	@scripts/test_hard.sh

# Renders stopped by random signals and without room; see tests/hard/chaos.py.
TRIALS ?= 30
SEED ?= 1
chaos: .venv/ready
	@$(STREAMS) $(BIN)/python tests/hard/chaos.py --trials $(TRIALS) --seed $(SEED)

# For maintainers: pin the forecasts of the committed data anew, after a change that is meant.
pins: .venv/ready
	$(BIN)/python tests/pins.py

lab: .venv/ready
	$(BIN)/jupyter lab --ServerApp.root_dir=. notebooks/tutorial.ipynb

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("jospar needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(INSTALLER)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e . \
		|| $(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

# For maintainers: newest versions that pyproject.toml allows, with hashes for every platform and no index address.
lock: .venv/ready
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra cluster --extra lab --extra test --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock

# For maintainers and translators: collect the messages of code, notebooks and tables into the catalogues.
messages: .venv/ready
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --keyword text --keyword plural:1,2 --keyword message \
		--no-location --sort-output --omit-header --output-file src/helpers/language/locale/jospar.pot .
	for language in kk ru; do $(BIN)/pybabel --quiet update --domain jospar --locale $$language --no-fuzzy-matching \
		--omit-header --ignore-obsolete --input-file src/helpers/language/locale/jospar.pot --output-dir src/helpers/language/locale; done

clean:
	rm -rf .venv outputs build .pytest_cache .ruff_cache .hypothesis src/*.egg-info
