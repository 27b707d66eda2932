#!/bin/bash
# emitted.sh: the C of every tests/run/X.nn, of whatever precision and level, is free of warnings as C99 and C++11 under
# gcc and, where there are such, gcc 11 and clang; and the same input gives the same bytes in every kind of output.
set -u
cd "$(dirname "$0")/run" || exit 1
GRADC=${GRADC:-$PWD/../../gradc}
export GRADC out
WARNINGS="-Wall -Wextra -Werror -pedantic -I$PWD/../../runtime -fsyntax-only"

# Under a sanitizer gradc is on trial, not once more its C.
case ${BUILD-} in
*sanitize*) compilers=() ;;
*) compilers=("gcc -std=c99" "gcc-11 -std=c99" "g++ -x c++ -std=c++11" "clang -std=c99" "clang++ -x c++ -std=c++11") ;;
esac
# with vectors of 32 bytes, and numbers that are computed in a wider type than vectors hold
wider="gcc -m32 -mavx2"
[ ${#compilers[@]} = 0 ] || ! echo '#include <math.h>' | $wider -x c -fsyntax-only - 2> /dev/null || compilers+=("$wider")

# comes_again BASE ARGUMENT...: the same bytes as in BASE.1; a sanitizer changes none.
comes_again() {
    case ${BUILD-} in *sanitize*) return ;; esac
    "$GRADC" "${@:2}" -o - > "$1.2" && cmp -s "$1.1" "$1.2"
}

# one X OPTION...: prints FAIL lines and a count.
one() {
    local name=$1 base=$out/$1 failed=0 passed=0
    shift
    base=$base${*// /}
    if ! "$GRADC" "$@" "$name.nn" -o "$base.c" 2> "$base.log"; then
        echo "FAIL $name $*: $(head -1 "$base.log")"
        echo "0 passed, 1 failed"
        return
    fi
    if grep -m 1 -E '^ *([a-zA-Z_0-9]+\[[^]]*\]) = \1;' "$base.c"; then
        echo "FAIL $name $*: an element is copied to where it is"
        failed=$((failed + 1))
    fi
    for compiler in "${compilers[@]}"; do
        command -v "${compiler%% *}" > /dev/null || continue
        # Others find in what is long what they find in the rest.
        case $compiler in "gcc -std=c99" | "clang -std=c99") ;; *) [ "$(wc -c < "$base.c")" -le 300000 ] || continue ;; esac
        # shellcheck disable=SC2086
        if $compiler $WARNINGS -I"$out" "$base.c" 2> "$base.log"; then
            passed=$((passed + 1))
        else
            echo "FAIL $name $*: $compiler finds fault"
            grep -m 2 -A 2 -E 'error|warning' "$base.log"
            failed=$((failed + 1))
        fi
    done
    for kind in c interface graph dot ast python math latex; do
        if "$GRADC" "$@" --emit=$kind "$name.nn" -o - > "$base.1" 2> "$base.log" && [ -s "$base.1" ] &&
            comes_again "$base" "$@" --emit=$kind "$name.nn"; then
            passed=$((passed + 1))
        else
            echo "FAIL $name $*: --emit=$kind fails or differs: $(head -1 "$base.log")"
            failed=$((failed + 1))
        fi
    done
    rm -f "$base"*
    echo "$passed passed, $failed failed"
}

if [ "${1-}" = --one ]; then
    shift
    one "$@"
    exit
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
ls ./*.nn | sed -e 's|^\./||' -e 's/\.nn$//' | awk '{ print $0, NR % 3 == 0 ? "--precision=float32" : NR % 3 == 1 ? "--standalone" : "-O0" }' |
    xargs -P 2 -L 1 ../emitted.sh --one > "$out/report"

# in_vectors FILE LOOPS COMPILER...: functions that have a form in vectors call none of the C library, and gcc 12 says of so
# many loops that they are vectors now. A processor with half precision changes FLT_EVAL_METHOD, to 16.
in_vectors() {
    local file=$1 says= loops=$2
    shift 2
    command -v "$1" > /dev/null && echo 'int x;' | "$@" -x c -c -o /dev/null - 2> "$out/log" || return
    if [ "$1" = gcc ]; then says=-fopt-info-vec-optimized; else loops=0; fi
    for precision in float64 float32; do
        grep -v lgamma "$file" > "$out/vectors.nn"
        if "$GRADC" --precision=$precision "$out/vectors.nn" -o "$out/vectors.c" &&
            "$@" $says -I../../runtime -c -o "$out/vectors.o" "$out/vectors.c" 2> "$out/log" &&
            [ "$(grep 'loop vectorized' "$out/log" | cut -d: -f1,2 | sort -u | wc -l)" -ge "$loops" ] &&
            ! nm -u "$out/vectors.o" | grep .; then
            echo "1 passed, 0 failed"
        else
            printf 'FAIL functions in vectors: %s %s\n0 passed, 1 failed\n' "$file" "$*"
        fi
    done
}
if [ ${#compilers[@]} -gt 0 ]; then
    for processor in haswell sapphirerapids; do
        for compiler in "gcc -std=c99" "gcc" "gcc-11" "clang"; do
            # shellcheck disable=SC2086
            in_vectors ../../bench/vecmath.nn 18 $compiler -O3 -march=$processor >> "$out/report"
            # shellcheck disable=SC2086
            in_vectors ../vectors/choices.nn 10 $compiler -O3 -march=$processor >> "$out/report"
            # shellcheck disable=SC2086
            in_vectors ../vectors/sums.nn 14 $compiler -O3 -march=$processor >> "$out/report"
        done
    done
fi
grep -v '^[0-9]* passed, [0-9]* failed$' "$out/report"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
     END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 || passed == 0 }' "$out/report"
