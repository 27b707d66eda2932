#!/bin/bash
# clutter.sh: what emitted C does not hold: branches that are never taken, conditions and checks of numbers, and pow() of
# small whole powers.
# usage: clutter.sh    GRADC names the compiler
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# The C of the program on standard input, without comments.
emit() {
    "$GRADC" - -o "$out/x.c" 2> "$out/log" || cat "$out/log"
    sed -e 's|/\*.*\*/||' "$out/x.c" > "$out/text"
}
count() {
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL $2"
    fi
}
# lacks WHAT PATTERN, has WHAT PATTERN: of that C.
lacks() { ! grep -qE "$2" "$out/text"; count $? "$1: $(grep -m 1 -E "$2" "$out/text")"; }
has() { grep -qE "$2" "$out/text"; count $? "$1: nothing has $2"; }

emit << 'END'
f(x: [n]) {
    y = x
    if 2 < 1 {
        y = exp(y)
    }
    if 1 < 2 {
        y = y + sin(y[0])
    }
    return sum(y / (1 + |x|))
}
END
lacks "a branch that is never taken" 'exp\('
has "a branch that is always taken" 'sin\('
lacks "conditions that are numbers" 'if \(!?[01]\)'

emit << 'END'
f(x: [4], k: int) {
    m = int(2)
    return x[m] + x[k]
}
END
lacks "checks of numbers" '[^a-z_0-9](!1|1 < 0|\(size_t\)[0-9]+ >=)'
has "checks of others" 'k < 0|k >= 4|\(size_t\)\w*k'

emit << 'END'
f(y: [n], mu, alpha, beta) {
    variance = 1
    total = 0
    for t in 1..n {
        variance = alpha * (y[t - 1] - mu)^2 + beta * variance
        total = total + log(variance)
    }
    return total
}
END
lacks "powers" 'pow\('

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
