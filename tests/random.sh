#!/bin/bash
# random.sh: random programs of fixed seeds, and those of tests/random/found, which once failed: many run in process without a compiler, and some through the C compiler, whose code run/driver
# holds to numerical differences and to what other settings make of it.
# usage: random.sh [FIRST LAST]    the seeds of the second kind. GRADC, BUILD and CC as in run.sh; N is the number of
# programs in process. tests/campaign.sh draws other seeds and tries more compilers.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
BUILD=${BUILD:-$PWD/build}
CC=${CC:-gcc}
FUNCTIONS=6
TOOLS=$BUILD/random
export GRADC BUILD CC FUNCTIONS TOOLS out
ways=("|$CC -O0 -Wall -Wextra -Werror -pedantic -DGRADC_BLOCK=2|" "-O0|$CC -O0 -Wall -Wextra -Werror -pedantic|"
    "--standalone|$CC -O0 -Wall -Wextra -Werror -pedantic -DGRADC_WORTH_THREADS=1|" "--precision=float32|$CC -O0|float32")

one() {
    local seed=$1 base=$out/$1 log
    "$TOOLS/generate" "$seed" "$FUNCTIONS" "$base" || return
    log=$(REFERENCE="-O1|$CC -O0|" tests/random/judge.sh "${ways[seed % 4]}" "$base.nn" "$base.case")
    case $(tail -1 <<< "$log") in
    passes) echo "$FUNCTIONS passed, 0 failed" ;;
    *)
        echo "FAIL seed $seed (${ways[seed % 4]}): $(grep FAIL <<< "$log" || tail -1 <<< "$log")"
        echo "$((FUNCTIONS - 1)) passed, 1 failed" ;;
    esac
    rm -f "$base".*
}

# A program that once failed, at the points of these seeds, which have all sizes: FILE.
again() {
    local seed words passed=0 failed=0
    for seed in $POINTS; do
        words=$("$TOOLS/in_process" --judge "$seed" "$1" /dev/null | tail -1)
        if [ "$words" = passes ]; then
            passed=$((passed + 1))
        else
            echo "FAIL $1 at $seed: $words"
            failed=$((failed + 1))
        fi
    done
    echo "$passed passed, $failed failed"
}

if [ "${1-}" = --again ]; then
    again "$2"
    exit
fi
if [ "${1-}" = --one ]; then
    one "$2"
    exit
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
export POINTS="1 2 3 5 6 7 9 11 34 67 100 101 102 103"
case $BUILD in *sanitize*) # ten times as slow, behind a run without
    export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
    N=${N:-500} POINTS="1 7 34 67 100"
    make -s random-tools SANITIZE=address,undefined > "$out/log" 2>&1 ;;
*) make -s random-tools > "$out/log" 2>&1 ;;
esac || { cat "$out/log"; exit 1; }
"$TOOLS/in_process" 1 0 "${N:-1500}" - > "$out/report"
printf '%s\n' tests/random/found/*.nn | xargs -P 2 -L 1 tests/random.sh --again >> "$out/report"
seq "${1-1}" "${2-24}" | xargs -P 2 -L 1 tests/random.sh --one >> "$out/report"
# Faults that are known and not mended yet: none may stay for long.
grep -v '^[0-9]* passed, [0-9]* failed' "$out/report" | grep -v -F -f tests/random/known | head -40
known=$(grep -c -F -f tests/random/known "$out/report")
[ "$known" = 0 ] || echo "$known fail as tests/random/known says"
awk -v known="$known" '/^[0-9]+ passed, [0-9]+ failed/ { passed += $1; failed += $3 }
     END { failed -= known; print passed + 0 " passed, " failed " failed"; exit failed > 0 || passed == 0 }' "$out/report"
