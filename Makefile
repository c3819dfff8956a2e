# make run    the whole stack at http://localhost:3000 (PORT and DATA_DIR override)
# make test   everything that must hold
# make help   the other targets
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUNCTIONS := chargers contribute invalidate-cdn ops optimize-photo route-search upload
TARGET_DIR = $${CARGO_TARGET_DIR:-target}
VENV_BIN := $(CURDIR)/.venv/bin
# cfn-lint wants to know where; nothing is sent there.
SAM := AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-eu-central-1} SAM_CLI_TELEMETRY=0 $(VENV_BIN)/sam

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# `exec`, so that Ctrl-C reaches the server itself; it ends with 0. Ctrl-C during the build is no error of ours either.
.PHONY: run
run: ## Install what is missing, build and start the embedded server
	@infra/setup.sh run
	@cargo build --profile local -p local
	@exec "$${CARGO_TARGET_DIR:-target}/local/local"

.PHONY: test
test: setup-test check unit template schemathesis ## Install what the tests need and run everything

.PHONY: setup-test
setup-test:
	@infra/setup.sh test

.PHONY: check
check: ## Format, lints, and each function as production builds it
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@# One by one: a workspace build would unify features and bring SQLite in.
	@for function in $(FUNCTIONS); do echo "cargo check -p $$function"; cargo check --quiet -p $$function; done

.PHONY: unit
unit: ## Every test of the workspace
	cargo test --workspace --no-fail-fast

.PHONY: template
template: ## template.yaml and the stacks of infra/ are valid
	$(SAM) validate --lint --template template.yaml
	$(VENV_BIN)/cfn-lint template.yaml infra/*.yaml

.PHONY: openapi
openapi: ## infra/openapi.json anew, from the code
	@cargo run --quiet -p openapi

# Built with the workspace, as the tests build it: nothing is compiled twice.
.PHONY: schemathesis
schemathesis: ## The embedded server against everything that infra/openapi.json promises
	@infra/setup.sh test
	@cargo build --workspace --bins
	@PATH="$(VENV_BIN):$$PATH" python3 infra/openapi/schemathesis/run.py "$(TARGET_DIR)/debug/local"

.PHONY: lambda-smoke
lambda-smoke: ## Every payload in events/ through cargo lambda watch
	@infra/setup.sh lambda
	@PATH="$(VENV_BIN):$$PATH" python3 infra/local/lambda-smoke.py

.PHONY: lambda-build
lambda-build: ## sam build, into .aws-sam/
	@infra/setup.sh lambda
	PATH="$(VENV_BIN):$$PATH" $(SAM) build

# For both kinds of machines that the parameter Architecture offers; this one's is what the steps after it run.
SAM_BUILD = $(TARGET_DIR)/sam
ONLY ?=

.PHONY: verify-aws
verify-aws: verify-lint verify-build verify-run ## What is deployed on AWS, tried out without an account (long: builds for two kinds of machines)

.PHONY: verify-lint
verify-lint: ## The templates under sam, cfn-lint and checkov: nothing is found
	@infra/setup.sh verify
	$(SAM) validate --lint --template template.yaml
	$(VENV_BIN)/cfn-lint template.yaml infra/*.yaml
	$(VENV_BIN)/checkov --quiet --compact --skip-download --framework cloudformation --file template.yaml infra/*.yaml

.PHONY: verify-build
verify-build: ## sam build, for x86-64 and arm64
	@infra/setup.sh verify
	@for machine in x86_64 arm64; do \
		PATH="$(VENV_BIN):$$PATH" $(SAM) build --build-dir "$(SAM_BUILD)/$$machine" --parameter-overrides Architecture=$$machine; \
	done

.PHONY: verify-run
verify-run: ## The built programs run as on AWS; roles, sizes, cold starts (ONLY=size|run|start|sam)
	@infra/setup.sh verify
	@cargo build --profile local -p verify-aws
	@"$(TARGET_DIR)/local/verify-aws" --x86-64 "$(SAM_BUILD)/x86_64" --arm64 "$(SAM_BUILD)/arm64" --only "$(ONLY)"

# bash counts its own SECONDS, so make must not take those of the environment for a wish.
RUN_SECONDS = $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)

.PHONY: fuzz
fuzz: ## The photo pipeline against hostile bytes (SECONDS=60 for each target)
	@infra/setup.sh fuzz
	@tests/fuzz/run.sh $(RUN_SECONDS)

# What is measured: 100 K and 1 M chargers one after the other, or one of 100k, 1m, 10m.
SCALE ?= 100k,1m

.PHONY: bench-db
bench-db: ## The table of listing and route search beside other ways (SCALE=100k|1m|10m, COLD_START=no)
	@infra/setup.sh bench
	@cargo build --profile measure -p bench
	@"$(TARGET_DIR)/measure/bench-db" --scale "$(SCALE)"
	@if [ "$(COLD_START)" != no ]; then $(MAKE) --no-print-directory bench-cold-start; fi

.PHONY: bench-backup
bench-backup: ## ops backup and restore beside pg_dump | gzip (SCALE=1m)
	@infra/setup.sh bench
	@cargo build --profile measure -p bench -p ops
	@"$(TARGET_DIR)/measure/bench-backup" "$(TARGET_DIR)/measure/ops" --scale "$(if $(filter command line,$(origin SCALE)),$(SCALE),1m)"

.PHONY: bench-cold-start
bench-cold-start: ## The start of the functions that read, as release binaries (minutes of building)
	@infra/setup.sh bench
	@cargo build --profile measure -p bench
	@# One by one: a build of both would unify features.
	@for function in chargers route-search; do cargo build --release -p $$function; done
	@"$(TARGET_DIR)/measure/bench-cold-start" "$(TARGET_DIR)/release/chargers" "$(TARGET_DIR)/release/route-search"

.PHONY: bench-telemetry
bench-telemetry: ## What a request pays for its log line and metrics
	@cargo run --quiet --profile measure -p telemetry --example cost

# How many chargers there are before; bash counts its own SECONDS, see above.
CHARGERS ?= 100000
MINUTES ?= 10

.PHONY: build-load
build-load:
	@infra/setup.sh load
	@cargo build --profile local -p load -p local -p ops

.PHONY: load
load: build-load ## Both stacks under wrk, calm and in trouble (SECONDS=60 a run, CHARGERS=100000, ONLY=word of a title)
	@"$(TARGET_DIR)/local/load" run --seconds $(RUN_SECONDS) --chargers $(CHARGERS) --only "$(ONLY)"

.PHONY: soak
soak: build-load ## Both stacks for MINUTES=10: memory, open files, threads and connections stay flat
	@"$(TARGET_DIR)/local/load" soak --minutes $(MINUTES) --chargers $(CHARGERS)

# Real photos where they are; without them the bench makes pictures.
PHOTOS ?= $(wildcard ../shared/data/photos)
REPS ?= 15

.PHONY: bench-photos
bench-photos: ## The photo pipeline beside sharp and Pillow (PHOTOS=folder, REPS=n)
	@infra/setup.sh bench-photos
	@cargo build --profile measure -p bench-photos
	@"$(TARGET_DIR)/measure/bench-photos" --reps $(REPS) $(if $(PHOTOS),--photos "$(PHOTOS)")
