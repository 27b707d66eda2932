#!/bin/bash
# defaults.sh: f_defaults sets what has a default, in either precision; the interface tells of it; and Python uses it
# where there is NumPy.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
RUNTIME=$PWD/../runtime
BUILD=${BUILD:-$PWD/../build}
CC=${CC:-cc}
LDFLAGS=${LDFLAGS-}
case $BUILD in
*/sanitize) LDFLAGS="$LDFLAGS -fsanitize=address,undefined" ;;
esac
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1

cat > model.nn << 'END'
dim D = 6
f(x: [n], k: int = 3, j: int = k + 1, lr = 1e-3, s = 1 / sqrt(n), t = softplus(2 * s), h = D / 2,   # half
  m: size = 2 * n, q: size = 7, i: int = n - 9, big = inf, shift: [n] = zeros([n]), total = sum(x), gain) =
    gain * sum(x + shift) + real(k * j + i) + lr * s + t + h + m * q + total + (if big > 0 then 1 else 0)
g(x, factor = 2) = scaled(x, factor)
scaled(x, factor = 5) = x * factor
h(b: [2] = [1, -1 / 3], A: [D, 2] = if range(D)[:, new] == range(2) then 2 else 0, at: int[2] = [1, 0], s = 2) = s * sum(A @ b[at])
export f wrt x
export h wrt b
export g wrt x
export scaled
END
cat > main.c << 'END'
#include "model.h"
#include <math.h>
#include <string.h>
static int is_near(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}
int main(void)
{
    struct f f;
    struct g g = {.x = 4};
    memset(&f, 0, sizeof f);
    f.n = 4;
    f.total = f.gain = -8;
    f_defaults(&f);
    g_defaults(&g);
    if (f.k != 3 || f.j != 4 || !is_near(f.lr, 1e-3) || f.s != 0.5 || !is_near(f.t, log(1 + exp(1))) || f.h != 3)
        return 1;
    if (f.n != 4 || f.m != 8 || f.q != 7 || f.i != -5 || !isinf(f.big))
        return 2;
    if (f.x || f.shift || f.total != -8 || f.gain != -8)
        return 3;
    struct h h;
    static double room[64];
    double third = -1.0 / 3;
    memset(&h, 0, sizeof h);
    h.work = room;
    h_defaults(&h);
    if (h.s != 2 || h.b[0] != 1 || !is_near(h.b[1], third) || h.A[0] != 2 || h.A[1] != 0 || h.A[3] != 2 || h.A[11] != 0)
        return 4;
    if (h.at[0] != 1 || h.at[1] != 0 || h_workspace(&h) > sizeof room || h_forward(&h) != GRADC_OK || !is_near(h.h, 4 * (1 + third)))
        return 5;
    return g_forward(&g) != GRADC_OK || g.g != 8 || g.x != 4;
}
END
for options in "" "-O0" "--precision=float32" "--standalone"; do
    # shellcheck disable=SC2086
    expect "compiles $options" 0 "" "$GRADC" $options model.nn -o model.c
    # shellcheck disable=SC2046,SC2086
    expect "C of $options" 0 "" "$CC" -std=c99 -Wall -Wextra -Werror -pedantic -I"$RUNTIME" -o main main.c model.c \
        $([ "$options" = --standalone ] || echo "$BUILD/libgradc.a") $LDFLAGS -lm
    expect "values of $options" 0 "" ./main
done

"$GRADC" --emit=interface model.nn -o model.json
for member in '"name": "k", "role": "input", "type": "int", "shape": [], "default": 3}' \
    '"name": "lr", "role": "input", "type": "real", "shape": [], "default": 0.001}' \
    '"name": "s", "role": "input", "type": "real", "shape": [], "default": "1 / sqrt(n)"}' \
    '"name": "h", "role": "input", "type": "real", "shape": [], "default": 3}' \
    '"name": "m", "role": "size", "default": "2 * n"}' '"name": "q", "role": "size", "default": 7}' \
    '"name": "big", "role": "input", "type": "real", "shape": [], "default": "inf"}' \
    '"name": "shift", "role": "input", "type": "real", "shape": ["n"], "default": "zeros([n])"}' \
    '"name": "total", "role": "input", "type": "real", "shape": []}' '"defaults", '; do
    expect "interface: $member" 0 "" grep -qF -- "$member" model.json
done
expect "--check" 0 "" "$GRADC" --check model.nn

# A default is no part of the function: its conditions hold for those who use it.
echo 'f(x: [n], k: int = n - 4) = sum(x) * real(k)' > odd.nn
"$GRADC" odd.nn -o odd.c
expect "no condition" 1 "" grep -q '< 5' odd.c

if python3 -c 'import numpy' 2> /dev/null; then
    "$GRADC" --standalone model.nn -o model.c
    "$GRADC" --emit=python model.nn -o model.py
    "$CC" -std=c99 -O1 -fPIC -shared -I"$RUNTIME" -o libmodel.so model.c -lm
    cat > use.py << 'END'
import math, numpy, model
x = numpy.ones(4)
def expected(k, j, lr, s, t):
    return 3 * 4 + k * j - 5 + lr * s + t + 3 + 56 + 10 + 1
t = math.log(1 + math.exp(1))
assert abs(model.f(x, shift=numpy.zeros(4), total=10, gain=3) - expected(3, 4, 1e-3, 0.5, t)) < 1e-12
assert abs(model.f(x, j=2, k=7, lr=2, shift=numpy.zeros(4), total=10, gain=3) - expected(7, 2, 2, 0.5, t)) < 1e-12
assert model.g(4) == 8 and model.g(4, 3) == 12
assert abs(model.h() - 8 / 3) < 1e-12 and abs(model.h([1, 1], at=[0, 0], s=1) - 4) < 1e-12
for wrong, text in [(dict(k=7), "give j, too"), ({}, "total is missing")]:
    try:
        model.f(x, shift=numpy.zeros(4), gain=3, **({"total": 1, **wrong} if wrong else {}))
        assert False
    except TypeError as error:
        assert text in str(error), error
END
    expect "Python" 0 "" env PYTHONPATH=. python3 use.py
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
