#!/bin/bash
# gradbench.sh: examples/gradbench answers every eval of GradBench as tests/reference/gradbench.py, from NumPy, expects.
# GRADC names the compiler, BUILD the folder with libgradc.a, CC the C compiler, LDFLAGS what a sanitized library needs.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
BUILD=${BUILD:-$PWD/build}
CC=${CC:-cc}
case $BUILD in
*/sanitize) LDFLAGS="${LDFLAGS-} -fsanitize=address,undefined" ;;
esac
example=examples/gradbench/gradbench
read -r header package libraries < $example.uses
if ! echo "#include <$header>" | "$CC" -E -x c - > /dev/null 2>&1; then
    echo "skipped: no $header; package $package"
    exit 0
fi
python=$(command -v python3)
"$python" -c 'import numpy' 2> /dev/null || python=/usr/bin/python3
if ! "$python" -c 'import numpy' 2> /dev/null; then
    echo 'skipped: Python without NumPy; package python3-numpy'
    exit 0
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
# shellcheck disable=SC2086
"$GRADC" $example.nn -o "$out/gradbench.c" &&
    "$CC" -std=c99 -O1 -Iruntime -I"$out" -o "$out/gradbench" $example.c "$out/gradbench.c" "$BUILD/libgradc.a" \
        $libraries ${LDFLAGS-} -lm &&
    "$python" tests/reference/gradbench.py "$out/gradbench"
