# Everything from a bare checkout, with Python >= 3.11 and make. Another Python: make PYTHON=/path/to/python3.12 ...

PYTHON ?=
PY := .venv/bin/python
# what runs on every Python found, beside the whole suite on one
PORTABLE := tests/cli/test_imports.py tests/contracts tests/codec tests/mapping tests/envelope tests/agreement tests/doors

.PHONY: help setup run demo test test-here test-others conformance soak services bench lint dev

help:
	@echo "make setup   build the environment"
	@echo "make run     run the demo day and keep serving until Ctrl-C"
	@echo "make demo    run the demo day; fails unless every order ended as expected"
	@echo "make test    all tests; on other Pythons the portable ones"
	@echo "make conformance   one suite per port, every attack of docs/guards.md and what each cost, MUTANTS=n broken contracts"
	@echo "make soak    two hubs on PostgreSQL and RabbitMQ, 2,000 orders, and everything dies once (ORDERS=n)"
	@echo "make services  install and start what some tests call: PostgreSQL, RabbitMQ, Chromium, SOAP clients (Debian)"
	@echo "make bench   measure"
	@echo "make lint    ruff, mypy, import rules"

setup:
	@.ci/setup .venv requirements.lock "$(PYTHON)"

dev:
	@.ci/setup .venv requirements-dev.lock "$(PYTHON)"

run: setup
	@exec $(PY) -m hub.cli.main demo --serve $(ARGS)

demo: setup
	@exec $(PY) -m hub.cli.main demo $(ARGS)

test: test-here test-others

test-here: dev
	$(PY) -m pytest $(ARGS)

test-others: dev
	@.ci/others $(PORTABLE)

# in one process and one after the other, so that the figures are the requests' own
conformance: dev
	$(PY) -m pytest -n 0 --figures tests/conformance tests/security $(ARGS)
	MBOSS_MUTANTS=$(or $(MUTANTS),2000) $(PY) -m pytest -n 0 tests/contracts/test_mutants.py $(ARGS)

# the big runs at full size; make test holds them at a twentieth
soak: dev
	MBOSS_SOAK_ORDERS=$(or $(ORDERS),2000) $(PY) -m pytest -n 0 -s tests/soak $(ARGS)

services:
	@.ci/services

bench: dev
	@$(PY) -m hub.cli.main bench $(ARGS)

lint: dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
