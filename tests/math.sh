#!/bin/bash
# math.sh: what gradc prints for people. For each tests/golden/math/X.nn
#   X.math, X.latex: what --emit=math and --emit=latex print.
#   X.at: a point for --at; X.graph, X.dot: what --emit=graph and --emit=dot then print.
# usage: math.sh [--bless]    --bless rewrites the expected files from the actual ones.
set -u
cd "$(dirname "$0")/golden/math" || exit 1
. ../../expect.sh
GRADC=${GRADC:-$PWD/../../../gradc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
bless=${1-}

# compare EXPECTED COMMAND...: standard output.
compare() {
    local expected=$1
    shift
    if ! "$@" > "$out/actual" 2> "$out/err"; then
        failed=$((failed + 1))
        echo "FAIL $expected: status $?"
        head -5 "$out/err"
    elif [ "$bless" = --bless ]; then
        cp "$out/actual" "$expected" && passed=$((passed + 1))
    elif diff -u "$expected" "$out/actual"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $expected differs"
    fi
}

for program in *.nn; do
    name=${program%.nn}
    if [ -e "$name.at" ]; then
        compare "$name.graph" "$GRADC" --emit=graph --at "$(cat "$name.at")" "$program"
        compare "$name.dot" "$GRADC" --emit=dot --at "$(cat "$name.at")" "$program"
    else
        compare "$name.math" "$GRADC" --emit=math "$program"
        compare "$name.latex" "$GRADC" --emit=latex "$program"
    fi
done

# ---- --at ----

at() {
    expect "at $2" "$3" "$4" "$GRADC" --emit=graph --at "$2" "$1"
}
at gate.nn 'x=1' 2 'no value for y of f'
at gate.nn 'x=1,y=2,z=[1]' 2 'the value of z has another shape: z is a number'
at gate.nn 'x=1,y=2,z=3,q=4' 2 'there is no parameter or size q'
at gate.nn 'x' 2 'name=value'
at gate.nn 'x=' 2 'neither a number'
at gate.nn 'x=1,x=2,y=3,z=4' 2 'x is given twice'
at gate.nn 'x=1 2' 2 'neither a number'
at norm.nn 'W=[[1,2],[3,4]],x=[1,2,3]' 2 'the value of x has another shape: x is [n]'
at norm.nn 'W=[[1,2],[3]],x=[1,2]' 2 'lists of numbers of one length'
at norm.nn 'n=2.5,W=[[1]],x=[1]' 2 'n is a size'
at norm.nn 'n=1,W=[[2]],x=[3]' 0 'value 36, gradient 1'
expect 'at without a graph' 2 '--at goes with' "$GRADC" --at x=1 gate.nn
echo 'f(E: [V], k: int) = E[k]^2' > "$out/pick.nn"
expect 'at, in range' 0 'gradient [0, 6]' "$GRADC" --emit=graph --at 'E=[1, 3],k=1' "$out/pick.nn"
expect 'at, out of range' 1 'has no value there' "$GRADC" --emit=graph --at 'E=[1, 3],k=2' "$out/pick.nn"
expect 'at, no whole number' 2 'no whole number' "$GRADC" --emit=graph --at 'E=[1, 3],k=0.5' "$out/pick.nn"

# ---- --stats ----

stats() {
    expect "stats: $1" 0 "$1" "$GRADC" --stats two_layer.nn -o "$out/model.c"
}
stats 'kept for backward'
stats 'h [N, 100]: 400*N bytes'
stats '(2 matrix products, 0 factorisations)'
stats 'workspace'
stats 'h [N, 100]: 400*N bytes, a matrix product reads it; for d_w1, d_w2'
stats '1 addition for each element; for d_w1, d_w2'
cat > "$out/steps.nn" << 'EOF'
steps(x: [T, n], h: [n]) {
    for t in 0..T-1 { h = tanh(h + x[t+1]) }
    return sum(h)
}
EOF
expect 'stats of a loop' 0 'h of each round [T - 1, n]: 8*T*n - 8*n bytes' "$GRADC" --stats "$out/steps.nn" -o "$out/model.c"
# A round reads one row of x.
expect 'stats: rows by rounds' 1 '' sh -c '"$1" --stats "$2" -o "$3" 2>&1 | grep -q "T^2"' sh "$GRADC" "$out/steps.nn" "$out/model.c"
expect 'stats without C' 2 '--stats tells of the C' "$GRADC" --stats --emit=math gate.nn

echo "$passed passed, $failed failed"
[ $failed = 0 ]
