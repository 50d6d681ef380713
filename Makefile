# Everything about Redress starts here: `make help`.
# Needs Python 3.11-3.13 with venv and make (3.81 will do), nothing else. Works without root and without Docker.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FILE ?=
REPORT ?=
ARGS ?=
TEXTS := $(wildcard ../shared/data/complaints_dev.jsonl)
.DEFAULT_GOAL := help
.PHONY: help install demo test check format up bench clean

help: ## show these lines
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | awk -F '|' '{printf "%-16s %s\n", $$1, $$2}'

install: $(STAMP) ## install into .venv (the other targets do it when needed)

$(STAMP): pyproject.toml constraints.txt
	@sh deployments/install.sh $(VENV)
	@touch $(STAMP)

demo: $(STAMP) ## run a day of the centre (FILE=complaints.jsonl: those instead; REPORT=out.json: write the result)
	@$(BIN)/redress demo $(if $(FILE),--file "$(FILE)") $(if $(REPORT),--report "$(REPORT)")

test: $(STAMP) ## run the test suite, two files at a time (ARGS="-k words" picks)
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

check: $(STAMP) ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

up: $(STAMP) ## start the stack in the foreground until Ctrl-C
	@$(BIN)/redress up

bench: $(STAMP) ## print the benchmark table
	@$(BIN)/redress bench $(if $(TEXTS),--texts $(TEXTS)) $(ARGS)

clean: ## remove .venv and caches; data in ./var stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
