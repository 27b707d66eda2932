#!/bin/bash
# hostile.sh: programs that are legal, or nearly, and large in one way: each is compiled in time and memory near its
# length, or refused in one message that names the limit.
# usage: hostile.sh [--large]    --large: ten times as large, and with their times (make hostile)
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
large=1
if [ "${1-}" = --large ]; then
    large=10
    shift
fi
generate() { awk -v kind="$1" -v n="$2" -f hostile/generate.awk > "$out/$1.nn"; }

# ---- Growth ----

# Under sanitizers programs are smaller and no times compared: loop programs are verified behind each pass there, which
# takes more than their length. The plain build, which people use, is held to its times.
part=1
! grep -q __asan_init "$GRADC" || part=4

# milliseconds PROGRAM KIND: of the processor; nothing if it fails.
milliseconds() {
    local took TIMEFORMAT=%U
    took=$({ time "$GRADC" --emit="$2" "$1" -o /dev/null > /dev/null 2> "$out/error"; } 2>&1)
    [ -s "$out/error" ] && ! grep -q ': error: ' "$out/error" && return
    awk -v s="$took" 'BEGIN { printf "%d", 1000 * s }'
}

# grows KIND N [EMIT]: twice the program takes at most two and a half times as long; from what is too short to be
# measured, two times more. Each counts with the least of its runs, which alternate: two, and up to six while a machine
# busy with other things disturbs one of them. What is too slow by its nature is so in each.
grows() {
    local kind=$1 n=$(($2 * large / part)) emit=${3-c} one="" two="" took run
    generate "$kind" "$n"
    mv "$out/$kind.nn" "$out/half.nn"
    generate "$kind" $((2 * n))
    for run in 1 2 3 4 5 6; do
        took=$(milliseconds "$out/half.nn" "$emit")
        [ -n "$took" ] || break
        [ -n "$one" ] && [ "$took" -ge "$one" ] || one=$took
        took=$(milliseconds "$out/$kind.nn" "$emit")
        [ -n "$took" ] || { two="" && break; }
        [ -n "$two" ] && [ "$took" -ge "$two" ] || two=$took
        [ $run = 1 ] || { [ $part = 1 ] && [ "$two" -gt $((one * 5 / 2 + 60)) ]; } || break
    done
    if [ -n "$one" ] && [ -n "$two" ] && { [ $part != 1 ] || [ "$two" -le $((one * 5 / 2 + 60)) ]; }; then
        passed=$((passed + 1))
        [ $large = 1 ] || echo "$kind --emit=$emit: $n in $one ms, twice as many in $two ms"
    else
        failed=$((failed + 1))
        echo "FAIL $kind --emit=$emit: $n in ${one:-?} ms, twice as many in ${two:-?} ms: $(head -1 "$out/error")"
    fi
}

for emit in ast graph; do
    grows sum 20000 $emit
    grows matrices 8000 $emit
    grows statements 10000 $emit
    grows functions 4000 $emit
    grows inputs 5000 $emit
done
grows sum 10000
grows product 4000
grows matrices 1000
grows statements 2000
grows statements_distinct 2000
grows tensor_statements 800
grows diagonals 800
grows entries 1000
grows branches 150
grows functions 500
grows levels 5000
grows doubled 2000
grows inputs 1500
grows outputs 8000
grows list 3000
grows concat 3000
grows members 3000
grows dims 10000
grows functions_unused 20000
grows unknown_names 5000
grows unknown_functions 5000
grows comments 50000
grows blank 50000
grows line 200000

# ---- Limits ----

# refused KIND N TEXT: one message, with this text.
refused() {
    generate "$1" "$2"
    expect "$1 $2" "${4-1}" "$3" timeout 60 "$GRADC" "$out/$1.nn" -o /dev/null
    if [ "$(grep -c 'error: ' "$out/log")" != 1 ]; then
        failed=$((failed + 1))
        echo "FAIL $1 $2: more than one error"
    fi
}
for kind in parentheses bars norms minus nots lists calls_nested chosen otherwise subscripts sums_nested right_power \
    matrices_vector nested_if nested_for else_if; do
    refused $kind 100000 'nested more than 1000 deep'
done
refused transposes 100000 'nested more than 1000 deep'
refused doubled_apart 40 'makes more than 1048576 calls'
generate doubled 40
expect 'calls of calls, twice each' 0 '' "$GRADC" "$out/doubled.nn" -o /dev/null
generate name 65536
expect 'a long name' 0 '' "$GRADC" "$out/name.nn" -o /dev/null
generate parentheses 900
expect 'deep parentheses' 0 '' "$GRADC" "$out/parentheses.nn" -o /dev/null
generate chosen 900
expect 'deep choices' 0 '' "$GRADC" "$out/chosen.nn" --emit=graph -o /dev/null
# Each more took twice as long.
generate second_else_if 18
expect 'second derivatives of many sides' 0 '' timeout 20 "$GRADC" "$out/second_else_if.nn" -o /dev/null
# Sanitizers need more for themselves.
grep -q __asan_init "$GRADC" || expect 'little memory' 2 'gradc: error: out of memory' bash -c "ulimit -v 60000; '$GRADC' '$out/functions.nn' -o /dev/null"

# ---- Text ----

text() { # WHAT STATUS TEXT BYTES
    printf "$4" > "$out/text.nn"
    expect "$1" "$2" "$3" "$GRADC" "$out/text.nn" -o /dev/null
}
text 'carriage returns' 0 '' 'f(x) {\r\n    y = x\r\n    return y_new = y\r\n}\r\n'
text 'a byte order mark' 0 '' '\xef\xbb\xbff(x) = x\n'
text 'no final newline' 0 '' 'f(x) = x'
text 'no text' 1 '' ''
text 'a NUL' 1 'text.nn:1:8: error' 'f(x) = \0x\n'
text 'no UTF-8' 1 'text.nn:1:8: error' 'f(x) = \xffx\n'
text 'half a character' 1 'text.nn:1:8: error' 'f(x) = \xce'

# ---- Imports ----

# In a chain, each file imports the next and that behind it, so that there are very many ways to the last.
mkdir "$out/chain"
awk -v n=$((1500 * large)) -v folder="$out/chain" 'BEGIN {
    for (i = 0; i < n; i++) {
        file = folder "/" i ".nn"
        for (k = 1; k <= 2 && i + k < n; k++) print "import \"" i + k ".nn\"" > file
        print "f" i "(x) = exp(x) + " (i + 1 < n ? "f" n - 1 "(x)" : "x") > file
        close(file)
    }
}'
expect 'a chain of imports' 0 '' timeout 60 "$GRADC" "$out/chain/0.nn" -o /dev/null
echo 'import "0.nn"' >> "$out/chain/$((1500 * large - 1)).nn"
expect 'a circle of imports' 1 'imports itself, directly or through others' timeout 60 "$GRADC" "$out/chain/0.nn"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
