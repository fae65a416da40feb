# Two commands are enough: `make demo` shows the whole program at work, `make test` proves it.
# Nothing is installed outside .venv but the Debian packages that the tests need (`make test`).

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Tests mostly wait for servers: a few more processes than cores.
WORKERS ?= 4
# Runs of an hour, with the figures that they print.
LONG = $(BIN)/python -m pytest --timeout=0 -rP
COMPILE := $(BIN)/pip-compile $(if $(UPGRADE),--upgrade)
# dovecot-imapd: the real mailbox server; postgresql: the other database; systemd: systemd-analyze, for the unit's tests
DEBIAN_PACKAGES := dovecot-imapd postgresql systemd

.PHONY: demo test soak soak-memory soak-workers fuzz check format docs bench bench-workers bench-growth bench-scale bench-peers wheel lock clean debian-packages
.DEFAULT_GOAL := demo

demo: .venv/.runtime  ## the main job on sample mails, with nothing else installed (ONCE=1: ends by itself)
	@$(BIN)/anliegen demo $(if $(ONCE),--once)

test: .venv/.dev debian-packages  ## every test; PYTEST="-k gate" chooses some
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal $(PYTEST)

soak: .venv/.dev debian-packages  ## the daemon killed 200 times while mail flows (SOAK=…), a bomb of 10,000 mails, a longer state machine, 40,000 changed mails
	SOAK=$(or $(SOAK),200) $(LONG) --numprocesses=$(WORKERS) tests/integration/test_kill.py tests/unit/test_mail_bomb.py \
		tests/properties/test_state_machine.py tests/properties/test_decision.py

soak-workers: .venv/.dev debian-packages  ## 4 workers, 20 mailboxes, 4,000 mails; killed, stopped, cut off (SOAK_MAILS=…, SOAK_SECONDS=…)
	SOAK_MAILS=$(or $(SOAK_MAILS),4000) $(LONG) tests/integration/test_workers.py -k whatever

soak-memory: .venv/.dev debian-packages  ## 20 mails of 35 MB among 300 others, then SOAK_MEMORY=50000 mails: the memory of all processes
	SOAK_MEMORY=$(or $(SOAK_MEMORY),50000) $(LONG) tests/integration/test_memory.py

fuzz: .venv/.fuzz  ## octets that break the way from mail to decision, for FUZZ=600 seconds, guided by coverage
	$(BIN)/python -m tests.fuzz -max_total_time=$(or $(FUZZ),600)

check: .venv/.dev  ## formatting, lint, types, import floors, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

format: .venv/.dev  ## let ruff write what `check` would ask for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.dev  ## write the generated parts of docs/ anew
	$(BIN)/python docs/generate.py

bench: .venv/.dev  ## the measurements of bench/, as a table and as JSON
	$(BIN)/python -m bench

bench-growth: .venv/.dev debian-packages  ## what the day costs with a thousand tickets, and with a million (docs/growth.md)
	$(BIN)/python -m bench.growth

bench-scale: .venv/.dev debian-packages  ## what a mail, a mailbox and a process cost, and a Monday morning simulated (docs/scale.md)
	$(BIN)/python -m bench.scale

bench-workers: .venv/.dev debian-packages  ## what four workers do beside one, where servers answer slowly
	$(BIN)/python -m bench.workers

bench-peers: .venv/.dev .venv-peers/.installed debian-packages  ## beside what does this work today, in an environment of its own (MAILS=500)
	$(BIN)/python -m bench.peers $(MAILS)

wheel: .venv/.runtime  ## dist/anliegen-*.whl: what a server installs (docs/operations.md)
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

# Three files, so that a deployment installs no test tool, and a test no fuzzer. None names an index or a path:
# where packages come from is the installing machine's own affair, what they must be is settled by the hashes.
lock: .venv/.dev  ## pin every dependency anew, with hashes (UPGRADE=1: to the newest versions)
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra postgresql --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --extra fuzz --constraint requirements-dev.lock --output-file requirements-fuzz.lock pyproject.toml
	$(COMPILE) --config bench/peers/pip-tools.toml --output-file bench/peers/requirements.txt bench/peers/requirements.in

clean:  ## everything that can be made anew
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "anliegen needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

# The stamps are redone when a lock changes. The project itself is not in the lock (pip refuses `-e .` under
# hashes), so it follows without dependencies; its build backend is in the lock.
.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing the locked dependencies into .venv; the first time takes a minute or two."
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.fuzz: requirements-fuzz.lock .venv/.dev
	$(PIP) install --quiet --require-hashes -r requirements-fuzz.lock
	@touch $@

.venv-peers/.installed: bench/peers/requirements.txt | .venv/bin/python
	$(BIN)/python -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r bench/peers/requirements.txt
	@touch $@

debian-packages:
	@missing=; for package in $(DEBIAN_PACKAGES); do \
		dpkg-query --show --showformat='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed \
			|| missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	[ "$$(id -u)" = 0 ] && sudo= || sudo=sudo; \
	echo "Installing for the tests:$$missing"; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing
