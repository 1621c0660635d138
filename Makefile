# Everything starts from here: each target sets up what it needs. CI runs `test` and `check`.
#
#   make demo    a live stream over real HTTP, in colour
#   make test    all tests
#   make check   formatting, lints, types, layers
#   make gate    instructions per event against the committed limits; gate-update moves them
#   make bench   speed beside peers, in one run
#   make test-aiperf  our metrics beside those of aiperf's own code, in a virtualenv of its own
#   make test-vllm   beside those of vLLM's own code, which is fetched: 340 MB
#   make clients  docs/clients.md anew: other clients over our vectors, in a virtualenv of their own
#   make reference   docs/reference.md anew, from the docstrings
#   make screenshots   the pictures of docs/inspecting.md anew; needs Chromium
#   make soak    ten thousand slow streams at once, a million dropped ones; a few minutes
#   make fuzz    a minute of fuzzing per target; SECONDS=3600 for more, TARGETS=decode for one
#   make fuzz-short   a fixed number of runs from a fixed seed, for CI
#   make fuzz-python  the same as fuzz for the Python layer, under atheris
#   make lock    pin the dependencies again

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUST   := $(shell find rust -name '*.rs' -o -name 'Cargo.toml') Cargo.toml Cargo.lock

.PHONY: screenshots clients demo test test-rust test-python test-openai-oldest test-aiperf test-vllm check check-rust check-python gate gate-update bench bench-quick soak reference fuzz fuzz-short fuzz-python lock clean

demo: $(VENV)/.built
	$(BIN)/or-stream demo

test: test-rust test-python test-openai-oldest

test-rust:
	cargo test --quiet --workspace --locked

test-python: $(VENV)/.built $(VENV)/.dev $(if $(shell command -v chromium),$(VENV)/.browser)
	$(BIN)/python -m pytest

# The tests of the OpenAI SDK once more, with the oldest that the extra allows: its decoder's place is not public.
test-openai-oldest: $(VENV)/.built
	@if $(MAKE) --no-print-directory .venv-openai/.ready; then \
	  PYTHONPATH=$(CURDIR)/python .venv-openai/bin/python -m pytest -p no:cacheprovider tests/transports/test_openai_sdk.py; \
	elif [ -n "$$CI" ]; then exit 1; \
	else echo "skipped: the oldest OpenAI SDK could not be installed (is the registry reachable?)"; fi

.venv-openai/.ready: requirements/openai-oldest.txt
	@$(PYTHON) -m venv .venv-openai
	@.venv-openai/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# aiperf's own code on our timelines: 190 MB, so only when asked for.
test-aiperf: $(VENV)/.built $(VENV)/.dev .venv-aiperf/.ready
	$(BIN)/python -m pytest -p no:cacheprovider tests/bench/aiperf

test-vllm: $(VENV)/.built $(VENV)/.dev .venv-vllm/.ready
	$(BIN)/python -m pytest -p no:cacheprovider tests/bench/vllm

.venv-aiperf/.ready: requirements/aiperf.txt requirements/aiperf-alone.txt
	@$(PYTHON) -m venv .venv-aiperf
	@.venv-aiperf/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/aiperf.txt
	@.venv-aiperf/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/aiperf-alone.txt
	@touch $@

.venv-vllm/.ready: requirements/vllm.txt requirements/vllm-alone.txt
	@$(PYTHON) -m venv .venv-vllm
	@.venv-vllm/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/vllm.txt
	@.venv-vllm/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
	  --dest .venv-vllm/wheel -r requirements/vllm-alone.txt
	@touch $@

check: check-rust check-python

check-rust:
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets --locked -- --deny warnings

check-python: $(VENV)/.built $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests/typing
	$(BIN)/pyright
	$(BIN)/stubtest or_stream._core --ignore-disjoint-bases --allowlist tests/typing/stubtest_allowlist.txt
	$(BIN)/lint-imports

gate: $(VENV)/.dev
	$(BIN)/python -m benches.instructions

gate-update: $(VENV)/.dev
	$(BIN)/python -m benches.instructions --update

bench: $(VENV)/.built $(VENV)/.dev
	$(BIN)/python -m benches.report

soak: $(VENV)/.built $(VENV)/.dev
	$(BIN)/python -m benches.soak

bench-quick: $(VENV)/.built $(VENV)/.dev
	$(BIN)/python -m benches.report --quick

# The clients have a virtualenv of their own, and take the library from its sources.
clients: $(VENV)/.built .venv-clients/.ready
	PYTHONPATH=$(CURDIR)/python .venv-clients/bin/python -m clients

