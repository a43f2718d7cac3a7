# Two commands are sacred: `make run` brings up the city, `make test` proves it.
PORT ?= 8080
DISTRICTS ?=
HOME_DIR ?= .home
SUITE ?= intl
STORY ?= day
ENGINE ?= embedded
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
UV := $(VENV)/bin/uv

# Without bytecode each of the suite's many processes would compile all that it imports,
# for seconds; some images forbid it by this setting.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-network bench soak web gateway-contract docs lint abci setup setup-dev clean
.DEFAULT_GOAL := run

$(UV):
	@echo "华表：准备 Python 环境 · preparing the Python environment in $(VENV)"
	@$(PYTHON) -c 'import sys; v=sys.version_info; sys.exit(0 if (3,11)<=v<(3,14) else "Huabiao needs Python 3.11, 3.12 or 3.13; this is %d.%d. Try: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: $(UV) pyproject.toml uv.lock
	@VIRTUAL_ENV=$(VENV) $(UV) sync --system-certs --quiet --frozen --inexact --no-default-groups --extra city
	@touch $@

$(VENV)/.dev: $(UV) pyproject.toml uv.lock
	@VIRTUAL_ENV=$(VENV) $(UV) sync --system-certs --quiet --frozen --inexact --extra city --extra s3 --extra calendar --extra cometbft --extra hsm --extra keyring --extra certificates --extra national-tls --extra nats --extra ethereum
	@touch $@ $(VENV)/.run

setup: $(VENV)/.run

setup-dev: $(VENV)/.dev
	@sh tests/system-packages.sh

run: setup
	@if [ "$(ENGINE)" = cometbft ]; then VIRTUAL_ENV=$(VENV) $(UV) sync --system-certs --quiet --frozen --inexact --no-default-groups --extra city --extra cometbft; fi
	@exec $(VENV)/bin/huabiao up --home "$(HOME_DIR)" --port $(PORT) --suite $(SUITE) --story $(STORY) --engine $(ENGINE) $(if $(DISTRICTS),--districts "$(DISTRICTS)")

lint: setup-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test: setup-dev lint
	@$(VENV)/bin/huabiao engine install
	$(VENV)/bin/pytest

# longer than `make test`: random networks, and chains with relays between them, from
# seeds, each with faults of its own
test-network: setup-dev
	@$(VENV)/bin/huabiao engine install
	@$(VENV)/bin/huabiao gateway install
	-@$(VENV)/bin/python tests/keys/openssl_command.py
	$(VENV)/bin/pytest -m long
	$(VENV)/bin/python -m huabiao.testing.network $${SEEDS:---seed 1 --seed 2 --seed 3 --seed 4 --seed 5}
	$(VENV)/bin/python -m huabiao.testing.crossing $${SEEDS:---seed 1 --seed 2 --seed 3 --seed 4 --seed 5}

# the messages of ABCI, after a change of abci.proto
abci: setup-dev
	cd src && ../$(VENV)/bin/python -m grpc_tools.protoc -I. --python_out=. huabiao/engines/cometbft/abci.proto

bench: setup-dev
	@$(VENV)/bin/huabiao engine install
	$(VENV)/bin/python -m bench --seconds $${SECONDS_EACH:-10}

# half the load for SOAK_HOURS; memory and disk must stay level
soak: setup-dev
	@$(VENV)/bin/huabiao engine install
	$(VENV)/bin/python -m bench.soak --hours $${SOAK_HOURS:-1}

# the pages' scripts, after a change in web/
web:
	cd web && npm ci --no-fund --no-audit && npm run build

# the contracts on Ethereum, after a change of their sources
gateway-contract:
	cd tests/gateways/compiler && npm ci --no-fund --no-audit
	node tests/gateways/compiler/compile.js

docs: setup-dev
	$(VENV)/bin/mkdocs build --strict

clean:
	rm -rf $(VENV) site .mypy_cache .ruff_cache .pytest_cache .hypothesis
