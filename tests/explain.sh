#!/bin/bash
# explain.sh: --explain. explain/X.txt holds, for explain/X.nn, lines `$ OPTIONS` with what gradc says to them below, and
# `status N` where it is not 0. Which part of the workspace a value has is left to the back end.
# usage: explain.sh [--bless]
set -u
cd "$(dirname "$0")/explain" || exit 1
GRADC=${GRADC:-$PWD/../../gradc}
passed=0 failed=0
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

for program in *.nn; do
    expected=${program%.nn}.txt
    grep '^\$ ' "$expected" | while read -r _ options; do
        echo "\$ $options"
        # shellcheck disable=SC2086
        "$GRADC" $options "$program" 2>&1 || echo "status $?"
    done | sed 's/workspace, part [0-9]*/workspace, part N/' > "$out/actual"
    [ "${1-}" != --bless ] || cp "$out/actual" "$expected"
    if diff -u "$expected" "$out/actual"; then
        passed=$((passed + $(grep -c '^\$ ' "$expected")))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
