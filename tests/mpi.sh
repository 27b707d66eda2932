#!/bin/bash
# mpi.sh: examples/mpi with 1, 2 and 4 ranks, the whole gradient at once and layer by layer: what NumPy finds, to
# rounding, whatever the number of ranks.
set -u
cd "$(dirname "$0")/../examples/mpi" || exit 1
. ../../tests/expect.sh
GRADC=${GRADC:-../../gradc}
BUILD=${BUILD:-../../build}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

skip() {
    echo "skipped: $1; package $2"
    echo '0 passed, 0 failed'
    exit 0
}
command -v mpicc > /dev/null || skip mpicc libopenmpi-dev
command -v mpirun > /dev/null || skip mpirun openmpi-bin
case $BUILD in
*/sanitize) # Open MPI keeps memory until the end and longer
    echo 'skipped: programs with MPI under sanitizers'
    echo '0 passed, 0 failed'
    exit 0
    ;;
esac
# More processes than processors, as root as well; each has one thread.
export OMPI_CC=${CC:-cc} OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# train RANKS KIND: the losses are those expected, within 2 of the last digit.
train() {
    timeout 60 mpirun --oversubscribe -n "$1" "$out/train" "$2" > "$out/printed" 2> "$out/errors" || {
        cat "$out/errors"
        return 1
    }
    paste -d' ' "$out/printed" train.expected | awk '
        { lines++; difference = $4 - $8; if (difference < 0) difference = -difference }
        $2 != $6 || !(difference <= 2e-10) { print; wrong = 1 }
        END { exit wrong || lines != 5 }'
}

expect 'the program' 0 '' "$GRADC" network.nn -o "$out/network.c"
expect 'the driver' 0 '' mpicc -std=c99 -Wall -Wextra -Werror -O2 -I"$out" -I../../runtime -o "$out/train" train.c \
    "$out/network.c" "$BUILD/libgradc.a" -lm
for ranks in 1 2 4; do
    for kind in whole layers; do
        expect "$ranks ranks, $kind" 0 '' train $ranks $kind
    done
done
expect 'batches that cannot be shared' 1 'must be shared evenly' \
    timeout 60 mpirun --oversubscribe -n 7 "$out/train" whole
echo "$passed passed, $failed failed"
[ $failed = 0 ]
