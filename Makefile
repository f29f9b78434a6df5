.PHONY: build publish test test-real lint sample population history report dashboard docs superset \
	test-superset bench lock clean

PYTHON ?= python3
BIN := .venv/bin

# Where a test builds: never in the file that people query.
TEST_DB := target/test.duckdb

build: .venv/installed
	@echo "Building and testing; this takes a few minutes. Details: logs/dbt.log"
	@$(BIN)/python -m dbt_plugins.progress build
	@$(BIN)/python -m segmentation.summary
	@$(BIN)/python -m presentation.publish

# The public tables of the build file, in published/customer_segments.duckdb; with PARQUET=yes also as
# Parquet files, in published/parquet.
publish: .venv/installed
	@$(BIN)/python -m presentation.publish $(if $(filter yes,$(PARQUET)),--parquet)

test: .venv/extras lint
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
	@mkdir -p $(dir $(TEST_DB)) && rm -f $(TEST_DB)
	SEGMENTS_DB=$(TEST_DB) SEGMENTS_DATA=sample_data $(BIN)/dbt build --target-path target/test

# The same tests with the public data sets in the folder $(REAL_DATA).
test-real: .venv/extras
	SEGMENTS_REAL_DATA=$(REAL_DATA) $(BIN)/pytest -m real

lint: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/sqlfluff lint --disable-progress-bar models tests

sample: .venv/installed
	$(BIN)/python -m segmentation.simulate

# A population from a file of your own: make population NAME=wholesale EVENTS=path.csv (CUSTOMERS=…,
# MAP='customer=…, time=…'). The shell reads the values from the environment, quotes and all.
population: export NAME := $(value NAME)
population: export EVENTS := $(value EVENTS)
population: export CUSTOMERS := $(value CUSTOMERS)
population: export MAP := $(value MAP)
population: .venv/installed
	@$(BIN)/python -m segmentation.population \
		--name "$$NAME" --events "$$EVENTS" --customers "$$CUSTOMERS" --map "$$MAP"

# The segments of past dates, by the model that is in use: make history FROM=2019-10-08 TO=2019-11-26
# EVERY='1 week'. Python writes the values as JSON, quotes and all.
history: export FROM := $(value FROM)
history: export TO := $(value TO)
history: export EVERY := $(value EVERY)
history: .venv/installed
	@test -n "$$FROM" && test -n "$$TO" && test -n "$$EVERY" \
		|| { echo "Say the first day, the last one and the step, such as" \
			"make history FROM=2019-10-08 TO=2019-11-26 EVERY='1 week'"; exit 1; }
	@$(BIN)/python -m dbt_plugins.progress build --exclude-resource-type unit_test \
		-s +segment_history +segment_migrations +segment_stays \
		--vars "$$($(BIN)/python -c \
		'import json, os; \
		moments = {key.lower(): os.environ[key] for key in ("FROM", "TO", "EVERY")}; \
		print(json.dumps({"mode": "score", "history": moments}))')"
	@$(BIN)/python -m segmentation.summary history
	@$(BIN)/python -m presentation.publish

# One page on all segments, published/report.html: it opens offline, in any browser.
report: .venv/extras
	@$(BIN)/python -m presentation.report

# Pages on the published file for this machine's browser; stop them by Ctrl+C.
dashboard: .venv/extras
	@$(BIN)/python -m presentation.dashboard

# Superset with a dashboard on the published file, in an environment of its own, on this machine only.
PORT ?= 8088
superset: .venv-superset/installed
	@.venv-superset/bin/python bi/superset/serve.py --home .superset --port $(PORT)

# Slow, so not in make test: imports the dashboard, queries each chart over REST, keeps a picture.
test-superset: .venv-superset/installed .venv/extras
	@$(BIN)/python bi/superset/check.py docs/images/superset.png

.venv-superset/installed: bi/superset/requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' \
		|| { echo "Superset needs Python 3.11 or 3.12; say which with 'make superset PYTHON=python3.12'."; exit 1; }
	@echo "Installing Superset into .venv-superset: about 900 MB, a few minutes."
	@$(PYTHON) -m venv .venv-superset
	@.venv-superset/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r bi/superset/requirements.lock
	@touch $@

# dbt's documentation of every table and column, as one page that opens offline.
docs: .venv/installed
	@$(BIN)/python -m dbt_plugins.docs

# Speed and memory beside notebooks, into benchmarks/RESULTS.md; all of it takes hours. A part:
# make bench PARTS="whole day" SIZES="1000000" FORMATS=parquet WAYS="ours careful" RUNS=3
bench: .venv/extras
	@$(BIN)/python -m benchmarks.speed $(foreach each,PARTS SIZES FORMATS WAYS RUNS,$(if $($(each)),\
		--$(shell echo $(each) | tr A-Z a-z) $($(each))))

# Needs uv. The locks hold versions and hashes, no addresses.
LOCK := uv pip compile --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-strip-extras --no-annotate --no-header --upgrade
lock:
	$(LOCK) pyproject.toml --extra dev --output-file requirements.lock
	$(LOCK) pyproject.toml --extra report --extra dashboard --extra metrics --extra browser --extra bench \
		--constraints requirements.lock --output-file requirements-extras.lock
	$(LOCK) bi/superset/requirements.in --output-file bi/superset/requirements.lock

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which with 'make build PYTHON=python3.12'."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What the report, the dashboard, the metrics and their tests need besides.
.venv/extras: requirements-extras.lock .venv/installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-extras.lock
	@touch $@

clean:
	rm -rf .venv .venv-superset .superset target logs published customer_segments.duckdb
