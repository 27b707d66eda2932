#!/bin/bash
# branches.sh: statements `if` within others and in loops, drawn at random: gradc --check holds the gradients to differences
# and the C to the graph, with members NULL, ints out of range and all that it tries.
# usage: branches.sh [COUNT [SEED]]    GRADC names the compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
count=${1-24}
case ${BUILD-} in *sanitize*) count=${1-4} ;; esac # some take a minute there
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0
for ((seed = ${2-1}; seed < ${2-1} + count; seed++)); do
    python3 tests/random/branches.py $seed > "$out/drawn.nn"
    if "$GRADC" --check "$out/drawn.nn" > "$out/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL branches of seed $seed:"
        grep -A 1 'WRONG\|error' "$out/log"
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
