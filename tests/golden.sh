#!/bin/bash
# golden.sh: compiles every tests/golden/**/X.nn and compares with what stands beside it.
#   X.err: gradc must fail with status 1, print exactly this on standard error and leave no output file.
#   X.warn: gradc must print exactly this on standard error, with status 0.
#   X.c:   gradc must write this (and X.h, if there is one), and it must compile without warnings as C99 and C++11.
#   X.program: gradc --emit=program must print this, whatever else there is.
#   X.args: further options for gradc, on one line.
# usage: golden.sh [--bless] [CASE.nn...]    --bless rewrites the expected files that there are; an
# empty one beside a new case is filled.
set -u
cd "$(dirname "$0")/golden" || exit 1
GRADC=${GRADC:-$PWD/../../gradc}
RUNTIME=$PWD/../../runtime
CFLAGS="-Wall -Wextra -Werror -pedantic -I$RUNTIME"
bless=no
if [ "${1-}" = --bless ]; then
    bless=yes
    shift
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

fail() {
    failed=$((failed + 1))
    echo "FAIL $case: $1"
}

compiles() {
    local compiler=$1
    shift
    case ${BUILD-} in *sanitize*) return 0 ;; esac # there gradc is on trial, not once more its C
    command -v "$compiler" > /dev/null || return 0
    # shellcheck disable=SC2086
    "$compiler" "$@" $CFLAGS -I"$out" -c -o "$out/x.o" "$out/$name.c" > "$out/log" 2>&1 && return 0
    fail "$compiler $* finds fault"
    head -5 "$out/log"
    return 1
}

expect_error() {
    if [ "$status" != 1 ]; then
        fail "status $status, expected 1"
    elif [ -e "$out/$name.c" ] || [ -e "$out/$name.h" ]; then
        fail "an output file was written"
    elif [ $bless = yes ]; then
        cp "$out/err" "$name.err" && passed=$((passed + 1))
    elif ! diff -u "$name.err" "$out/err"; then
        fail "message differs"
    else
        passed=$((passed + 1))
    fi
}

expect_warning() {
    if [ "$status" != 0 ]; then
        fail "status $status, expected 0"
    elif [ $bless = yes ]; then
        cp "$out/err" "$name.warn" && passed=$((passed + 1))
    elif ! diff -u "$name.warn" "$out/err"; then
        fail "message differs"
    else
        passed=$((passed + 1))
    fi
}

expect_code() {
    if [ "$status" != 0 ]; then
        fail "status $status"
        head -5 "$out/err"
        return
    fi
    if [ $bless = yes ]; then
        [ ! -e "$name.c" ] || cp "$out/$name.c" "$name.c"
        [ ! -e "$name.h" ] || cp "$out/$name.h" "$name.h"
    fi
    for expected in "$name.c" "$name.h"; do
        [ -e "$expected" ] || continue
        diff -u "$expected" "$out/$expected" > "$out/diff" && continue
        fail "$expected differs"
        head -40 "$out/diff"
        return
    done
    compiles gcc -std=c99 && compiles clang -std=c99 && compiles g++ -x c++ -std=c++11 && passed=$((passed + 1))
}

# The loop programs, as --emit=program prints them.
expect_program() {
    # shellcheck disable=SC2046
    if ! "$GRADC" --color=never $(cat "$name.args" 2> /dev/null) --emit=program "$name.nn" > "$out/$name.program" 2> "$out/err"; then
        fail "--emit=program does not print"
        head -5 "$out/err"
    elif [ $bless = yes ]; then
        cp "$out/$name.program" "$name.program" && passed=$((passed + 1))
    elif ! diff -u "$name.program" "$out/$name.program"; then
        fail "$name.program differs"
    else
        passed=$((passed + 1))
    fi
}

run_case() {
    case=$1
    name=$(basename "$case" .nn)
    rm -f "$out"/*
    cd "$(dirname "$case")" || return
    # shellcheck disable=SC2046
    "$GRADC" --color=never $(cat "$name.args" 2> /dev/null) "$name.nn" -o "$out/$name.c" > "$out/stdout" 2> "$out/err"
    status=$?
    if [ -e "$name.err" ]; then expect_error; elif [ -e "$name.warn" ]; then expect_warning; else expect_code; fi
    [ ! -e "$name.program" ] || expect_program
    cd - > /dev/null || exit 1
}

if [ ! -x "$GRADC" ]; then
    echo "golden.sh: no $GRADC; run make first"
    exit 1
fi
if [ $# -gt 0 ]; then cases=$(printf '%s\n' "$@"); else cases=$(find . -name '*.nn' | sed 's|^\./||' | sort); fi
while read -r path; do
    [ -z "$path" ] || run_case "$path"
done <<< "$cases"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
