#!/bin/bash
# examples.sh: builds and runs every examples/**/NAME.nn that has a driver NAME.c beside it.
#   NAME.expected: what the driver must print, exactly; its numbers come from tests/reference. Without it, the driver's
#                  exit status alone decides.
#   NAME.absent:   patterns, one a line, that must not occur in the emitted C.
#   NAME.uses:     a header that the driver includes, the Debian package that has it, and how to link its library; where
#                  the header is missing the example is left out.
# usage: examples.sh [EXAMPLE.nn...]
# GRADC names the compiler, BUILD the folder with libgradc.a, CC the C compiler, LDFLAGS what a sanitized library needs.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
BUILD=${BUILD:-$PWD/build}
CC=${CC:-cc}
WARNINGS="-std=c99 -Wall -Wextra -Werror -pedantic"
# Under a sanitizer gradc is on trial; the runtime is in run.sh.
case $BUILD in
*/sanitize) if [ -e "${BUILD%/*}/libgradc.a" ]; then BUILD=${BUILD%/*}; else LDFLAGS="${LDFLAGS-} -fsanitize=address,undefined"; fi ;;
esac
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

fail() {
    failed=$((failed + 1))
    echo "FAIL $example: $1"
    [ ! -s "$out/log" ] || head -20 "$out/log"
}

run_example() {
    example=${1%.nn}
    local name header package libraries=""
    name=$(basename "$example")
    rm -rf "${out:?}"/*
    if [ -e "$example.uses" ]; then
        read -r header package libraries < "$example.uses"
        if ! echo "#include <$header>" | "$CC" -E -x c - > /dev/null 2>&1; then
            echo "skip $example: it uses the package $package"
            return
        fi
    fi
    if ! "$GRADC" "$example.nn" -o "$out/$name.c" > "$out/log" 2>&1; then
        fail "gradc finds fault"
        return
    fi
    if [ -e "$example.absent" ] && grep -n -f "$example.absent" "$out/$name.c" > "$out/log"; then
        fail "the emitted C has what $name.absent forbids"
        return
    fi
    # shellcheck disable=SC2086
    if ! "$CC" $WARNINGS -O2 -Iruntime -I"$out" -o "$out/$name" "$example.c" "$out/$name.c" "$BUILD/libgradc.a" \
        $libraries ${LDFLAGS-} -lm > "$out/log" 2>&1; then
        fail "$CC finds fault"
        return
    fi
    local start=$SECONDS
    if ! (cd "$(dirname "$example")" && "$out/$name") < /dev/null > "$out/printed" 2> "$out/log"; then
        fail "the program ended with a failure"
        tail -5 "$out/printed"
        return
    fi
    if [ -e "$example.expected" ] && ! diff "$example.expected" "$out/printed" > "$out/log"; then
        fail "other numbers than in $name.expected (<)"
        return
    fi
    passed=$((passed + 1))
    echo "ok   $example ($((SECONDS - start)) s)"
}

if [ $# -gt 0 ]; then
    examples=$(printf '%s\n' "$@")
else
    examples=$(find examples -name '*.nn' | sort)
fi
while read -r path; do
    [ ! -e "${path%.nn}.c" ] || run_example "$path"
done <<< "$examples"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
