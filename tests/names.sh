#!/bin/bash
# names.sh: no name that a program gives a member breaks the C. What the compilers that there are define as a macro
# is refused, and what is called like any other identifier of the headers compiles as C99, C11 with GNU's additions
# and C++11.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
RUNTIME=$PWD/../runtime
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1
cat > headers.h << 'END'
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
END

# every OPTION: the output of each compiler in each dialect, with the option, on the headers.
every() {
    local compiler dialect
    for compiler in gcc gcc-11 clang clang-15 clang-16 tcc cc; do
        command -v "$compiler" > /dev/null || continue
        for dialect in "-std=c99" "-std=gnu11" "-std=gnu11 -D_GNU_SOURCE" "-std=gnu17 -m32" "-std=gnu++11 -x c++"; do
            # shellcheck disable=SC2086
            "$compiler" $dialect "$1" -E -include headers.h -x c /dev/null 2> /dev/null
            # shellcheck disable=SC2086
            "$compiler" $dialect "$1" -E headers.h 2> /dev/null
        done
    done
}

# ---- Macros without parameters, which stand for something wherever they are written ----

every -dM | sed -n 's/^#define \([A-Za-z][A-Za-z0-9_]*\)\( .*\)*$/\1/p' | sort -u > macros
awk '{ printf "f%d(%s, x) = x * %s\n", NR, $1, $1 }' macros > macros.nn
count=$(wc -l < macros)
"$GRADC" macros.nn -o macros.c 2> macros.log
refused=$(grep -c 'is a macro of C.s headers or compilers and cannot name a member' macros.log)
if [ "$count" -gt 20 ] && [ "$count" = "$refused" ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAIL $((count - refused)) of $count macros are accepted as names: $(sed -n 's/.*error: \([A-Za-z0-9_]*\) is a.*/\1/p' macros.log |
        sort | comm -23 macros - | tr '\n' ' ')"
fi

# Values inside a function may be called so; in C they are called otherwise. M_4 is no macro, but looks like one.
(cat macros && echo M_4 && echo __x && echo FP_X) | awk 'BEGIN { print "f(x: [n]) {\n    s = 0" }
    { printf "    %s = exp(x + %d)\n    s = s + sum(%s) * sum(%s^2)\n", $1, NR, $1, $1 } END { print "    return s\n}" }' > locals.nn
expect "values are called like macros" 0 "" timeout 60 "$GRADC" -O0 locals.nn -o locals.c
expect "which compiles" 0 "" gcc -std=gnu11 -D_GNU_SOURCE -w -c -o x.o -I"$RUNTIME" -I. locals.c

# ---- All other identifiers ----

# all_in_one: a program with a function of which all names of the file `free` are parameters, another where they are
# arrays.
all_in_one() {
    awk 'BEGIN { printf "f(x" } { printf ", %s", $1; sum = sum " + " $1 } END { print ") = x" sum }' free
    awk 'BEGIN { printf "g(x: [n]" } { printf ", %s: [n]", $1; sum = sum " + " $1 "^2" } END { print ") = sum(x" sum ")" }' free
}

every -P | grep -o '\<[A-Za-z][A-Za-z0-9_]*' | sort -u | comm -23 - macros | grep -vx '[fgnx]' > free
# What the language keeps for itself, then what C does, is told so.
grep -vxE 'and|dim|else|export|false|for|group|if|import|in|int|new|not|or|precision|real|return|rule|size|then|true|update|while|work' free > words
mv words free
all_in_one > words.nn
"$GRADC" -O0 words.nn -o words.c 2>&1 | sed -n 's/.*error: \([A-Za-z0-9_]*\) is a.*/\1/p' | sort -u | comm -23 free - > words
mv words free
[ "$(wc -l < free)" -gt 300 ] || { failed=$((failed + 1)); echo "FAIL only $(wc -l < free) names are left"; }
all_in_one > free.nn
expect "all other identifiers are names" 0 "" "$GRADC" -O0 free.nn -o free.c
awk '{ printf "%s(x) = x * x\nexport %s\n", $1, $1 }' free > functions.nn
"$GRADC" -O0 functions.nn -o functions.c 2>&1 | sed -n 's/.*error: \([A-Za-z0-9_]*\) is a type.*/\1/p' | sort -u |
    comm -23 free - > words
awk '{ printf "%s(x) = x * x\nexport %s\n", $1, $1 }' words > functions.nn
expect "they name functions, but for types" 0 "" "$GRADC" -O0 functions.nn -o functions.c
for compile in "gcc -std=c99" "gcc -std=gnu11 -D_GNU_SOURCE" "g++ -std=c++11 -x c++" "clang -std=c99" "tcc"; do
    command -v "${compile%% *}" > /dev/null || continue
    # shellcheck disable=SC2086
    expect "they compile with $compile" 0 "" $compile -w -c -o x.o -I"$RUNTIME" -I. free.c
    # shellcheck disable=SC2086
    expect "of functions with $compile" 0 "" $compile -w -c -o x.o -I"$RUNTIME" -I. functions.c
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
