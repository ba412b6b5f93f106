# Every target prepares what it needs: the environment in .venv, the built pages, the database. Nothing has to be installed by hand
# except Python 3.11 or newer and make. Variables: PORT=8001  DEMO=dental (empty: none)  ARGS="-k invoice"  ONLY=name  WHAT=kills  PYTHON=python3.12

ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
endif
PYTHON := $(or $(PYTHON),python3)
DEMO ?= dental
ARGS ?=
ONLY ?=
WHAT ?= kills
WORKERS ?= 2
START := $(PYTHON) tools/start.py
VENV := .venv/bin
export ONLY

.DEFAULT_GOAL := help
.PHONY: help run build test check format docs bench endure lock openapi words client clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: ## prepare everything and serve on http://127.0.0.1:8000 with a demo company (Ctrl-C ends it)
	@exec $(START) run --end-with-parent --demo "$(DEMO)"

build: ## prepare everything that a server needs, and start nothing
	@exec $(START) prepare --pages

test: ## run all tests on a real PostgreSQL, the browser included
	@$(START) prepare --dev --pages --chromium --imap --proxy --hledger
	@exec $(VENV)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: ## style, types, architecture, migrations, house rules
	@$(START) prepare --dev
	@exec $(VENV)/python tools/check.py

format: ## put the code into the one form
	@$(START) prepare --dev
	@$(VENV)/ruff check --fix --quiet . ; exec $(VENV)/ruff format .

docs: ## build the documentation into site/
	@$(START) prepare --dev
	@$(VENV)/python -m enfilade.site.reference docs/reference
	@exec $(VENV)/zensical build --clean

bench: ## measure; ONLY=name measures one figure; exit code 1 where one falls short
	@$(START) prepare --dev
	@exec $(VENV)/python -m bench

endure: ## kill processes, lose nodes, carry a load, damage files: is all that was acknowledged there, and once? WHAT=kills|nodes|load|files
	@$(START) prepare --dev --pages --proxy
	@exec $(VENV)/python -m bench.endure $(WHAT) $(ARGS)

lock: ## resolve requirements/*.in anew into hash-pinned locks
	@$(START) prepare --dev
	@exec $(VENV)/python tools/lock.py

openapi: ## store the OpenAPI document that the tests compare with
	@$(START) prepare --dev
	@exec $(VENV)/python tools/openapi.py

words: ## bring the catalogues of all languages up to date; says what has no translation yet
	@$(START) prepare --dev
	@exec env PYTHONPATH=src $(VENV)/python tools/words.py

client: ## write the Python client of the API to clients/enfilade_client.py
	@$(START) prepare --dev
	@exec $(VENV)/python tools/client.py

clean: ## remove what make built; data are not touched
	rm -rf .venv .cache frontend/node_modules frontend/dist frontend/dist.new frontend/dist.old site
