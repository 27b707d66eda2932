#!/bin/bash
# memory.sh: how much the workspace holds, in reals. Of the rounds of a loop all states, with `checkpoint` about the
# square root of them, of a replaced array what the rounds read of it; and the emitted C is as long for many rounds as
# for few. Of the layers of a network what is alive at once.
# usage: memory.sh    GRADC names the compiler, BUILD the folder of libgradc.a, CC the C compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
BUILD=${BUILD:-$PWD/build}
CC=${CC:-gcc}
case $BUILD in *sanitize*) flags=-fsanitize=address,undefined ;; *) flags="" ;; esac
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# reals T: of the workspace of loop in $out/loop.nn, of its gradient if it has one, with n = 64 and t = T.
reals() {
    local entry
    "$GRADC" -D "t=$1" "$out/loop.nn" -o "$out/loop.c" || return
    entry=$(grep -o -m 1 'loop_gradient_workspace' "$out/loop.c" || echo loop_workspace)
    echo "#include \"loop.h\"
#include <stdio.h>
int main(void) { struct loop m = {0}; printf(\"%zu\\n\", $entry(&m) / sizeof(double)); }" > "$out/main.c"
    # shellcheck disable=SC2086
    $CC $flags -Iruntime -I"$out" "$out/main.c" "$out/loop.c" "$BUILD/libgradc.a" -lm -o "$out/main" && "$out/main"
}

# holds NAME T LEAST MOST [FEW]: reads the program from standard input. FEW is 50 if not given.
holds() {
    local name=$1 t=$2 least=$3 most=$4 fewer=${5-50} count few many
    { echo "dim n = 64, t = 4"; cat; } > "$out/loop.nn"
    reals "$fewer" > /dev/null
    few=$(wc -l < "$out/loop.c")
    count=$(reals "$t")
    many=$(wc -l < "$out/loop.c")
    if [ -n "$count" ] && [ "$count" -ge "$least" ] && [ "$count" -le "$most" ] && [ "$few" = "$many" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name: ${count:-no} reals, not $least to $most; $few and $many lines"
    fi
}

# One state of n = 64 numbers in each round, and a few besides.
holds "states of all rounds" 2500 $((2500 * 64)) $((2510 * 64)) << 'END'
loop(x: [n]) {
    y = x
    for k in 0..t { y = sin(flip(y)) * x }
    return loop = sum(y)
}
END
# By element, tangents are carried beside the states.
holds "no states by element" 2500 64 $((4 * 64)) << 'END'
loop(x: [n]) {
    y = x
    for k in 0..t { y = sin(y) * x }
    return loop = sum(y)
}
END
# What a branch reads an element of gets its adjoint where it stands: no array for each round, nor for each branch.
holds "elements read in branches" 2500 0 0 << 'END'
loop(x: [t]) {
    s = 0.0
    for k in 0..t {
        if x[k] > 0 { s = s + x[k]^2 } else { s = 0.999 * s + x[k] }
    }
    return loop = s
}
END
# sin x, and the states of the rounds; d_(sin x) stands where d_x will.
holds "elements gathered in branches of branches" 2500 $((2 * 2500)) $((2 * 2500 + 16)) << 'END'
loop(x: [t], j: int[t]) {
    y = sin(x)
    s = 0.0
    for k in 0..t {
        if k > 2 {
            if j[k] < t { s = s + sin(s * y[j[k]]) }
        }
    }
    return loop = s
}
END
# 50 segments, and what one of them keeps.
holds "states of segments" 2500 $((50 * 64)) $((112 * 64)) << 'END'
loop(x: [n]) {
    y = x
    for k in 0..t checkpoint { y = sin(flip(y)) * x }
    return loop = sum(y)
}
END
# A number in each round, not the whole array.
holds "one entry of each round" 2500 2500 $((5 * 2500)) << 'END'
loop(x: [t]) {
    y = x
    for k in 1..t { y[k] = y[k - 1] * x[k] }
    return loop = sum(y)
}
END
# Nor the array in an inner loop, whose entries are read once each.
holds "entries of an inner loop" 100 $((100 * 64)) $((212 * 64)) << 'END'
loop(x: [n], a) {
    y = x
    for s in 0..t { for k in 0..n { y[k] = y[k] * y[k] * a } }
    return loop = sum(y)
}
END
# Nor where it is read again in its round, replaced by a side of an if, or swapped with another.
holds "entries read again" 2500 2500 $((5 * 2500)) << 'END'
loop(x: [t]) {
    s = 0
    for k in 1..t {
        x[k] = sin(x[k - 1]) * x[k]
        s = s + x[k]^2 * x[k - 1]
    }
    return loop = s
}
END
holds "entries of sides" 2500 2500 $((5 * 2500)) << 'END'
loop(x: [t], y: [t]) {
    for k in 1..t { if y[k] > 0 { x[k] = x[k] * x[k - 1] + y[k] } }
    return loop = sum(x^2)
}
END
holds "swapped entries" 2500 2500 $((5 * 2500)) << 'END'
loop(x: [t]) {
    for k in 0..t - 1 {
        if x[k] > x[k + 1] {
            z = x[k]
            x[k] = x[k + 1]
            x[k + 1] = z
        }
    }
    return loop = sum(x^2)
}
END
holds "entries at ints" 2500 2500 $((5 * 2500)) 1000 << 'END'
loop(x: [t], y: [t], j: int[t]) {
    for k in 0..t { x[j[k]] = x[j[k]] * y[k] }
    return loop = sum(x^2)
}
END
holds "entries of loops of sides" 2500 $((4 * 2500)) $((8 * 2500)) << 'END'
loop(x: [t], y: [t]) {
    for k in 0..t { if y[k] > 0 { for i in 0..4 { x[i] = x[i] * y[k] } } }
    return loop = sum(x^2)
}
END
# A row of each round, not the matrix: though products read it along more axes, and sides replace other parts.
holds "rows of each round" 250 $((2 * 250 * 64)) $((5 * 250 * 64)) << 'END'
loop(W: [n, n], x: [t, n]) {
    for k in 1..t { x[k] = tanh(W @ x[k - 1] + x[k]) }
    return loop = sum(x^2)
}
END
holds "rows and entries of sides" 250 $((2 * 250 * 64)) $((8 * 250 * 64)) << 'END'
loop(W: [n, n], x: [t, n], y: [t]) {
    for k in 1..t {
        if y[k] > 0 {
            x[k] = tanh(W @ x[k - 1])
        } else if y[k] < -1 {
            x[k] = x[k] * x[k - 1]
        } else {
            x[k, 0] = x[k - 1, 0]^2
        }
    }
    return loop = sum(x^2)
}
END
# What the linear rounds need is the inputs alone.
holds "no states" 2500 0 $((4 * 64)) << 'END'
loop(x: [n], w: [n]) {
    y = x
    for k in 0..t { y = 2 * y + x }
    return loop = sum(y * w)
}
END
# Each value is written over the product that it is computed from, and its adjoint over the value: the first layer and
# the adjoints of both.
holds "values over older ones" 1 $((3 * 64 * 64)) $((3 * 64 * 64 + 64)) << 'END'
loop(x: [n, n], u: [n, n], w: [n, n]) = sum(tanh(relu(x @ u) @ w))
export loop wrt u, w
END
# Of all that a network makes of an image, that of a few images: of 50 forward is done with all at once.
holds "a few images at a time" 10000 4000 $((8 * 8000)) 1000 << 'END'
loop(x: [t, 1, 18, 18], k: [8, 1, 3, 3], w: [512, 10]) {
    h = max_pool2d(relu(conv2d(x, k)), 2)
    return loop = sum((reshape(h, [t, -1]) @ w)^2)
}
export loop wrt k, w
END
# The last matrix is updated while its operands are there anyway, so that the adjoints can be written over these.
holds "updates as soon as possible" 60 $((4 * 60 * 64)) $((4 * 60 * 64 + 2 * 64)) << 'END'
loop(x: [t, n], u: [n, n], w: [n, n], v: [n, n], a: [n], b: [n]) {
    y = sum((relu(linear(relu(linear(x, u, a)), w, b)) @ v)^2)
    update u = u - grad(y, u)
    update a = a - grad(y, a)
    update w = w - grad(y, w)
    update b = b - grad(y, b)
    update v = v - grad(y, v)
    return y
}
END
# Nor anything of the rounds where one number reaches the loop: its tangents go along with them.
holds "tangents" 2500 0 $((8 * 64)) << 'END'
loop(x: [n], a) {
    y = x
    for k in 0..t { y = sin(y) * exp(a) + x }
    return loop = sum(y)
}
export loop wrt a
END
# Of each layer its state and the product, not the tanh of gelu between them, which takes little beside the products.
holds "a cheap activation" 50 $((50 * 2 * 64 * 256)) $((54 * 2 * 64 * 256)) << 'END'
loop(x: [n, 4*n], u: [t, 4*n, 4*n], v: [t, 4*n, 4*n]) {
    for k in 0..t { x = gelu_tanh(x @ u[k]) @ v[k] }
    return loop = sum(x^2)
}
END
# Nor softmax, of which the maxima and sums of the rows are kept: of each layer its state, queries, keys and values.
holds "attention" 50 $((50 * (2 * 64 * 256 + 2 * 64 * 16))) $((50 * (2 * 64 * 256 + 2 * 64 * 16 + 4 * 64) + 8 * 64 * 256)) << 'END'
loop(x: [n, 4*n], a: [t, 4*n, 16], b: [t, 4*n, 16], c: [t, 4*n, 4*n]) {
    for k in 0..t { x = x + attention(x @ a[k], x @ b[k], x @ c[k]) }
    return loop = sum(x^2)
}
END
# Of sums over edges what edges and nodes need, none of which there is for each edge and node: where an edge reads its nodes
# by number, too.
holds "sums over edges" 2000 2000 $((30 * 2000)) 1000 << 'END'
loop(h: [n, n], q: int[n], d: int[t], s: int[t], w: [t]) {
    degree[v < n] = sum[e](if d[e] == v then w[e] else 0)
    a = 1 / sqrt(1 + degree)
    y[v < n] = sum[e](if d[e] == v then a[v] * a[s[e]] * h[v, s[e]] * h[q[v], v] else 0)
    z[v < n] = sum[e](if d[e] != v then 0 else w[e] * h[v, q[v]])
    return loop = sum((y + z)^2)
}
export loop wrt h, w
END
# takes MOST OPTIONS...: the workspace of the gradient of examples/programs/unet.nn, as compiled with these.
takes() {
    local most=$1 count
    shift
    # shellcheck disable=SC2086
    count=$(cd "$out" && $CC $flags "$@" -I"$OLDPWD/runtime" unet_main.c unet.c "$BUILD/libgradc.a" -lm -o unet && ./unet)
    if [ -n "$count" ] && [ "$count" -le "$most" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL windows of convolutions $*: ${count:-no} reals, not $most at most"
    fi
}

# Windows of convolutions, one after the other, take up the rooms of two; so do those that chunks have for themselves.
"$GRADC" examples/programs/unet.nn -o "$out/unet.c"
echo '#include "unet.h"
#include <stdio.h>
int main(void) {
    struct unet m = {.N = 4, .C = 16, .T = 8};
    printf("%zu\n", unet_gradient_workspace(&m) / sizeof(double));
}' > "$out/unet_main.c"
takes 235000
takes 513000 -fopenmp
echo "$passed passed, $failed failed"
[ $failed = 0 ]
