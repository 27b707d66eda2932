#!/bin/bash
# threads.sh: what is computed in threads is the same, to the last bit, for any number of them and without OpenMP, with the
# library and self-contained; and the threads do run.
set -u
cd "$(dirname "$0")/threads" || exit 1
GRADC=${GRADC:-$PWD/../../gradc}
BUILD=${BUILD:-$PWD/../../build}
CC=${CC:-gcc}
export OMP_WAIT_POLICY=passive
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# Sanitizers do not see that OpenMP's barriers order what threads do; a compiler may have no OpenMP.
case $BUILD in *sanitize*) echo "0 passed, 0 failed"; exit ;; esac
if ! echo 'int main(void) { return 0; }' | "$CC" -fopenmp -x c - -o "$out/openmp" 2> /dev/null; then
    echo "$CC has no OpenMP"
    echo "0 passed, 0 failed"
    exit
fi

# check NAME COMMAND...
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
    fi
}

# build NAME OPTIONS-OF-GRADC LIBRARY [OPTIONS-OF-CC]
build() {
    # shellcheck disable=SC2086
    "$GRADC" $2 threads.nn -o "$out/threads.c" &&
        "$CC" -std=c11 -D_GNU_SOURCE -O2 ${4--fopenmp} -Wall -Wextra -Werror -I../../runtime -I"$out" -o "$out/$1" threads.c \
            "$out/threads.c" $3 -lm
}

# Whether the program starts threads at all.
has_threads() {
    nm "$1" | grep -q GOMP_parallel || nm "$1" | grep -q __kmpc_fork_call
}

# same NAME: leaves what it printed.
same() {
    "$out/$1" > "$out/$1.printed" || { cat "$out/$1.printed"; false; }
}

check "library: builds" build library "" "$BUILD/libgradc.a"
check "library: the same bits with 1, 2 and 3 threads" same library
check "library: calls OpenMP" has_threads "$out/library"
check "self-contained: builds" build standalone --standalone ""
check "self-contained: the same bits with 1, 2 and 3 threads" same standalone
check "self-contained: calls OpenMP" has_threads "$out/standalone"
check "without OpenMP: builds" build plain "" "$BUILD/libgradc.a" ""
check "without OpenMP: runs" same plain
check "without OpenMP: the same bits" cmp "$out/library.printed" "$out/plain.printed"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
