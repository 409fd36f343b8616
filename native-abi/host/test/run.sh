#!/usr/bin/env bash
# Builds and runs the tests of the host library in several modes: plain, with sanitizers, as fuzz targets, and cross-compiled for Windows.
# Usage: run.sh [--fuzz SECONDS] [--only plain|asan|tsan|fuzz|windows] [--bench]. CC chooses the compiler.
set -u
cd "$(dirname "$0")/.."
host=$PWD
out=$host/../../build/host-test
fuzz=5 only= bench=
while [ $# -gt 0 ]; do
  case $1 in
    --fuzz) fuzz=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    --bench) bench=1; shift ;;
    *) echo "unknown option $1; known: --fuzz SECONDS, --only MODE, --bench" >&2; exit 2 ;;
  esac
done
cc=${CC:-cc}
passed=0 failed=0 skipped=0
names='allocation arena bytes config context event exit host image job json log memory plugin range range_text registry run service session store table thread utf8 value version'
case $(uname -s) in
  Darwin) platform='image_macho platform_posix' ;;
  *) platform='image_elf platform_posix' ;;
esac
warnings='-std=c11 -Wall -Wextra -Wpedantic -Werror'
includes="-I$host/../include"
mkdir -p "$out"
limit= # macOS has no timeout command
command -v timeout > /dev/null && limit="timeout ${TEST_TIMEOUT:-300}"

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }
skip() { echo "skip $1: $2"; skipped=$((skipped + 1)); }
fail() { echo "FAIL $1"; failed=$((failed + 1)); }
sources() { for name in "$@"; do printf '%s/%s.c ' "$host" "$name"; done; }

# Compiles the library and the fixture once for a mode. build MODE COMPILER FLAGS…
build() {
  local mode=$1 compiler=$2; shift 2
  local folder=$out/$mode
  rm -rf "$folder"; mkdir -p "$folder"
  for source in $(sources $names $platform) "$host/test/fixture.c"; do
    $compiler $warnings $includes -D_GNU_SOURCE -fvisibility=hidden -pthread "$@" -c "$source" -o "$folder/$(basename "$source" .c).o" || return 1
  done
}

# Builds and runs every test of a mode. A test prints a line for each case, "ok", "FAIL" or "skip".
run_tests() {
  local mode=$1 compiler=$2; shift 2
  local folder=$out/$mode
  echo "== $mode ($compiler)"
  build "$mode" "$compiler" "$@" || { fail "$mode: the library does not compile"; return; }
  $compiler $warnings $includes -fPIC -shared -fvisibility=hidden "$host/test/library.c" -o "$folder/library.so" || { fail "$mode: library.so"; return; }
  for source in "$host"/test/test_*.c; do
    local test; test=$(basename "$source" .c)
    if ! $compiler $warnings $includes -D_GNU_SOURCE -pthread "$@" "-DMORTISE_TEST_LIBRARY=\"$folder/library.so\"" \
        "$source" "$folder"/*.o -o "$folder/$test" -ldl; then
      fail "$mode: $test does not compile"; continue
    fi
    local log=$folder/$test.log
    $limit "$folder/$test" > "$log" 2>&1
    local status=$?
    sed "s/^/$mode $test: /" "$log"
    passed=$((passed + $(grep -c '^ok ' "$log")))
    failed=$((failed + $(grep -c '^FAIL ' "$log")))
    skipped=$((skipped + $(grep -c '^skip ' "$log")))
    # A sanitizer's report or a crash comes without a line of its own.
    if [ $status -ne 0 ] && ! grep -q '^FAIL ' "$log"; then fail "$mode $test: ended with status $status"; fi
  done
}

# Whether the compiler can link and run a program with these flags.
works() {
  local compiler=$1; shift
  command -v "$compiler" > /dev/null && printf 'int main(void) { return 0; }\n' > "$out/probe.c" \
    && $compiler "$@" "$out/probe.c" -o "$out/probe" > /dev/null 2>&1 && "$out/probe" > /dev/null 2>&1
}

if wanted plain; then
  for compiler in "$cc" clang; do
    if works "$compiler" -O2; then run_tests "plain-$(basename "$compiler")" "$compiler" -O2 -DMORTISE_TEST_ALLOCATION
    else skip "plain with $compiler" "there is no such compiler"; fi
  done
fi

asan='-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DMORTISE_TEST_ALLOCATION'
leaks=1
[ "$(uname -s)" = Darwin ] && leaks=0 # not supported there
export ASAN_OPTIONS=detect_leaks=$leaks:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
if wanted asan; then
  for compiler in "$cc" clang; do
    if works "$compiler" $asan; then run_tests "asan-$(basename "$compiler")" "$compiler" $asan
    else skip "address and undefined behaviour sanitizers with $compiler" "it cannot build or run them here"; fi
  done
fi

tsan='-g -O1 -fsanitize=thread -DMORTISE_TEST_ALLOCATION'
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
if wanted tsan; then
  if works "$cc" $tsan; then run_tests tsan "$cc" $tsan
  elif works clang $tsan; then run_tests tsan clang $tsan
  else skip "thread sanitizer" "neither $cc nor clang can build and run it here"; fi
fi

fuzzing='-g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all'
if wanted fuzz; then
  if [ "$fuzz" = 0 ]; then skip fuzzing "--fuzz 0"
  elif command -v clang > /dev/null && printf '#include <stddef.h>\n#include <stdint.h>\nint LLVMFuzzerTestOneInput(const uint8_t* d, size_t n) { (void)d; (void)n; return 0; }\n' > "$out/probe.c" \
      && clang $fuzzing "$out/probe.c" -o "$out/probe" > /dev/null 2>&1; then
    echo "== fuzz (clang), $fuzz s each"
    if build fuzz clang ${fuzzing/fuzzer,/fuzzer-no-link,}; then
      for source in "$host"/test/fuzz_*.c; do
        target=$(basename "$source" .c)
        corpus=$out/corpus/$target
        seeds=$host/test/corpus/$target # inputs that once found something
        mkdir -p "$corpus"
        [ -d "$seeds" ] || seeds=
        if clang $warnings $includes -D_GNU_SOURCE -pthread $fuzzing "$source" "$out"/fuzz/*.o -o "$out/fuzz/$target" -ldl \
            && "$out/fuzz/$target" -max_total_time="$fuzz" -max_len=4096 -artifact_prefix="$out/fuzz/" "$corpus" $seeds > "$out/fuzz/$target.log" 2>&1; then
          echo "ok   fuzz $target: $(grep -o '^Done [0-9]* runs' "$out/fuzz/$target.log")"; passed=$((passed + 1))
        else
          tail -40 "$out/fuzz/$target.log"; fail "fuzz $target"
        fi
      done
    else fail "fuzz: the library does not compile"; fi
  else skip fuzzing "no clang with libFuzzer"; fi
fi

if wanted windows; then
  mingw=x86_64-w64-mingw32-gcc
  if command -v $mingw > /dev/null; then
    echo "== windows ($mingw)"
    if $mingw $warnings $includes -O2 -shared -static-libgcc $(sources $names image_pe platform_windows) -o "$out/mortise_host.dll"; then
      echo "ok   compiles for Windows"; passed=$((passed + 1))
    else fail "compiles for Windows"; fi
  else skip "cross-compilation for Windows" "no $mingw"; fi
fi

if [ -n "$bench" ]; then
  build bench "$cc" -O2 && $cc $warnings $includes -D_GNU_SOURCE -O2 -pthread "$host/test/bench_store.c" "$out"/bench/*.o -o "$out/bench/bench_store" -ldl && "$out/bench/bench_store"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
