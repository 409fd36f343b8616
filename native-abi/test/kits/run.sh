#!/usr/bin/env bash
# Drives compiled plugins, those that are made with the kits above all, as a host does: plain, under the address and undefined behaviour sanitizers with the
# search for leaks, and under the thread sanitizer. Each plugin is compiled anew for each mode.
# Usage: run.sh [--only plain|asan|tsan]. CC and CXX choose the compilers besides clang.
set -u
cd "$(dirname "$0")"
kits=$PWD abi=$(cd ../.. && pwd) root=$(cd ../../.. && pwd)
out=$root/build/kits-test
only=
while [ $# -gt 0 ]; do
  case $1 in
    --only) only=$2; shift 2 ;;
    *) echo "unknown option $1; known: --only MODE" >&2; exit 2 ;;
  esac
done
cc=${CC:-cc} cxx=${CXX:-c++}
passed=0 failed=0 skipped=0
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
includes="-I$abi/include"
hidden='-fPIC -fvisibility=hidden'
case $(uname -s) in
  Darwin) other='image_elf|image_pe|platform_windows' exports="-Wl,-exported_symbols_list,$abi/toolchain/exports.txt" ;;
  *) other='image_macho|image_pe|platform_windows' exports="-Wl,--version-script=$abi/toolchain/exports.map" ;;
esac
mkdir -p "$out"
limit= # macOS has no timeout command
command -v timeout > /dev/null && limit="timeout ${TEST_TIMEOUT:-300}"

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }
skip() { echo "skip $1: $2"; skipped=$((skipped + 1)); }
fail() { echo "FAIL $1"; failed=$((failed + 1)); }

