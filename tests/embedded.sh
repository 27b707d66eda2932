#!/bin/bash
# embedded.sh: examples/embedded on this machine and on an emulated Cortex-M4: the numbers that NumPy finds, no memory
# but what is static, stack for no more than a struct and some numbers, and matrix products that are small.
set -u
cd "$(dirname "$0")/../examples/embedded" || exit 1
. ../../tests/expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
sanitizer=""
case ${BUILD-} in
*/sanitize) sanitizer=-fsanitize=address,undefined ;;
esac
unset MAKEFLAGS MAKELEVEL

# build TARGET: runs the example's make with a folder of its own.
build() {
    make -s "$1" BUILD="$out" GRADC="${GRADC:-../../gradc}" CC="${CC:-cc}" SANITIZER="$sanitizer"
}

# numbers TARGET: what the programs print is what tests/reference/embedded.py did.
numbers() {
    build "$1" > "$out/printed" &&
        { echo '-- xor' && cat xor.expected && echo '-- read_digits' && cat read_digits.expected; } |
        diff - "$out/printed"
}

expect 'on this machine' 0 '' numbers host

if ! command -v arm-none-eabi-gcc > /dev/null; then
    echo 'skipped: a compiler for Cortex-M; package gcc-arm-none-eabi'
elif ! echo '#include <math.h>' | arm-none-eabi-gcc -E -x c - > /dev/null 2>&1; then
    echo 'skipped: a C library for Cortex-M; package libnewlib-arm-none-eabi'
else
    # What of an allocator, of formatted output or of system calls is linked.
    heap() {
        arm-none-eabi-nm "$out"/*.elf | grep -E 'malloc|free|sbrk|printf'
    }
    # The deepest frame, in bytes, of all functions; none has a size that is known only when it runs.
    frames() {
        awk '$NF != "static" { print "dynamic: " $0 } $2 > 320 { print }' "$out"/*.su
    }
    # So many bytes of code and constants, without the scans, and of static memory and stack.
    fits() {
        arm-none-eabi-size -A "$out/$1.elf" |
            awk -v text="$2" -v ram="$3" '/^\.text/ && $2 > text || /^\.bss/ && $2 + 4096 > ram { print }'
    }
    expect 'for a Cortex-M4' 0 '' build all
    for what in heap frames 'fits xor 14000 5000' 'fits read_digits 64000 14000'; do
        if [ -n "$($what)" ]; then
            failed=$((failed + 1))
            echo "FAIL $what: $($what)"
        else
            passed=$((passed + 1))
        fi
    done
    if command -v qemu-system-arm > /dev/null; then
        expect 'in an emulated Cortex-M4' 0 '' numbers qemu
    else
        echo 'skipped: an emulator; package qemu-system-arm'
    fi
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
