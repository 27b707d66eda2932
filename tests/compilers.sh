#!/bin/bash
# compilers.sh: the emitted C and the runtime, both made by one compiler after another, at its levels, for several
# machines and with flags that let it be inexact, held to the cases of a few programs of run/.
# usage: compilers.sh [all]    without: one of each kind. GRADC names the compiler. What this machine lacks is skipped,
# with the name of the Debian package that has it.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# has PACKAGE COMMAND...: whether the command compiles and links a program.
has() {
    local package=$1
    shift
    if printf '#include <math.h>\nint main(void) { return 0; }\n' > "$out/probe.c" &&
        "$@" "$out/probe.c" -o "$out/probe" -lm > "$out/log" 2>&1; then
        return 0
    fi
    echo "skipped: $* (Debian: $package)"
    return 1
}

# Whether the kernel runs what the last compiler has made.
runs() {
    "$out/probe" 2> /dev/null && return 0
    echo "skipped: this machine does not run what $* makes"
    return 1
}

# emit PROGRAM PRECISION
emit() {
    "$GRADC" --color=never -Wno-all --precision="$2" "run/$1.nn" -o "$out/$1.$2.c" &&
        "$GRADC" -Wno-all --precision="$2" --emit=interface "run/$1.nn" > "$out/$1.$2.json"
}

# compile COMPILER... SOURCE: an object in $out, -fPIC. g++ makes the models only; the runtime is C.
compile() {
    local source=${*: -1} compiler=("${@:1:$#-1}")
    case "$1-$source" in *g++*"$runtime"*) compiler=(gcc -O2) ;; esac
    (cd "$out" && "${compiler[@]}" -fPIC -I"$runtime" -I"$out" -c "$source" -o "$(basename "$source" .c).o") 2> "$out/log"
}

parts="matmul special erf bessel linalg routine"

# fail WHAT: with the first lines that were said.
fail() {
    echo "FAIL $1"
    head -5 "$out/log"
    failed=$((failed + 1))
}

# try PROGRAM PRECISION RUN LINKER COMPILER FLAGS...: the runtime and the driver have been made.
try() {
    local program=$1 precision=$2 run=$3 linker=$4 name=$1.$2 objects=()
    shift 4
    local what="$program ($precision, $*)"
    for part in $parts; do objects+=("$part.o"); done
    case $1 in tcc) linker=tcc ;; esac # which adds a library of its own
    # shellcheck disable=SC2086
    if ! compile "$@" "$out/$name.c" || ! (cd "$out" && $linker -shared "$name.o" "${objects[@]}" -lm -o "$name.so") 2> "$out/log"; then
        fail "$what does not compile"
        return
    fi
    local options=()
    [ "$precision" = float64 ] || options=(float32)
    # shellcheck disable=SC2086
    $run "$out/driver" "$out/$name.so" "$out/$name.json" "run/$program.case" "${options[@]}" > "$out/report" 2>&1
    grep -v '^[0-9]* passed, [0-9]* failed$' "$out/report" | sed "s|^FAIL |FAIL $what |"
    local counts
    counts=$(grep '^[0-9]* passed, [0-9]* failed$' "$out/report") || counts="0 passed, 1 failed"
    # shellcheck disable=SC2086
    set -- $counts
    passed=$((passed + $1)) failed=$((failed + $3))
}

# everywhere RUN DRIVER-COMPILER COMPILER FLAGS...: RUN runs a program for the machine; - is this one.
everywhere() {
    local run=$1 driver=$2
    shift 2
    [ "$run" != - ] || run=
    # shellcheck disable=SC2086
    if ! $driver -std=c99 -O1 run/driver/*.c -o "$out/driver" -ldl -lm 2> "$out/log"; then
        fail "the driver ($driver) does not compile"
        return
    fi
    for part in $parts; do
        compile "$@" "$runtime/$part.c" || { fail "the runtime ($*) does not compile"; return; }
    done
    for precision in float64 float32; do
        for program in statements vectors; do
            try "$program" $precision "$run" "$driver" "$@"
        done
    done
}

runtime=$PWD/../runtime
for program in statements vectors; do
    for precision in float64 float32; do
        emit $program $precision || exit 1
    done
done

if has gcc gcc; then
    everywhere - gcc gcc -std=c99 -O3 -march=native
    everywhere - gcc gcc -O3 -march=native -ffast-math
    has gcc-11 gcc-11 && everywhere - gcc gcc-11 -O3 -march=native
    if has gcc-12-multilib gcc -m32 && runs gcc -m32; then
        everywhere - "gcc -m32" gcc -m32 -std=c99 -pedantic -O2 -mfpmath=387
        everywhere - "gcc -m32" gcc -m32 -O3 -msse2 -mfpmath=sse
    fi
    has tcc tcc && everywhere - gcc tcc
    has clang clang && everywhere - gcc clang -O3 -march=native
fi
if [ "${1-}" = all ]; then
    for compiler in gcc gcc-11; do
        has $compiler $compiler || continue
        for flags in -O0 -O1 -O2 -O3 -Os "-std=c99 -pedantic -O2 -march=native" "-Ofast -march=native" \
            "-O3 -funsafe-math-optimizations" "-O3 -fassociative-math -fno-signed-zeros -fno-trapping-math -march=native" \
            "-O2 -freciprocal-math"; do
            # shellcheck disable=SC2086
            everywhere - gcc $compiler $flags
        done
    done
    for compiler in clang-14 clang-15 clang-16; do
        has $compiler $compiler || continue
        for flags in -O0 -O1 -O2 "-O3 -ffast-math -march=native" "-O3 -funsafe-math-optimizations -march=native"; do
            # shellcheck disable=SC2086
            everywhere - gcc $compiler $flags
        done
    done
    has g++ g++ && everywhere - gcc g++ -x c++ -std=c++11 -O2 -march=native
    for machine in arm-linux-gnueabihf:arm s390x-linux-gnu:s390x; do
        triple=${machine%:*} processor=${machine#*:}
        if has "gcc-$triple" "$triple-gcc"; then
            command -v "qemu-$processor" > /dev/null || { echo "skipped: qemu-$processor (Debian: qemu-user)"; continue; }
            everywhere "qemu-$processor -L /usr/$triple" "$triple-gcc" "$triple-gcc" -O3
        fi
    done
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
