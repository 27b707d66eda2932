#!/bin/bash
# check.sh: --check as its user meets it: what its table has, what it finds, at points of one's own.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
root=$PWD/..
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1

cat > net.nn << 'END'
net(x: [N, D], k: int[N], W: [D, C]) {
    scores[i, c] = sum[d](x[i, d] * W[d, c])
    z = tanh(scores)
    return loss = sum(z * z[0, k[0]])
}
export net wrt W: jvp, hvp
END
expect 'a sound program' 0 'net                  d_W' "$GRADC" --check net.nn
for entry in forward backward gradient jvp hvp; do
    expect "the entry $entry" 0 "net                  $entry " "$GRADC" --check net.nn
done

# A derivative that is wrong is told by differences; the entries are what the graph says.
cat > rule.nn << 'END'
cube(x) = x^3
rule cube(x) = y { d_x = 2 * d_y * x }
f(x: [n]) = sum(cube(x))
export f wrt x
END
expect 'a wrong derivative' 1 'WRONG' "$GRADC" --check rule.nn
expect 'that is its gradient' 1 '' bash -c "'$GRADC' --check rule.nn | grep -q 'f  *d_x .*WRONG' && exit 1"
expect 'its entries' 1 '' bash -c "'$GRADC' --check rule.nn | grep -q 'f  *gradient .*ok' && exit 1"

# At a point of one's own, which may be where the program fails.
echo 'f(x: [n]) = sum(sqrt(x))' > root.nn
expect 'a point' 0 'd_x' "$GRADC" --check --at 'x=[1, 2, 3]' root.nn
expect 'a point without a value' 1 'no finite values there' "$GRADC" --check --at 'x=[-1, 2, 3]' root.nn
expect 'no point' 2 'no value for the size n' "$GRADC" --check --at 'y=1' root.nn
expect 'what nothing takes up' 2 'there is no parameter or size y' "$GRADC" --check --at 'x=[1],y=1' root.nn

# Programs whose entries take every path of the back end. Some have gradients of their own, which no differences give.
entries_hold() { ! "$GRADC" --check "$1" | grep -E ' (forward|backward|gradient|jacobian|hessian|jvp|hvp) .*WRONG'; }
for program in "$root"/examples/programs/{cnn,gp,gmm,lstm,kmeans,ba,pinn}.nn \
    "$root"/tests/run/{lanes,states,choice,updates,single}.nn; do
    expect "$(basename "$program")" 0 '' entries_hold "$program"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
