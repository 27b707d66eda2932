#!/bin/bash
# limit.sh: --max-workspace: what it emits, what it says, and that the numbers in that are those of the emitted C.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
BUILD=${BUILD:-$PWD/../build}
CC=${CC:-gcc}
RUNTIME=$PWD/../runtime
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1

# program END: a loop that keeps the state of each round, or with ` checkpoint` that of each 32nd.
program() {
    printf 'steps(x: [n], A: [n, n], T: size) {\n    h = x\n    for t in 0..T%s {\n' "$1"
    printf '        h = tanh(A @ h)\n    }\n    return sum(h^2)\n}\n'
}
# need FOLDER: the bytes that steps_workspace asks for.
cat > need.c << 'EOF'
#include "steps.h"

#include <stdio.h>

int main(void)
{
    struct steps m = {.n = 64, .T = 1000};
    printf("%zu\n", steps_workspace(&m));
    return 0;
}
EOF
need() {
    local flags=""
    case $BUILD in *sanitize*) flags="-fsanitize=address,undefined" ;; esac
    # shellcheck disable=SC2086
    "$CC" -std=c99 $flags -I"$RUNTIME" -I"$1" need.c "$1/steps.c" "$BUILD/libgradc.a" -lm -o need && ./need
}
limited() { "$GRADC" --max-workspace="$1" --at n=64,T=1000 steps.nn -o steps.c; }

mkdir plain by_hand
program '' > steps.nn
program ' checkpoint' > by_hand/steps.nn
"$GRADC" steps.nn -o plain/steps.c
"$GRADC" by_hand/steps.nn -o by_hand/steps.c
before=$(need plain) after=$(need by_hand)
expect 'the test tells them apart' 0 '' test "$after" -lt "$((before / 4))"

limited "$before" > told 2>&1
expect 'enough: says nothing' 1 '' grep . told
expect 'enough: changes nothing' 0 '' cmp plain/steps.c steps.c
limited "$after" > told 2>&1
expect 'less: tells the memory' 0 "steps needs $after bytes instead of $before:" cat told
expect 'less: tells the cost' 0 'operations instead of' cat told
sed 's/ checkpoint//' by_hand/steps.c > expected.c
expect 'less: as if the program said checkpoint' 0 '' cmp expected.c steps.c
rm steps.c
expect 'too little: says so' 1 "=$((after - 1)): steps needs $before bytes (backward), and $after (" limited $((after - 1))
expect 'too little: no C' 2 '' ls steps.c
expect 'no loops' 1 'has no loop that could keep less' \
    "$GRADC" --max-workspace=10 --at n=64 - <<< 'f(A: [n, n], x: [n]) = sum(exp(A @ x))'
expect 'a size is missing' 1 'depends on T; judge it with --at T=NUMBER' \
    "$GRADC" --max-workspace=1000 --at n=3 steps.nn -o steps.c
expect 'fixed sizes need no --at' 0 '' "$GRADC" --max-workspace=100000 -o - - <<< 'f(x: [10]) = sum(exp(x))'
expect 'without C' 2 'goes with --emit=c' "$GRADC" --max-workspace=10 --emit=graph steps.nn
expect 'no number' 2 'a number of bytes is needed' "$GRADC" --max-workspace=x steps.nn
echo "$passed passed, $failed failed"
[ $failed = 0 ]
