#!/usr/bin/env bash
# Runs the tests of what handles foreign bytes, memory and threads under a sanitizer: "address" or "thread".
# In debug: the release build leaves fewer checks in, and the pixel loops are optimised all the same.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?usage: sanitize.sh address|thread}
suppressions=$PWD/Scripts/sanitizers
export LSAN_OPTIONS="suppressions=$suppressions/leaks.supp:print_suppressions=0"
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1"
export TSAN_OPTIONS="suppressions=$suppressions/threads.supp:print_suppressions=0"
modules='ImagingTests|MediaIOTests|EngineTests'
[[ $kind == thread ]] && modules='MediaIOTests|EngineTests'
flags=(--sanitize "$kind" --disable-xctest --scratch-path ".build/$kind")
swift build "${flags[@]}" --build-tests
swift test "${flags[@]}" --skip-build --filter "$modules"
