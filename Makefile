.DEFAULT_GOAL := help
SHELL := /bin/bash
# Tests wait for retries and processes much more than they compute.
GOTEST := go test -race -parallel 16
GOLANGCI_VERSION := v2.15.0
# Built once into the user's cache, because it takes minutes.
# Finds what no program uses any more, such as the wrapper of a tool that is gone.
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.51.0
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/stripe-mcp
GOLANGCI := $(CACHE)/golangci-lint-$(GOLANGCI_VERSION)/golangci-lint
GORELEASER_VERSION := v2.16.0
GORELEASER := $(CACHE)/goreleaser-$(GORELEASER_VERSION)/goreleaser
SYFT_VERSION := v1.57.1
SYFT := $(CACHE)/syft-$(SYFT_VERSION)/syft
# Stripe's own mock is a test's dependency and not the program's, hence a module of its own.
CONTRACT := internal/contracttest
# So are the libraries and tools that make a release.
RELEASE := internal/release
# Where releases are published, and under whose npm scope (the owner's name, if it is not set). Nothing is published by make.
export REPOSITORY ?= https://github.com/owner-not-set/stripe-mcp
export NPM_SCOPE ?=
FUZZTIME ?= 30s
# How many random schedules the fault laboratory runs; SEED and RUN repeat what it printed.
N ?= 1000

.PHONY: help bench build demo test lint torture tidy portable check golden docs fuzz release release-check

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

# Without cgo it is one file that runs on any Linux, and starts without the C library. Names are then looked up by Go itself.
build: ## Build bin/stripe-mcp
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/stripe-mcp ./cmd/stripe-mcp

bench: build ## Measure speed, memory and sizes beside programs that do less; 1 minute
	go run ./internal/bench bin/stripe-mcp

demo: build ## Play the default tools' story, a paying customer included, on the simulator; needs no key
	go run ./internal/demo bin/stripe-mcp

# The program is built first, so that the test that builds it does not do so beside others.
test: build ## Run all tests with the race detector
	$(GOTEST) ./...
	cd $(CONTRACT) && $(GOTEST) -count=1 ./...
	cd $(RELEASE) && $(GOTEST) ./...

torture: ## Run N (1000) random schedules of faults and kills against the real program; JOURNAL=postgres for three hosts
	go build -race -o bin/stripe-mcp-race ./cmd/stripe-mcp
	go run ./internal/lab/torture -n $(N) $(if $(JOURNAL),-journal $(JOURNAL)) $(if $(SEED),-seed $(SEED)) $(if $(RUN),-run $(RUN)) $(if $(V),-v) bin/stripe-mcp-race

lint: $(GOLANGCI) ## Run the linters
	$(GOLANGCI) run ./...
	cd $(CONTRACT) && $(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./...
	cd $(RELEASE) && $(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./...
	@dead="$$(cd $(RELEASE) && go run $(DEADCODE) -filter '^stripe-mcp/(tools|internal/(account|audit|cli|clients|config|doctor|hint|journal|local|mcpserver|nearest|outcome|owner|plain|policy|prompt|schema|secret|shellargs|simulator|stripeapi|vault|version))' . stripe-mcp/cmd/stripe-mcp)"; \
	if [[ -n "$$dead" ]]; then echo "not used by the program:"; echo "$$dead"; exit 1; fi

tidy: ## Check that go.mod and go.sum are tidy
	go mod tidy -diff
	cd $(CONTRACT) && go mod tidy -diff
	cd $(RELEASE) && go mod tidy -diff

# The laboratory plays hosts and faults, and its sums are no wider there. What it needs of the program is tested by the others.
# internal/release uses what only Unix has.
portable: ## Vet the code for other systems, and run the unit tests on 32 bits
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go vet ./...
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go vet ./...
	GOOS=linux GOARCH=386 CGO_ENABLED=0 go vet ./...
	cd $(RELEASE) && GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go vet ./...
	cd $(RELEASE) && GOOS=linux GOARCH=386 CGO_ENABLED=0 go vet ./...
	$(if $(filter linux/amd64,$(shell go env GOHOSTOS)/$(shell go env GOHOSTARCH)),\
	GOOS=linux GOARCH=386 CGO_ENABLED=0 go test -parallel 16 ./tools $$(go list ./internal/... | grep -v /internal/lab),\
	@echo 'not tried: programs of 32 bits run on Linux with amd64')

check: test lint tidy portable ## Everything that has to pass before a change lands

golden: ## Rewrite the golden file of every tool, and the simulator's list of what Stripe knows
	go test ./tools -run TestGolden -update
	cd $(CONTRACT) && go test -run TestSimulatorKnows -update .

docs: ## Rewrite tools/README.md and the generated parts of README.md
	go test -p 1 ./tools ./internal/config -run TestReadmeTable -update

fuzz: ## Fuzz everything that parses, each for FUZZTIME (30s)
	@set -e; for target in $$(grep -rlE '^func Fuzz' --include='*_test.go' internal tools | xargs grep -oHE 'func Fuzz[A-Za-z]+' | sed 's/func //'); do \
		echo "== $$target"; go test ./$$(dirname $${target%%:*}) -run xxx -fuzz "^$${target##*:}$$" -fuzztime $(FUZZTIME); done

# A commit with a tag becomes that version, another one a version in development.
release: $(SYFT) ## Make everything that people install, into dist/
release-check: $(RELEASE)/node_modules ## Make what this machine can run, install it and use it
release: what = all
release-check: what = check
release: dist = dist
release-check: dist = bin/release-check
release release-check: export SOURCE_DATE_EPOCH = $(shell git log -1 --format=%ct)
# GoReleaser asks git for a remote, and a checkout need not have one.
release release-check: export GIT_CONFIG_COUNT = 1
release release-check: export GIT_CONFIG_KEY_0 = remote.origin.url
release release-check: export GIT_CONFIG_VALUE_0 = $(REPOSITORY)
release release-check: export PATH := $(dir $(SYFT)):$(PATH)
release release-check: $(GORELEASER)
	cd $(RELEASE) && go build -o $(CURDIR)/bin/release .
	bin/release docs bin/share
	RELEASE=$(what) $(GORELEASER) release --clean --skip=publish,announce $(if $(shell git tag --points-at HEAD --list 'v*'),,--snapshot)
	bin/release pack bin/goreleaser $(dist)
	$(if $(filter check,$(what)),bin/release check $(dist),ls -l $(dist))

# The tool that validates and unpacks bundles for desktop clients.
$(RELEASE)/node_modules: $(RELEASE)/package-lock.json
	cd $(RELEASE) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(GORELEASER):
	GOBIN=$(dir $@) go install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION)

$(SYFT):
	GOBIN=$(dir $@) go install -ldflags "-X main.version=$(SYFT_VERSION:v%=%)" github.com/anchore/syft/cmd/syft@$(SYFT_VERSION)

$(GOLANGCI):
	GOBIN=$(dir $@) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
