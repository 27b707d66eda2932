#!/bin/bash
# run.sh: compiles each bench/X.nn with gradc and measures it against the same program written by hand, X.c, and in
# Python, X.py. Prints one table of times and ratios, each with what it should be at most, and then that of compiler.sh;
# status 0 only if all values agree. A program is bench/X.nn or examples/programs/X.nn.
# usage: run.sh [X...]    CC names the C compiler, CFLAGS its options. The runtime calls the BLAS as its own peers do;
# after make BLAS=no it uses its own kernels.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
BUILD=${BUILD:-$PWD/../build}
CC=${CC:-gcc}
CFLAGS=${CFLAGS:--O3 -march=native -fopenmp-simd}
BENCH_THREADS=${BENCH_THREADS:-} # of OpenMP, with CFLAGS that have it: set by threads.sh
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=${BENCH_THREADS:-1}
unset OPENBLAS_CORETYPE # the peers' BLAS takes the kernels that this processor runs fastest, as it chooses by itself, or:
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
status=0

blas=$(../tools/probe.sh "$CC" | head -1)
if [ -n "$blas" ] && echo '#include <cblas.h>' | $CC $(pkg-config --cflags openblas 2> /dev/null) -E -x c - > /dev/null 2>&1; then
    blas="-DBENCH_BLAS $(pkg-config --cflags openblas 2> /dev/null) $blas"
else
    echo "BLAS: absent (Debian: libopenblas-dev); the peers use the runtime's matrix products"
fi
# An OpenBLAS that does not know the processor takes its slowest kernels, which no peer shall have.
if echo 'char *openblas_get_corename(void); int puts(const char *); int main(void) { puts(openblas_get_corename()); }' |
    $CC -x c -o "$out/core" - ${blas##*-DBENCH_BLAS} 2> /dev/null && [ "$("$out/core")" = Prescott ]; then
    for pair in avx512vl:SkylakeX avx2:Haswell; do
        grep -qw "${pair%:*}" /proc/cpuinfo && export OPENBLAS_CORETYPE=${pair#*:} && break
    done
    echo "BLAS: does not know this processor; told to take kernels for ${OPENBLAS_CORETYPE-it}"
fi
# The interpreter that has a module: the one in the path, or the system's.
python_with() {
    local python
    for python in python3 /usr/bin/python3; do
        "$python" -c "import numpy, $1" 2> /dev/null && echo "$python" && return
    done
    echo "$1: absent (Debian: python3-$1); no row against it" >&2
}
BENCH_NUMPY=$([ -n "$BENCH_THREADS" ] || python_with numpy)
BENCH_TORCH=$([ -n "$BENCH_THREADS" ] || python_with torch)
export BENCH_NUMPY BENCH_TORCH
# adolc.cpp, compiled once, for the programs that have a peer in it; they do without where it is not linked.
adolc=()
if [ -z "$BENCH_THREADS" ]; then
    if ! echo '#include <adolc/adolc.h>' | ${CXX:-g++} -E -x c++ - > /dev/null 2>&1; then
        echo "ADOL-C: absent (Debian: libadolc-dev); no row against it"
    elif ${CXX:-g++} -std=c++17 $CFLAGS -c -o "$out/adolc.o" adolc.cpp; then
        adolc=("$out/adolc.o" -ladolc -lstdc++)
    else
        status=1
    fi
fi
# peer X: X.cpp, the same by hand in C++ with the library that its first line says it needs; nothing without that.
eigen=$(pkg-config --cflags eigen3 2> /dev/null || echo -I/usr/include/eigen3)
stan=${STAN_MATH:-/usr/lib/R/site-library/StanHeaders/include}
can_include() { echo "#include <$1>" | ${CXX:-g++} "${@:2}" -E -x c++ - > /dev/null 2>&1; }
can_include Eigen/Dense $eigen || {
    echo "Eigen: absent (Debian: libeigen3-dev); no row against it"
    eigen=""
}
{ [ -n "$eigen" ] && can_include stan/math/version.hpp $eigen "-I$stan" && can_include boost/version.hpp && can_include tbb/blocked_range.h; } || {
    echo "Stan Math: absent (Debian: r-cran-stanheaders libeigen3-dev libboost-dev libtbb-dev); no row against it"
    stan=""
}
peer() {
    local library flags
    [ -f "$1.cpp" ] && [ -z "$BENCH_THREADS" ] || return
    library=$(sed -n '1s|^// needs: ||p' "$1.cpp")
    case $library in
    Eigen) flags=$eigen ;;
    Stan) flags=${stan:+-isystem $stan $eigen -w} ;;
    esac
    [ -n "$flags" ] && ${CXX:-g++} -std=c++17 $CFLAGS $flags -c -o "$out/$1.o" "$1.cpp" &&
        echo "-DBENCH_${library^^} $out/$1.o -lstdc++"
}
[ -n "$BENCH_THREADS" ] || echo "one thread, $CC $CFLAGS; medians of 15 rounds in turn"

# seconds COMMAND...: what it took, with its status.
seconds() {
    local TIMEFORMAT=%U
    { time "$@" 2>&3; } 3>&2 2> "$out/seconds"
}

# measure X PRECISION [SIZES [DIMS]]: SIZES are options that define the sizes X.c is compiled for; DIMS are sizes that X.nn
# fixes, NAME=NUMBER, which X.c finds as SIZE_NAME.
measure() {
    local type=double sizes=(${3-}) dims=() dim
    [ "$2" = float64 ] || type=float
    local source=$1.nn
    [ -f "$source" ] || source=../examples/programs/$1.nn
    for dim in ${4-}; do
        dims+=(-D "$dim") sizes+=("-DSIZE_$dim")
    done
    # shellcheck disable=SC2086
    if ! "$GRADC" "--precision=$2" "${dims[@]}" "$source" -o "$out/$1.c" ||
        ! seconds env CCACHE_DISABLE=1 "$CC" -std=c11 $CFLAGS -I../runtime -c -o "$out/$1_ours.o" "$out/$1.c" ||
        ! "$CC" -std=c11 -D_GNU_SOURCE $CFLAGS -DREAL=$type "${sizes[@]}" -I../runtime -I"$out" -I. -o "$out/run" \
            "$1.c" "$out/$1_ours.o" $(peer "$1") "$BUILD/libgradc.a" \
            $([ "$2" = float64 ] && echo "${adolc[@]}") $blas -lm || ! "$out/run"; then
        echo "$1 ($2${3:+, $3}${4:+, $4}) failed"
        status=1
    elif [ -z "$BENCH_THREADS" ]; then
        printf '%-36s %s\n' "$1 in C" "$(wc -l < "$out/$1.c") lines, $(cat "$out/seconds") s of $CC"
    fi
}

# variants KIND X: what the line of this kind in X.c lists, each alone; or an empty one.
variants() { sed -n "s|^/\* $1: \(.*\) \*/\$|\1|p" "$2.c" | tr '|' '\n' | grep . || echo; }

if [ $# -gt 0 ]; then programs=("$@"); else programs=(*.c); fi
for program in "${programs[@]}"; do
    program=${program%.c}
    for precision in $(sed -n 's|^/\* precisions: \(.*\) \*/$|\1|p' "$program.c" | grep . || echo float64); do
        while read -r sizes; do
            while read -r dims; do
                measure "$program" "$precision" "$sizes" "$dims"
            done < <(variants dims "$program")
        done < <(variants sizes "$program")
    done
done
[ $# -gt 0 ] || { ./threads.sh; GRADC=$GRADC ./compiler.sh; } || status=1
exit $status
