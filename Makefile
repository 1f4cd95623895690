# `make` prints the targets. CI runs the same ones: .ci/run.

PREFIX ?= /usr/local
bindir := $(DESTDIR)$(PREFIX)/bin
sharedir := $(DESTDIR)$(PREFIX)/share/kbot

scripts := $(wildcard strategies/*.lua strategies/_meta/*.lua risk-rules/*.lua \
	templates/strategies/*.lua templates/risk-rules/*.lua)
shipped := $(scripts) templates/README.md templates/gitignore templates/luarc.json
swift_paths := $(wildcard Package.swift Sources Tests Examples Benchmarks Fuzz)
shell_scripts := kbot .ci/run $(wildcard scripts/* scripts/tests/*)

.PHONY: help check lint lint-lua lint-shell architecture tests-once examples benchmarks \
	test bench coverage fuzz pages soak sanitize format install uninstall clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

check: lint architecture lint-lua lint-shell tests-once examples benchmarks ## All that CI checks: format, architecture, scripts, tests; examples and benchmarks build
	@echo "check: all passed"

lint:
	swift format lint --strict --recursive $(swift_paths)

architecture:
	@scripts/check-architecture
	@scripts/tests/check-architecture-test

lint-lua:
	@if ! command -v luac5.4 >/dev/null; then echo "lua: luac5.4 is not installed; scripts not checked"; \
	else for script in $(scripts); do luac5.4 -p "$$script" || exit 1; done; \
		echo "lua: $(words $(scripts)) scripts have no syntax errors"; fi

lint-shell:
	@if ! command -v shellcheck >/dev/null; then echo "shell: shellcheck is not installed; scripts not checked"; \
	else files=$$(grep -lE '^#!.*sh$$' $$(find $(shell_scripts) -type f)); shellcheck $$files && echo "shell: shellcheck is content"; fi

# In CI the tests have just passed on the same sources (.ci/run sets the variable).
tests-once:
	@if [ -n "$(KBOT_TESTS_DONE)" ]; then echo "tests: not repeated, they have just passed (KBOT_TESTS_DONE is set)"; \
	else scripts/test; fi

examples:
	@if [ -f Examples/Package.swift ]; then swift build --package-path Examples; fi

# Only built, in debug, on top of what the tests have built: so that they cannot rot unseen.
benchmarks:
	KBOT_BENCHMARKS=1 swift build --product kbot-benchmarks

test: ## Build and run the tests
	@scripts/test

bench: ## Run the benchmarks (release build)
	@scripts/bench

FUZZ_SECONDS ?= 30
fuzz: ## Mutate the input of every reader of foreign bytes, FUZZ_SECONDS (30) each
	@scripts/fuzz --seconds $(FUZZ_SECONDS)

pages: ## Open report pages in headless Chromium (with the release build)
	@KBOT_BUILD_ONLY=1 ./kbot
	@scripts/report-check

soak: ## Many seeds, an exchange with faults, 200 kills, a month and 200 markets: books right, memory flat
	@scripts/soak
	@scripts/exchange-soak
	@scripts/kill-soak
	@scripts/kill-soak --mode paper --kills 40 --seeds 2
	@scripts/month-soak
	@scripts/slurm-test
	@KBOT_FAULT_SEEDS=5000 KBOT_RESEARCH_SEEDS=1000 scripts/test --filter 'KBotRuntimeTests.FaultTests|KBotRuntimeTests.SweepVerdict|KBotReportsTests.Research'

# Instrumented builds have scratch folders of their own, so that they leave the ordinary build as it is.
coverage: ## Run the tests and write the coverage of each file to .build/coverage.txt
	KBOT_BUILD_ARGS='--enable-code-coverage --scratch-path .build-coverage' scripts/test
	@mkdir -p .build
	@"$$(swift -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')/bin/llvm-cov" report .build-coverage/debug/*PackageTests.xctest \
		-instr-profile .build-coverage/debug/codecov/default.profdata \
		-ignore-filename-regex '(^|/)(Tests|\.build-coverage|KBotTestSupport)/' >.build/coverage.txt
	@tail -n 1 .build/coverage.txt

sanitize: ## Run the tests with the address sanitizer, the threaded ones with the thread sanitizer
	@scripts/sanitize

format: ## Format the Swift sources in place
	swift format --in-place --recursive $(swift_paths)

install: ## Install to PREFIX (default /usr/local); DESTDIR is honoured
	@KBOT_BUILD_ONLY=1 ./kbot
	install -d $(bindir) $(addprefix $(sharedir)/,$(sort $(dir $(shipped))))
	install -m 755 .build/release/kbot $(bindir)/kbot
	for file in $(shipped); do install -m 644 "$$file" "$(sharedir)/$$file" || exit 1; done

# Only what was installed: a trader may keep scripts of their own in the same folders.
uninstall: ## Remove what install put there
	rm -f $(bindir)/kbot $(addprefix $(sharedir)/,$(shipped))
	@rmdir $(sharedir)/strategies/_meta $(sharedir)/templates/strategies $(sharedir)/templates/risk-rules \
		$(sharedir)/strategies $(sharedir)/risk-rules $(sharedir)/templates $(sharedir) 2>/dev/null || true

clean: ## Remove everything that was built
	rm -rf .build .build-* Examples/.build Benchmarks/.build
