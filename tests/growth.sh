#!/bin/bash
# growth.sh: the emitted C of four times the layers, inputs or sizes is about four times as long; that of a derivative of
# one order more, of a function that goes by rounds, not much more than that. No function of a network is so long that
# nobody reads it and compilers take minutes for it.
# usage: growth.sh    GRADC names the compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# layers N: a size name for each layer.
layers() {
    awk -v n="$1" 'BEGIN {
        printf "f(x: [B, n0]"
        for (i = 0; i < n; i++) printf ", W%d: [n%d, n%d], b%d: [n%d]", i, i, i + 1, i, i + 1
        print ") {"
        for (i = 0; i < n; i++) printf "    x = tanh(x @ W%d + b%d)\n", i, i
        print "    return f = sum(x^2)\n}\nexport f wrt all but x"
    }'
}

# inputs N: a size name for each input.
inputs() {
    awk -v n="$1" 'BEGIN {
        printf "f("
        for (i = 0; i < n; i++) printf "%sx%d: [n%d]", i ? ", " : "", i, i
        printf ") = "
        for (i = 0; i < n; i++) printf "%ssum(sin(x%d)^2)", i ? " + " : "", i
        print "\n"
    }'
}

# orders N: a gradient of order N of a function that goes by rounds, by element.
orders() {
    awk -v n="$1" 'BEGIN {
        print "f(x: [n]) {\n    g1 = betainc(1.3 + 0.4 * sin(x), 1.4 + 0.4 * tanh(x), 0.5 + 0.2 * sin(x))"
        for (i = 1; i < n; i++) printf "    u%d = sum(g%d * cos(x))\n    g%d = grad(u%d, x)\n", i, i, i + 1, i
        printf "    return f = sum(g%d * x)\n}\nexport f wrt x\n", n
    }'
}

# grows KIND N: six times as long at most for four times as many.
grows() {
    local few many
    "$1" "$2" > "$out/few.nn"
    "$1" $((4 * $2)) > "$out/many.nn"
    few=$(timeout 60 "$GRADC" "$out/few.nn" -o - | wc -c)
    many=$(timeout 60 "$GRADC" "$out/many.nn" -o - | wc -c)
    if [ "$few" -gt 0 ] && [ "$many" -gt "$few" ] && [ "$many" -le $((6 * few)) ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1: $few bytes for $2, $many for $((4 * $2))"
    fi
}

# is_cut PROGRAM: no function of more than 650 lines, nor a loop of more than 320.
is_cut() {
    local longest
    longest=$("$GRADC" "$1" -o - | awk '
        /^{/ { begin = NR }
        /^}/ { if (NR - begin > most) most = NR - begin }
        /^    (for|GRADC_PARALLEL)/ { loop = NR }
        /^    }/ { if (loop && NR - loop > most_of_loops) most_of_loops = NR - loop; loop = 0 }
        END { print most + 0, most_of_loops + 0 }')
    if [ "${longest% *}" -gt 50 ] && [ "${longest% *}" -le 650 ] && [ "${longest#* }" -le 320 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1: ${longest% *} lines in a function, ${longest#* } in a loop"
    fi
}

is_cut examples/programs/unet.nn
is_cut examples/gradbench/hand.nn
grows layers 32
grows inputs 100
for order in 1 2; do
    orders $order > "$out/few.nn"
    orders $((order + 1)) > "$out/many.nn"
    few=$("$GRADC" "$out/few.nn" -o - | wc -c)
    many=$(timeout 60 "$GRADC" "$out/many.nn" -o - | wc -c)
    if [ "$few" -gt 0 ] && [ "$many" -gt "$few" ] && [ "$many" -le $((5 * few)) ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL orders: $few bytes for $order, $many for one more"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
