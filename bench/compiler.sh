#!/bin/bash
# compiler.sh: time of gradc and size of what it emits, as programs grow; growth must stay near linear.
set -u
GRADC=${GRADC:-$(dirname "$0")/../gradc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

# row NAME COUNT: compiles $out/x.nn.
row() {
    local begin end
    begin=$(date +%s%N)
    timeout 120 "$GRADC" "$out/x.nn" -o "$out/x.c" 2> "$out/log" || { echo "$1 $2: $(head -1 "$out/log" || true) failed"; return 1; }
    end=$(date +%s%N)
    printf '%-28s %7d  %9.3f ms  %9.3f us each  %9d bytes of C\n' "$1" "$2" "$(((end - begin) / 1000))e-3" \
        "$(((end - begin) / $2))e-3" "$(wc -c < "$out/x.c")"
}

# c_row NAME COUNT: compiles the $out/x.c that the last row has left, up to 1 000, or all of it with LONG=1.
c_row() {
    local begin
    [ "$2" -le 1000 ] || [ "${LONG-}" = 1 ] || return 0
    begin=$(date +%s%N)
    "${CC:-gcc}" -std=c99 -O1 -I"$(dirname "$0")/../runtime" -c "$out/x.c" -o "$out/x.o" || { echo "$1 $2: its C failed"; return 1; }
    printf '%-28s %7d  %9.3f ms by %s -O1\n' "$1" "$2" "$((($(date +%s%N) - begin) / 1000))e-3" "${CC:-gcc}"
}

for n in 10 100 1000 10000; do
    { echo "f(x: [m, m], W: [m, m]) {"
      echo "h = x"
      yes 'h = tanh(h @ W)' | head -n "$n"
      echo "return sum(h) }"; } | sed 's/return sum(h)/return loss = sum(h)/' > "$out/x.nn"
    row "chain of layers" "$n" || exit 1
    c_row "chain of layers" "$n" || exit 1
done
for n in 100 1000 10000 100000; do
    { echo "f(x, y) {"
      echo "s = x"
      yes 's = s * y + x' | head -n $((n / 2))
      echo "return r = s }"; } > "$out/x.nn"
    row "operations on scalars" "$n" || exit 1
    c_row "operations on scalars" "$n" || exit 1
done
for n in 10 100 1000; do
    for i in $(seq "$n"); do echo "f$i(x: [n], y: [n]) = sum(exp(x * y + $i))"; done > "$out/x.nn"
    row "functions" "$n" || exit 1
done
for n in 10 1000 100000; do
    echo "dim n = $n; f(x: [n, n], v: [n]) = sum(tanh(x @ v))" > "$out/x.nn"
    row "size of a tensor's axis" "$n" || exit 1
done
