#!/bin/bash
# cpp.sh: the classes of --emit=cpp, as a program in C++11 calls them.
# GRADC names the compiler, BUILD the folder of libgradc.a, CC and CXX the compilers, LDFLAGS what the library needs.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
CC=${CC:-cc} CXX=${CXX:-c++} runtime=$PWD/../runtime
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
if ! command -v "$CXX" > /dev/null; then
    echo "skipped: $CXX; package g++"
    echo '0 passed, 0 failed'
    exit 0
fi

cp cpp/* "$out"
cd "$out" || exit 1
"$GRADC" --color=never --emit=cpp model.nn -o model.hpp || exit 1
total_passed=0 total_failed=0
for kind in standalone library; do
    options=()
    includes=()
    if [ $kind = standalone ]; then options=(--standalone); else includes=(-I"$runtime"); fi
    expect "C, $kind" 0 '' "$GRADC" "${options[@]}" model.nn -o model.c
    expect "it compiles, $kind" 0 '' "$CC" -std=c99 -O1 "${includes[@]}" -c model.c -o model.o
    libraries=()
    if [ $kind = library ]; then
        "$CC" -std=c99 -O1 "${includes[@]}" -c "$runtime/linalg.c" -o linalg.o
        "$CC" -std=c99 -O1 "${includes[@]}" -c "$runtime/matmul.c" -o matmul.o
        libraries=(linalg.o matmul.o)
    fi
    expect "classes without warnings, $kind" 0 '' "$CXX" -std=c++11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
        -Werror -O1 "${includes[@]}" main.cpp model.o "${libraries[@]}" -lm -o main
    ./main > log
    grep '^FAIL' log
    counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' log)
    [ -n "$counts" ] || counts='0 1'
    total_passed=$((total_passed + ${counts% *})) total_failed=$((total_failed + ${counts#* }))
done
passed=$((passed + total_passed)) failed=$((failed + total_failed))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
