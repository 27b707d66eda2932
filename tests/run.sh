#!/bin/bash
# run.sh: compiles every tests/run/X.nn in five ways (at -O3, self-contained, in float32, not optimised, in
# threads that share every loop they can), and holds the C to the cases in X.case; run/driver/driver.c says how they are
# written and what is checked beside them. Under sanitizers one of two ways. Nearly all of the time is the C compiler's:
# only the first way optimises; where gradc alone is on trial, tcc compiles, if there is one, and CC only warns; and clang's
# sanitizers, which see more, take a third of the time that gcc's do. A few programs make most of the C, of which gcc
# optimises 20 KB in a second: what is longer than LONG is compiled at -O2, if it is longer than three times that at -O1,
# without threads, and warned of once.
# usage: run.sh [X...]    GRADC names the compiler, BUILD the folder of libgradc.a, CC the C compiler, LONG how many bytes
# of C are long (make test-compilers: none).
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
BUILD=${BUILD:-$PWD/../build}
CC=${CC:-gcc}
RUNTIME=${RUNTIME:-$BUILD/libgradc.a}
LONG=${LONG:-300000}
export GRADC BUILD CC RUNTIME LONG out flags libgcc
case $BUILD in *sanitize*)
    flags="-fsanitize=address,undefined -fno-sanitize-recover=all"
    # the address behind an empty workspace is NULL + 0, which is no fault in C++ and in C from 2023 on
    if command -v clang > /dev/null; then CC=clang flags+=" -fno-sanitize=pointer-overflow"; fi
    export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 ;;
*) flags="" ;; esac

# compile BASE OPTIMISE LIBRARY DEFINITION...: makes BASE.so of BASE.c, which has to be free of warnings.
compile() {
    local base=$1 optimise=$2 library=$3
    shift 3
    local source=(-std=c99 "$@" -Wall -Wextra -Werror -pedantic -I../../runtime -I"$out" "$base.c")
    # shellcheck disable=SC2086
    if [ -n "$libgcc" ] && [ "$optimise" = -O0 ]; then
        if is_short "$base.c"; then "$CC" -fsyntax-only "${source[@]}" || return; fi
        tcc -shared "${source[@]}" ${library:+$library "$libgcc"} -lm -o "$base.so"
    else
        "$CC" $optimise -shared -fPIC $flags "${source[@]}" $library -lm -o "$base.so"
    fi
}

is_short() { # FILE [TIMES]
    [ "$(wc -c < "$1")" -le $((LONG * ${2-1})) ]
}

# one X VARIANT: prints FAIL lines and a count.
one() {
    local name=$1 variant=$2 options="" library=$RUNTIME driver_options="" optimise=-O0 shared=()
    local base=$out/$name.$variant
    case $variant in
    plain) # vectorised, with the warnings of gcc's analysis, and with loops over blocks of few rows
        optimise="-O3 -march=native -DGRADC_BLOCK=2"
        [ -z "$flags" ] || optimise="-O0 -DGRADC_BLOCK=2" ;;
    standalone) # with the rounds that threads may share from the last to the first
        options=--standalone library=""
        shared=(-DGRADC_WORTH_THREADS=1 -DGRADC_WORTH_ADDING=0
            "-DGRADC_ROUNDS(i,n,...)=for (size_t i = (n); i-- > 0;) __VA_ARGS__") ;;
    float32) options=--precision=float32 driver_options=float32 ;;
    O0) options=-O0 ;;
    threads)
        optimise="-O0 -fopenmp" shared=(-DGRADC_WORTH_THREADS=1 -DGRADC_WORTH_ADDING=0)
        driver_options=threads
        # threads that wait for a moment only, as tests share the processors
        export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=2000 ;;
    esac
    # shellcheck disable=SC2086
    if "$GRADC" --color=never $options "$name.nn" -o "$base.c" 2> "$base.log" && [ $variant = threads ] && ! is_short "$base.c"; then
        rm -f "$base".*
        return
    fi
    # shellcheck disable=SC2086
    if [ ! -e "$base.c" ] ||
        ! "$GRADC" $options --emit=interface "$name.nn" -o "$base.json" 2> "$base.log" ||
        ! { is_short "$base.c" || optimise=${optimise/-O3/-O2}; } ||
        ! { is_short "$base.c" 3 || optimise=${optimise/-O2/-O1}; } ||
        ! compile "$base" "$optimise" "$library" "${shared[@]}" 2> "$base.log"; then
        echo "FAIL $name ($variant) does not compile"
        head -5 "$base.log"
        echo "0 passed, $(grep -c '^case ' "$name.case") failed"
        return
    fi
    # shellcheck disable=SC2086
    "$out/driver" "$base.so" "$base.json" "$name.case" $driver_options 2>&1 | sed "s/^FAIL /FAIL $name ($variant) /"
    rm -f "$base".*
}

if [ "${1-}" = --one ]; then
    cd run && one "$2" "$3"
    exit
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
# Sanitizers do not see that OpenMP's barriers order what threads do, and take long; a compiler may have no OpenMP.
further="" libgcc=""
if [ -z "$flags" ]; then
    # tcc's code needs a little of gcc's library where libgradc.a does.
    if command -v tcc > /dev/null && command -v gcc > /dev/null; then libgcc=$(gcc -print-libgcc-file-name); fi
    further="O0 standalone"
    echo 'int main(void) { return 0; }' | "$CC" -fopenmp -x c - -o "$out/openmp" 2> /dev/null && further="O0 standalone threads"
fi
if [ -n "$flags" ] && [ "$CC" = clang ]; then
    RUNTIME=$out/libgradc.a
    # shellcheck disable=SC2086
    (cd "$out" && "$CC" -std=c99 -O0 -g -fPIC $flags -c "$OLDPWD"/../runtime/*.c && ar rcs "$RUNTIME" ./*.o) || exit 1
fi
# shellcheck disable=SC2086
"$CC" -std=c99 -O1 -g -Wall -Wextra -Werror $flags run/driver/*.c -o "$out/driver" -ldl -lm || exit 1
if [ $# -gt 0 ]; then names=$*; else names=$(cd run && ls -S ./*.nn | sed -e 's|^\./||' -e 's/\.nn$//'); fi
number=0
for name in $names; do
    number=$((number + 1)) ways="plain float32"
    # what memory is touched does not depend on the precision
    if [ -n "$flags" ] && [ $# = 0 ]; then
        if [ $((number % 2)) = 0 ]; then ways=float32; else ways=plain; fi
    fi
    # shellcheck disable=SC2086
    [ ! -e "run/$name.case" ] || printf "$name %s\n" $ways $further
done | xargs -P 2 -L 1 ./run.sh --one > "$out/report"
grep -v '^[0-9]* passed, [0-9]* failed$' "$out/report"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
     END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 || passed == 0 }' "$out/report"
