#!/bin/bash
# structs.sh: functions keep nothing outside of their structs. Two hundred threads call them side by side, each with a
# struct of its own, under ThreadSanitizer; and neither the runtime nor emitted C defines a variable that can be written.
# usage: structs.sh    GRADC names the compiler, BUILD the folder of libgradc.a, CC the C compiler.
set -u
cd "$(dirname "$0")/threads" || exit 1
GRADC=${GRADC:-$PWD/../../gradc}
BUILD=${BUILD:-$PWD/../../build}
CC=${CC:-gcc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

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

# shares_nothing OPTIONS-OF-GRADC SOURCE...: with the runtime under the sanitizer, too.
shares_nothing() {
    local options=$1
    shift
    # shellcheck disable=SC2086
    "$GRADC" $options structs.nn -o "$out/structs.c" &&
        "$CC" -std=c11 -O1 -g -fsanitize=thread -Wall -Wextra -Werror -I../../runtime -I"$out" -o "$out/structs" structs.c \
            "$out/structs.c" "$@" -lm -lpthread &&
        TSAN_OPTIONS=exitcode=66 "$out/structs" > "$out/printed" 2>&1 && return
    tail -20 "$out/printed" 2> /dev/null
    false
}

# has_no_variables OBJECT: none in a section that can be written.
has_no_variables() {
    ! nm --defined-only "$1" 2> /dev/null | grep -E ' [BbCDdGgSs] '
}

# emits_no_variables FILE.nn
emits_no_variables() {
    "$GRADC" --standalone "$1" -o "$out/emitted.c" && "$CC" -std=c99 -O0 -I../../runtime -I"$out" -c "$out/emitted.c" -o "$out/emitted.o" &&
        has_no_variables "$out/emitted.o"
}

if [ -z "${BUILD##*sanitize*}" ]; then # that of the build would be another one
    echo "0 passed, 0 failed"
    exit
fi
echo 'int main(void) { return 0; }' > "$out/empty.c"
if "$CC" -fsanitize=thread "$out/empty.c" -o "$out/empty" 2> /dev/null && "$out/empty" 2> /dev/null; then
    check "threads share nothing, with the library" shares_nothing "" ../../runtime/*.c
    check "threads share nothing, self-contained" shares_nothing --standalone
else
    echo "$CC has no ThreadSanitizer"
fi
check "the library has no variables" has_no_variables "$BUILD/libgradc.a"
for name in structs threads ../run/sparse ../run/updates; do
    check "the C of $name has no variables" emits_no_variables "$name.nn"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
