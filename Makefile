.DEFAULT_GOAL := help
SHELL := /bin/bash
# Tests wait for retries and processes much more than they compute.
GOTEST := go test -race -parallel 16
GOLANGCI_VERSION := v2.15.0
# Built once into the user's cache, because it takes minutes.
# Finds what no program uses any more, such as the wrapper of a tool that is gone.
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.51.0
GOLANGCI := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/stripe-mcp/golangci-lint-$(GOLANGCI_VERSION)/golangci-lint
# Stripe's own mock is a test's dependency and not the program's, hence a module of its own.
CONTRACT := internal/contracttest
FUZZTIME ?= 30s
# How many random schedules the fault laboratory runs; SEED and RUN repeat what it printed.
N ?= 1000

.PHONY: help bench build demo test lint torture tidy check golden docs fuzz

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

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

torture: ## Run N (1000) random schedules of faults and kills against the real program; JOURNAL=postgres for three hosts
	go build -race -o bin/stripe-mcp-race ./cmd/stripe-mcp
	go run ./internal/lab/torture -n $(N) $(if $(JOURNAL),-journal $(JOURNAL)) $(if $(SEED),-seed $(SEED)) $(if $(RUN),-run $(RUN)) $(if $(V),-v) bin/stripe-mcp-race

lint: $(GOLANGCI) ## Run the linters
	$(GOLANGCI) run ./...
	cd $(CONTRACT) && $(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./...
	@dead="$$(go run $(DEADCODE) -filter '^stripe-mcp/(tools|internal/(account|audit|cli|clients|config|hint|journal|local|mcpserver|nearest|outcome|plain|policy|schema|secret|simulator|stripeapi|vault))' ./cmd/...)"; \
	if [[ -n "$$dead" ]]; then echo "not used by the program:"; echo "$$dead"; exit 1; fi

tidy: ## Check that go.mod and go.sum are tidy
	go mod tidy -diff
	cd $(CONTRACT) && go mod tidy -diff

check: test lint tidy ## Everything that has to pass before a change lands

golden: ## Rewrite the golden file of every tool, and the simulator's list of what Stripe knows
	go test ./tools -run TestGolden -update
	cd $(CONTRACT) && go test -run TestSimulatorKnows -update .

docs: ## Rewrite tools/README.md and the generated parts of README.md
	go test -p 1 ./tools ./internal/config -run TestReadmeTable -update

fuzz: ## Fuzz everything that parses, each for FUZZTIME (30s)
	@set -e; for target in $$(grep -rlE '^func Fuzz' --include='*_test.go' internal tools | xargs grep -oHE 'func Fuzz[A-Za-z]+' | sed 's/func //'); do \
		echo "== $$target"; go test ./$$(dirname $${target%%:*}) -run xxx -fuzz "^$${target##*:}$$" -fuzztime $(FUZZTIME); done

$(GOLANGCI):
	GOBIN=$(dir $@) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
