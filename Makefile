# What one does with the project. `make` alone lists it.

export SEMBLANCE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/semblance
export SOURCE TARGET OUTPUT SOURCES GALLERY MEASURE

SWIFT ?= swift
# The tests use the packages' public interface only, so they share the release build with `make build`.
TEST_FLAGS = -c release --disable-xctest

.DEFAULT_GOAL := help
.PHONY: help setup build run test benchmark sanitize fuzz lint format mesh-data gallery clean

help:
	@echo 'make run        put the face of a picture onto a clip (the demo, or SOURCE=… TARGET=… OUTPUT=…)'
	@echo 'make test       run the tests'
	@echo 'make benchmark  measure the speed against ffmpeg, on a machine that does nothing else'
	@echo 'make gallery    draw before/after sheets of the demo media and of the files in GALLERY=…'
	@echo 'make build      build the command, .build/release/semblance'
	@echo 'make setup      install what is missing: packages, ONNX Runtime, models, demo media'
	@echo 'make lint       check the form of the code (make format puts it right)'
	@echo 'make sanitize   run the tests of media and threads under AddressSanitizer and ThreadSanitizer'
	@echo 'make fuzz       read damaged media for a while (SECONDS=120)'
	@echo 'make mesh-data  make the mean face, its triangles and its texture anew from the pinned media'
	@echo 'make clean      remove what was built (not the cache, $(SEMBLANCE_CACHE))'

setup:
	@Scripts/setup.sh all

build:
	@Scripts/setup.sh packages
	$(SWIFT) build -c release --product semblance

# One's own files do not need the demo media.
run:
	@Scripts/setup.sh packages runtime models $(if $(and $(SOURCE),$(TARGET)),,media)
	$(SWIFT) build -c release --product semblance
	@Scripts/run.sh

test:
	@Scripts/setup.sh all
	$(SWIFT) build $(TEST_FLAGS) --build-tests
	$(SWIFT) test $(TEST_FLAGS) --skip-build

gallery:
	@Scripts/setup.sh all
	$(SWIFT) build -c release --product semblance
	@Scripts/gallery.sh

benchmark:
	@Scripts/setup.sh all
	$(SWIFT) build -c release --product semblance
	@mkdir -p out
	.build/release/semblance benchmark --json out/benchmark.json --svg out/benchmark.svg

sanitize:
	@Scripts/setup.sh all
	@Scripts/sanitize.sh address
	@Scripts/sanitize.sh thread

fuzz:
	@Scripts/setup.sh packages
	@Scripts/fuzz.sh $(or $(SECONDS),120)

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources
	@if command -v shellcheck >/dev/null; then shellcheck Scripts/*.sh .ci/run; \
	else echo 'shellcheck is not installed, so the shell scripts were not checked.'; fi

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources

# What it reads does not depend on what it writes, so once is enough.
mesh-data:
	@Scripts/setup.sh all
	$(SWIFT) run -c release MeshDataTool Sources/FaceAnalysis/MeshData.swift

clean:
	rm -rf .build out
