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
expect 'nothing to compute again' 1 'and no less when values are computed again' \
    "$GRADC" --max-workspace=10 --at n=64 - <<< 'f(A: [n, n], x: [n]) = sum(exp(A @ x))'
# Without loops: values that forward has element by element, and the same gradient from fewer bytes.
cat > net.nn << 'EOF'
net(x: [n, n], w: [n, n]) = sum(gelu(gelu(x @ w) @ w)^2)
EOF
cat > gradient.c << 'EOF'
#include "net.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    enum { N = 40 };
    static double x[N * N], w[N * N], d_x[N * N], d_w[N * N];
    struct net m = {.n = N, .x = x, .w = w, .d_x = d_x, .d_w = d_w};
    double total = 0;
    for (int i = 0; i < N * N; i++) {
        x[i] = sin(i);
        w[i] = cos(3 * i) / 4;
    }
    m.work = malloc(net_workspace(&m) + 64);
    if (!m.work || net_forward(&m) || net_backward(&m))
        return 1;
    for (int i = 0; i < N * N; i++)
        total += sin(7 * i) * d_x[i] + cos(5 * i) * d_w[i];
    printf("%zu %.9g\n", net_workspace(&m), total);
    free(m.work);
    return 0;
}
EOF
# run_net FOLDER: the bytes that net_workspace asks for, and what the gradient comes to.
run_net() {
    local flags=""
    case $BUILD in *sanitize*) flags="-fsanitize=address,undefined" ;; esac
    # shellcheck disable=SC2086
    "$CC" -std=c99 $flags -I"$RUNTIME" -I"$1" gradient.c "$1/net.c" "$BUILD/libgradc.a" -lm -o run_net && ./run_net
}
mkdir all rows less
"$GRADC" net.nn -o all/net.c
read -r before gradient <<< "$(run_net all)"
"$GRADC" --max-workspace="$((before - 1))" --at n=40 net.nn -o rows/net.c > told 2>&1
read -r after again <<< "$(run_net rows)"
expect 'rows: tells the memory' 0 "net needs $after bytes instead of $before: blocks of matrix products have fewer rows" cat told
expect 'rows: costs no operations' 1 '' grep -q takes told
expect 'rows: less memory' 0 '' test "$after" -lt "$before"
expect 'rows: the same gradient' 0 '' test "$gradient" = "$again"
"$GRADC" --max-workspace="$((after - 1))" --at n=40 net.nn -o less/net.c > told 2>&1
read -r after again <<< "$(run_net less)"
expect 'elements: tells the memory' 0 \
    "net needs $after bytes instead of $before: blocks of matrix products have fewer rows, and backward computes again" cat told
expect 'elements: tells the cost' 0 'backward takes' cat told
expect 'elements: less memory' 0 '' test "$after" -lt "$((before * 7 / 10))"
expect 'elements: the same gradient' 0 '' test "$gradient" = "$again"
expect 'elements: too little' 1 "net needs $before bytes (" \
    "$GRADC" --max-workspace="$((after - 1))" --at n=40 net.nn -o less/net.c
# Of eight images, the products are kept, eleven of 256 KiB for each, and no copies of them with zeros around them or of
# functions of them, which are three times as much.
images() { "$GRADC" --max-workspace="$1" --at B=8 -o unet.c "$RUNTIME/../bench/unet.nn"; }
kept=$((8 * 11 * 64 * 32 * 32 * 4))
expect 'images: fewer rows' 0 'bytes instead of' images $((3 * kept))
expect 'images: not what can be computed again' 0 'backward computes again' images $((kept + kept / 4))
expect 'a size is missing' 1 'depends on T; judge it with --at T=NUMBER' \
    "$GRADC" --max-workspace=1000 --at n=3 steps.nn -o steps.c
expect 'fixed sizes need no --at' 0 '' "$GRADC" --max-workspace=100000 -o - - <<< 'f(x: [10]) = sum(exp(x))'
expect 'without C' 2 'goes with --emit=c' "$GRADC" --max-workspace=10 --emit=graph steps.nn
expect 'no number' 2 'a number of bytes is needed' "$GRADC" --max-workspace=x steps.nn
echo "$passed passed, $failed failed"
[ $failed = 0 ]
