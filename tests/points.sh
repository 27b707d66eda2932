#!/bin/bash
# points.sh: values at which random numbers never fall, 0, 1, -1 and 2, and what is equal: there the gradient of each
# operator, and those of its first and second derivatives by each pair of variables, are held to differences. A rule with
# a case of its own at such a point may give the right value there, and a wrong derivative.
# usage: points.sh
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
if grep -q __asan_init "$GRADC"; then # which changes no numbers
    echo '0 passed, 0 failed'
    exit
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# derived EXPRESSION: functions of x and p that return it, its first derivatives, and its second ones.
derived() {
    echo "f(x, p) = $1"
    for first in x p; do
        printf 'f_%s(x, p) {\n    y = %s\n    return grad(y, %s)\n}\n' $first "$1" $first
        for second in x p; do
            printf 'f_%s%s(x, p) {\n    y = %s\n    g = grad(y, %s)\n    return grad(g, %s)\n}\n' $first $second "$1" $first $second
        done
    done
}

# at EXPRESSION: at each pair of values.
at() {
    local x p before=$((passed + failed))
    derived "$1" > "$out/f.nn"
    for x in -1 0 1 2; do
        for p in -1 0 1 2; do
            "$GRADC" -Wno-unused --check --at x=$x,p=$p "$out/f.nn" > "$out/log" 2>&1
            if grep -qE 'WRONG|error' "$out/log"; then
                failed=$((failed + 1))
                echo "FAIL $1 at x = $x, p = $p"
                grep -E 'WRONG|error' "$out/log" | head -5
            elif ! grep -q 'no finite values' "$out/log"; then # nor a derivative, at some
                passed=$((passed + 1))
            fi
        done
    done
    if [ $((passed + failed)) = "$before" ]; then
        failed=$((failed + 1))
        echo "FAIL $1 was compared nowhere"
    fi
}

# Element-wise operators that have a derivative and are functions of the language.
sed -n '/^ELEMENTWISE/{N; s/^ELEMENTWISE([A-Z_0-9]*, "\([a-z_0-9]*\)", \([12]\),.*\n *"d_.*/\1 \2/p}' ../src/graph/operators.def > "$out/operators"
while read -r name arity; do
    case $name in
    neg | add | sub | mul | div | pow | polygamma | quotient | real) continue ;; # of which these are not
    esac
    if [ "$arity" = 1 ]; then at "p * $name(x)"; else at "$name(x, p)"; fi
done < "$out/operators"
for expression in 'x + p' 'x - p' 'x * p' 'x / p' 'x^p' '(x + 1)^x' 'x^(p + 1)' '|x|^p' 'p * x^3' 'p * lgamma(x)' 'logaddexp(x, p)' \
    'mod(x, p)' 'lbeta(x, p)' 'x * log(p)' 'sqrt(x^2 + p^2)' '||[x, p]||^2' 'norm([x, p])^3' 'std([x, p, 1])^2' \
    'softmax([x, p])[0]' 'logsumexp([x, p])' 'prod([x, p, x])' 'cumprod([x, p])[1]' 'det([[x, p], [p, x]])' 'log1p(x) / p'; do
    at "$expression"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