# Compiles host library and driver. build_driver FOLDER CC CXX FLAGS…
# A sanitizer's runtime must know C++ before a plugin in C++ comes, so the driver is linked as C++ under one; plain, it is C alone, as a host may be.
build_driver() {
  local folder=$1 cc=$2 linker=$3; shift 3
  local source
  mkdir -p "$folder/driver"
  for source in $(ls "$abi"/host/*.c | grep -vE "($other)\.c$") "$abi/host/test/fixture.c" "$kits"/*.c; do
    $cc -std=c11 -Wall -Wextra -Wpedantic -Werror $includes -D_GNU_SOURCE -fvisibility=hidden -pthread "$@" -c "$source" \
      -o "$folder/driver/$(basename "$(dirname "$source")")-$(basename "$source" .c).o" || return 1
  done
  $linker -pthread "$@" "$folder"/driver/*.o -o "$folder/drive" -ldl
}

# The manifest of a plugin as a header, in a folder of its own.
manifest_of() {
  node "$abi/toolchain/manifest-header.mjs" "$1/manifest.json" "$2/mortise_manifest.h"
}

# Compiles one plugin from its folder. build_plugin FOLDER SOURCES CC CXX FLAGS…
build_plugin() {
  local folder=$1 sources=$2 cc=$3 cxx=$4; shift 4
  local name source objects=
  name=$(basename "$sources")
  mkdir -p "$folder/$name"
  manifest_of "$sources" "$folder/$name" || return 1
  for source in "$sources"/*.c "$sources"/*.cpp; do
    [ -f "$source" ] || continue
    local object=$folder/$name/$(basename "$source").o
    case $source in
      *.c) $cc -std=c11 $warnings $includes "-I$folder/$name" $hidden "$@" -c "$source" -o "$object" || return 1 ;;
      *.cpp) $cxx -std=c++17 $warnings $includes "-I$folder/$name" $hidden -fvisibility-inlines-hidden "$@" -c "$source" -o "$object" || return 1 ;;
    esac
    objects="$objects $object"
  done
  if ls "$sources"/*.cpp > /dev/null 2>&1; then $cxx -shared "$@" $objects $exports -o "$folder/$name.so"
  else $cc -shared "$@" $objects $exports -o "$folder/$name.so"; fi
}

# drive MODE FOLDER NAME: runs the driver on NAME.so. It prints a line for each case, "ok" or "FAIL".
drive() {
  local mode=$1 folder=$2 name=$3
  local log=$folder/$name.log
  $limit "$folder/drive" "$folder/$name.so" > "$log" 2>&1
  local status=$?
  sed "s/^/$mode $name: /" "$log"
  passed=$((passed + $(grep -c '^ok ' "$log")))
  failed=$((failed + $(grep -c '^FAIL ' "$log")))
  # A sanitizer's report or a crash comes without a line of its own.
  if [ $status -ne 0 ] && ! grep -q '^FAIL ' "$log"; then fail "$mode $name: ended with status $status"; fi
}

rust_built=
# Compiles the plugin in Rust, once: its sanitizers are not in the stable compiler, so it is the same in each mode.
build_rust() {
  local crate=$root/c-plugins/faulty/faulty-rust
  [ -n "$rust_built" ] || cargo build --quiet --release --offline --locked --target-dir "$out/rust" --manifest-path "$crate/Cargo.toml" || return 1
  rust_built=$(ls "$out"/rust/release/libfaulty_rust.* 2> /dev/null | grep -E '\.(so|dylib)$')
  [ -n "$rust_built" ] && cp "$rust_built" "$1/faulty-rust.so"
}

# run_mode MODE CC CXX LINKER FLAGS…
run_mode() {
  local mode=$1 cc=$2 cxx=$3 linker=$4; shift 4
  local folder=$out/$mode name
  echo "== $mode ($cc, $cxx)"
  rm -rf "$folder"; mkdir -p "$folder"
  build_driver "$folder" "$cc" "$linker" "$@" || { fail "$mode: the driver does not compile"; return; }
  for name in minimal store; do
    if $cc -std=c11 $warnings $includes $hidden -shared "$@" "$abi/test/$name.c" $exports -o "$folder/$name.so"; then drive "$mode" "$folder" $name
    else fail "$mode: $name does not compile"; fi
  done
  for name in faulty-table faulty-c faulty-cpp; do
    if build_plugin "$folder" "$root/c-plugins/faulty/$name" "$cc" "$cxx" "$@"; then drive "$mode" "$folder" $name
    else fail "$mode: $name does not compile"; fi
  done
  if ! command -v cargo > /dev/null; then skip "$mode faulty-rust" "there is no cargo"
  elif [[ $mode == tsan* ]]; then skip "$mode faulty-rust" "the thread sanitizer sees nothing of code that was compiled without it, as stable Rust is"
  elif build_rust "$folder"; then drive "$mode" "$folder" faulty-rust
  else fail "$mode: faulty-rust does not compile"; fi
}

# Whether the compilers can build and run a program, and load a library into it, with these flags. works CC CXX FLAGS…
works() {
  local cc=$1 cxx=$2; shift 2
  command -v "$cc" > /dev/null && command -v "$cxx" > /dev/null && printf 'int main() { return 0; }\n' > "$out/probe.cpp" \
    && $cxx "$@" "$out/probe.cpp" -o "$out/probe" > /dev/null 2>&1 && "$out/probe" > /dev/null 2>&1
}

# for_compilers MODE LINKED-AS FLAGS…: with the compilers of this machine, then with clang where it is another one.
for_compilers() {
  local mode=$1 as=$2; shift 2
  local pair
  for pair in "$cc $cxx" "clang clang++"; do
    # shellcheck disable=SC2086
    set -- $pair "$@"
    local linker=$2
    [ "$as" = c ] && linker=$1
    if works "$@"; then run_mode "$mode-$(basename "$1")" "$1" "$2" "$linker" "${@:3}"
    else skip "$mode with $1" "it cannot build and run that here"; fi
    shift 2
  done
}

export UBSAN_OPTIONS=print_stacktrace=1
wanted plain && for_compilers plain c -O2

leaks=1
[ "$(uname -s)" = Darwin ] && leaks=0 # not supported there
export ASAN_OPTIONS=detect_leaks=$leaks:detect_stack_use_after_return=1:check_initialization_order=1:strict_init_order=1
sanitizers='-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
# shellcheck disable=SC2086
wanted asan && for_compilers asan cxx $sanitizers

export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
# shellcheck disable=SC2086
wanted tsan && for_compilers tsan cxx -g -O1 -fsanitize=thread

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
