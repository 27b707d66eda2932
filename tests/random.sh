#!/bin/bash
# random.sh: compiles random programs and holds their gradients to numerical differences (run/driver.c says what else).
# usage: random.sh [FIRST LAST]    the seeds; without, a few. GRADC, BUILD and CC as in run.sh. A seed that fails is
# left in KEEP, if that is set.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
BUILD=${BUILD:-$PWD/../build}
CC=${CC:-gcc}
FUNCTIONS=${FUNCTIONS:-10}
export GRADC BUILD CC FUNCTIONS out flags
case $BUILD in *sanitize*)
    flags="-fsanitize=address,undefined -fno-sanitize-recover=all"
    export ASAN_OPTIONS=detect_leaks=0 ;;
*) flags="" ;; esac

one() {
    local seed=$1 base=$out/random$1 options=""
    [ $((seed % 4)) != 3 ] || options=-O0
    "$out/generate" "$seed" "$FUNCTIONS" "$base"
    # shellcheck disable=SC2086
    if ! "$GRADC" --color=never $options "$base.nn" -o "$base.c" 2> "$base.log" ||
        ! "$GRADC" $options --emit=interface "$base.nn" -o "$base.json" 2> "$base.log" ||
        ! "$CC" -std=c99 -O0 -shared -fPIC -Wall -Wextra -Werror -pedantic $flags -I../runtime -I"$out" "$base.c" \
            "$BUILD/libgradc.a" -lm -o "$base.so" 2> "$base.log"; then
        echo "FAIL seed $seed does not compile"
        head -5 "$base.log"
        echo "0 passed, $FUNCTIONS failed"
    else
        "$out/driver" "$base.so" "$base.json" "$base.case" 2>&1 | sed "s/^FAIL /FAIL seed $seed /"
        [ "${PIPESTATUS[0]}" != 0 ] || { rm -f "$base".*; return; }
    fi
    [ -z "${KEEP-}" ] || cp "$base".* "$KEEP"
}

if [ "${1-}" = --one ]; then
    one "$2"
    exit
fi
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
# shellcheck disable=SC2086
"$CC" -std=c99 -O1 -g -Wall -Wextra -Werror $flags run/driver.c -o "$out/driver" -ldl -lm &&
    "$CC" -std=c99 -O1 -Wall -Wextra -Werror random/generate.c -o "$out/generate" || exit 1
seq "${1-1}" "${2-24}" | xargs -P 2 -L 1 ./random.sh --one > "$out/report"
grep -v '^[0-9]* passed, [0-9]* failed$' "$out/report"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
     END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 || passed == 0 }' "$out/report"
