# Switch: an ISO 8583 acquirer and bank-network simulator. `make` lists the verbs; each makes its own environment in .venv first.

PYTHON ?= python3
VENV := .venv
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_BUILD_CONSTRAINT=constraints.txt \
       $(VENV)/bin/python -m pip install -qq --constraint constraints.txt
# Images often forbid Python to keep what it has compiled; here dozens of processes start from the same modules.
export PYTHONDONTWRITEBYTECODE :=
APPROVALS ?=
SEEDS ?= 2000
KILLS ?= 200
ISSUER_KILLS ?= 50
PAGE_KILLS ?= 200
FRAMES ?= 1000000
DEALS ?= 20000
SECONDS ?= 3600
ARGS ?=
# Spark itself and its thin client, both of the package `pyspark`, apart from each other and from $(VENV): a client brings pandas,
# which all that starts would load. Apache-2.0; 476 and 380 MB.
SPARK := .spark-outside
PYSPARK_VERSION := 4.0.5
PYSPARK_CLIENT_VERSION := 4.0.4
SPARK_INSTALLED := $(SPARK)/.installed-$(PYSPARK_VERSION)-$(PYSPARK_CLIENT_VERSION)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up test test-long properties lint format types bench against day-bench tls-bench follow-bench rules-bench fixture-bench security-bench sim chaos fixture-campaign mutate stalls fuzz deals oracle docs clean

help: ## list the verbs
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)$$/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s '|' 2>/dev/null \
	|| sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1  /p' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.installed ## show the main job, from the wire to a merchant's statement, and keep its files in var/demo
	@test -d var || mkdir -m 700 var
	@rm -rf var/demo
	@$(VENV)/bin/python -m switch demo --data var/demo $(ARGS)

up: $(VENV)/.installed ## run Switch on its usual ports, data in ./var (ARGS="--scenario bad-evening" and the like)
	@$(VENV)/bin/python -m switch up $(ARGS)

.PHONY: shop
shop: $(VENV)/.installed ## start Switch, its payment page and a shop of bills on free ports, and print the address to open
	@$(VENV)/bin/python -m switch shop $(ARGS)

test: $(VENV)/.installed-dev ## run the tests on all cores (ARGS="--cov=switch --cov-report=term" measures coverage, ARGS=tests/clearing runs a part)
	@$(VENV)/bin/python -m pytest -n auto -m "not long" $(ARGS)

test-long: $(VENV)/.installed-dev ## run the tests that take their time: servers, kills, whole days, rendered pages, programs of others
	@$(VENV)/bin/python -m pytest -n auto -m long $(ARGS)

properties: $(VENV)/.installed-dev ## run every property with ten times the examples (some twenty minutes)
	@$(VENV)/bin/python -m pytest -n auto -m hypothesis --hypothesis-profile=thorough $(ARGS)

lint: $(VENV)/.installed-dev ## check style and formatting
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

format: $(VENV)/.installed-dev ## put style and formatting right
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

types: $(VENV)/.installed-dev ## check types (mypy --strict)
	@$(VENV)/bin/mypy

bench: $(VENV)/.installed-dev ## measure the switch and the codec, write bench/results.md (needs a C compiler and the load tools; about ten minutes; ARGS="--iso8583sim PROGRAM" measures that one beside it)
	@$(VENV)/bin/python -m bench.run $(ARGS)

against: $(VENV)/.installed-dev ## measure this checkout side by side with an earlier one (REVISION=name), write bench/against.md (about ten minutes)
	@$(VENV)/bin/python -m bench.against $(REVISION) $(ARGS)

day-bench: $(VENV)/.installed-dev ## measure the close of days of 10,000 to 3,000,000 approvals, write bench/day_close.md (APPROVALS=100000 for that size alone; about fifteen minutes)
	@$(VENV)/bin/python -m bench.day_close $(APPROVALS)

tls-bench: $(VENV)/.installed-dev ## measure what TLS costs, write bench/tls.md (needs a C compiler, the load tools and stunnel; about three minutes)
	@$(VENV)/bin/python -m bench.tls $(ARGS)

.PHONY: page-bench
page-bench: $(VENV)/.installed-dev ## measure what a payment through the payment page costs, write bench/page.md (Switch beside it needs a C compiler and the load tools; about three minutes; ARGS="--seconds 30")
	@$(VENV)/bin/python -m bench.page $(ARGS)

follow-bench: $(VENV)/.installed-dev ## measure what --trace and --follow cost the switch, write bench/follow.md (needs a C compiler and the load tools; about two minutes)
	@$(VENV)/bin/python -m bench.follow $(ARGS)

rules-bench: $(VENV)/.installed-dev ## measure what 500 rules cost that match nothing, write bench/rules.md (needs a C compiler and the load tools; about three minutes)
	@$(VENV)/bin/python -m bench.rules $(ARGS)

fixture-bench: $(VENV)/.installed-dev ## measure what the pytest fixture costs, write bench/fixture.md (about a minute on idle cores)
	@$(VENV)/bin/python -m bench.fixture $(ARGS)

security-bench: $(VENV)/.installed-dev ## measure what CVV2, ARQC and MACs cost, write bench/security.md (about two minutes)
	@$(VENV)/bin/python -m bench.security $(ARGS)

sim: $(VENV)/.installed-dev ## live through many seeded worlds that lose, repeat and die (SEEDS=2000)
	@$(VENV)/bin/python -m tests.simulation.run $(SEEDS)

chaos: $(VENV)/.installed-dev ## kill -9 the switch and its issuers under load, prove that nothing is lost (KILLS=200 ISSUER_KILLS=50; ARGS="--seed 7")
	@$(VENV)/bin/python -m tests.chaos.run $(KILLS) $(ISSUER_KILLS) $(ARGS)