.venv-clients/.ready: requirements/clients.txt
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

reference: $(VENV)/.built $(VENV)/.dev
	$(BIN)/python -m tests.docs.reference

screenshots: $(VENV)/.built $(VENV)/.browser
	$(BIN)/python -m tests.browser.screenshots

# The stable compiler has the sanitizer and libFuzzer's counters; they are only not promised, hence the bootstrap switch.
TARGETS    ?= sse decode assemble arguments encode json
SECONDS    ?= 60
FUZZ       := target/fuzz
CORPUS     := $(FUZZ)/corpus
FUZZ_UNTIL  = -max_total_time=$(SECONDS)
HOST        = $(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')
FUZZ_FLAGS := -Zsanitizer=address --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table

fuzz: $(VENV)/.dev
	RUSTC_BOOTSTRAP=1 RUSTFLAGS="$(FUZZ_FLAGS)" cargo build --quiet --release --locked \
	  --manifest-path rust/fuzz/Cargo.toml --target $(HOST) --target-dir $(FUZZ)/build
	$(BIN)/python rust/fuzz/seeds.py $(FUZZ)/seeds
	@set -e; for target in $(TARGETS); do \
	  mkdir -p $(CORPUS)/$$target; \
	  ASAN_OPTIONS=detect_leaks=0 $(FUZZ)/build/$(HOST)/release/$$target $(FUZZ_UNTIL) -max_len=320 \
	    -artifact_prefix=$(FUZZ)/$$target- -print_final_stats=1 $(CORPUS)/$$target $(FUZZ)/seeds/$$target \
	    >$(FUZZ)/$$target.log 2>&1 || { tail -40 $(FUZZ)/$$target.log; exit 1; }; \
	  echo "$$target: $$(sed -n 's/.*number_of_executed_units: *//p' $(FUZZ)/$$target.log) runs, no finding"; \
	done

# From the seeds alone, not from what earlier runs have found: the same inputs each time.
fuzz-short:
	@rm -rf $(FUZZ)/short
	@$(MAKE) --no-print-directory fuzz CORPUS=$(FUZZ)/short FUZZ_UNTIL="-seed=1 -runs=10000"

PYTHON_TARGETS ?= streams models judgement captures proxies

fuzz-python: $(VENV)/.built $(VENV)/.dev $(VENV)/.fuzz
	@set -e; mkdir -p $(FUZZ)/python; for target in $(PYTHON_TARGETS); do \
	  $(BIN)/python -m tests.fuzzing $$target $(FUZZ)/python -max_total_time=$(SECONDS) -max_len=2000 -print_final_stats=1 \
	    >$(FUZZ)/python/$$target.log 2>&1 || { tail -40 $(FUZZ)/python/$$target.log; exit 1; }; \
	  echo "$$target: $$(sed -n 's/.*number_of_executed_units: *//p' $(FUZZ)/python/$$target.log) runs, no finding"; \
	done

# The pinned runtime and build tools, then the library itself, editable and optimised.
$(VENV)/.built: $(VENV)/.run pyproject.toml $(RUST)
	@echo "Building the core (a minute the first time) ..."
	@$(BIN)/maturin develop --release --quiet >$(VENV)/build.log 2>&1 || { cat $(VENV)/build.log; exit 1; }
	@touch $@

$(VENV)/.run: requirements/run.txt | $(VENV)/bin/python
	@echo "Installing what the library needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/bin/python
	@echo "Installing test and check tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.browser: requirements/browser.txt $(VENV)/.dev
	@echo "Installing what drives a browser ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "or_stream needs Python 3.11 or newer; say PYTHON=/path/to/python3.x make ..."; exit 1; }
	@command -v cargo >/dev/null || { echo "or_stream needs a Rust toolchain (cargo) to build its core"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# uv resolves for every platform at once; pip installs the result.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --extra cli --group build -o requirements/run.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --extra all --group build --group test --group check --group bench -o requirements/dev.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --group pyproject.toml:browser --constraints requirements/dev.txt -o requirements/browser.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-annotate --group pyproject.toml:fuzz --constraints requirements/dev.txt -o requirements/fuzz.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-annotate -o requirements/clients.txt requirements/clients.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-annotate -o requirements/openai-oldest.txt requirements/openai-oldest.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-annotate -o requirements/aiperf.txt requirements/aiperf.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-annotate -o requirements/vllm.txt requirements/vllm.in
	cargo update --quiet --workspace

clean:
	rm -rf $(VENV) .venv-aiperf .venv-vllm .venv-clients .venv-openai target python/or_stream/*.so