.PHONY: kills
kills: $(VENV)/.installed-dev ## kill -9 close, mail, payout file and payment page at a hundred moments each, and repeat the command (ARGS="-k mail")
	@SWITCH_KILLS=100 $(VENV)/bin/python -m pytest -n auto -m long tests/*/test_killed*.py $(ARGS)

.PHONY: page-kills
page-kills: $(VENV)/.installed-dev ## kill -9 payment page, switch and shop while bills are paid, prove that all tell the same (PAGE_KILLS=200; ARGS="--seed 7")
	@$(VENV)/bin/python -m tests.page_kills.run $(PAGE_KILLS) $(ARGS)

fixture-campaign: $(VENV)/.installed-dev ## play 200 tests of the pytest fixture on 4 workers, 20 times in other orders (ARGS="--times 3")
	@$(VENV)/bin/python -m tests.testing.fixture_campaign $(ARGS)

mutate: $(VENV)/.installed-dev ## send a running Switch a million mutated frames while another client sells (FRAMES=1000000; ARGS="--seed 7")
	@$(VENV)/bin/python -m tests.mutation.run $(FRAMES) $(ARGS)

oracle: $(VENV)/.installed-dev ## compare the books of random sequences of days with a second computation of fees and payouts (ARGS="COUNT SEED")
	@$(VENV)/bin/python -m tests.oracle.run $(ARGS)

.PHONY: engines
engines: $(VENV)/.installed-dev $(SPARK_INSTALLED) ## close random sequences of days by SQLite, DuckDB and Spark, compare all they leave (needs the extra [duckdb] and Java 17; ARGS="COUNT SEED SPARK_COUNT")
	@$(VENV)/bin/python -m tests.engines.run $(ARGS)

.PHONY: cluster
cluster: $(VENV)/.installed-dev $(SPARK_INSTALLED) ## run a cluster of Spark with Spark Connect on this machine until Ctrl-C, and print its address (needs Java 17; brings 0.9 GB of Spark)
	@$(VENV)/bin/python -m tests.engines.spark.cluster

deals: $(VENV)/.installed-dev ## play random deals against a model of the rules, with contradicting banks and kills (DEALS=20000; ARGS="--seed 7")
	@$(VENV)/bin/python -m tests.deals.run $(DEALS) $(ARGS)

fuzz: $(VENV)/.installed-dev ## give specifications, scenarios, captures, messages and whole turns any bytes at all (SECONDS=3600; ARGS="--seed 7"; pip install atheris steers it)
	@$(VENV)/bin/python -m tests.fuzz.run $(SECONDS) $(ARGS)

.PHONY: pages
pages: $(VENV)/.installed ## type what tutorials, how-to pages and French pages say, and write the outputs they quote anew (PAGES=docs/how-to/no-answer.md)
	@$(VENV)/bin/python -m tests.docs.running --update $(PAGES)

stalls: $(VENV)/.installed-dev ## measure for how long the worst bytes we know hold up the switch, and another client (ARGS="20000 --seconds 20")
	@$(VENV)/bin/python -m tests.mutation.stalls $(ARGS)

docs: $(VENV)/.installed-dev ## write docs/reference/cli.md, test-cards.md and est3dgate.md anew, and the pictures and quoted output of README.md
	@$(VENV)/bin/python -m switch.cli.reference > docs/reference/cli.md.new
	@mv docs/reference/cli.md.new docs/reference/cli.md
	@$(VENV)/bin/python -m switch.cli.card_reference > docs/reference/test-cards.md.new
	@mv docs/reference/test-cards.md.new docs/reference/test-cards.md
	@$(VENV)/bin/python -m switch.cli.est3dgate_reference > docs/reference/est3dgate.md.new
	@mv docs/reference/est3dgate.md.new docs/reference/est3dgate.md
	@$(VENV)/bin/python -m switch.cli.scenario_reference > docs/reference/scenarios.md.new
	@mv docs/reference/scenarios.md.new docs/reference/scenarios.md
	@$(VENV)/bin/python -m tests.docs.screens

clean: ## remove what the other verbs made, but the data in ./var
	rm -rf $(VENV) .venv-outside .npm-outside $(SPARK) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov
	find switch tests bench -name __pycache__ -type d -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: found $$($(PYTHON) --version 2>/dev/null || echo "no $(PYTHON)"), expected Python 3.11 or later;" \
	    "name one with PYTHON=/path/to/python3" >&2; exit 1; }
	@[ ! -t 2 ] || echo "step 1 of 3: making $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@if [ -t 2 ]; then echo "step 2 of 3: installing Switch and what it needs into $(VENV) ..." >&2; else echo "installing into $(VENV) ..."; fi
	@$(PIP) --no-compile --editable '.[gateway]'
	@touch $@
	@[ ! -t 2 ] || echo "step 3 of 3: running what was asked for" >&2

.PHONY: spark
spark: $(SPARK_INSTALLED)

$(SPARK_INSTALLED): | $(VENV)/.installed
	@[ ! -t 2 ] || echo "installing Spark into $(SPARK) ..." >&2
	@rm -rf $(SPARK)
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/bin/python -m pip install -qq --no-compile --target $(SPARK)/server pyspark==$(PYSPARK_VERSION)
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/bin/python -m pip install -qq --no-compile --target $(SPARK)/client pyspark-client==$(PYSPARK_CLIENT_VERSION)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(PIP) --upgrade pip
	@$(PIP) --no-compile --group dev
	@$(VENV)/bin/python -m compileall -q -j 0 switch
	@touch $@
