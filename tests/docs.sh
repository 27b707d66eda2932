#!/bin/sh
# docs.sh: runs every fenced block of README.md and docs/*.md that says what it is:
#
#   ```gradc [NAME.nn] [OPTIONS]        gradc accepts it, and the C is C99 without warnings
#   ```gradc error [NAME.nn] [OPTIONS]  gradc refuses it with status 1; the ```text block behind it is the message
#   ```c NAME.c                         a program: compiled with the C of each NAME.nn whose NAME.h it includes, and run
#   ```c emitted NAME.nn                stands in the C or the header that gradc writes for NAME.nn
#   ```python                           run with the package gradc, if there is NumPy (and SciPy, if it imports that)
#   ```sh                               run in a folder that looks like the root of the project
#
# A ```text block right behind a program or ```sh is what it prints. A line `...` stands for any lines, a number like
# 1.2e-13, which only rounding makes, for any such number. The blocks of one document share a folder, so that later
# ones use the files of earlier ones. Other blocks are not looked at.
#
# usage: docs.sh [--bless] [DOCUMENT...]    --bless writes what was printed into the ```text blocks without `...`
set -u
bless=no
if [ "${1-}" = --bless ]; then
    bless=yes
    shift
fi
cd "$(dirname "$0")/.." || exit 1
root=$PWD
GRADC=${GRADC:-$root/gradc}
BUILD=${BUILD:-$root/build}
CC=${CC:-cc}
plain_cc=$CC
# Under a sanitizer gradc is on trial; the runtime is in run.sh.
case $BUILD in
*/sanitize) if [ -e "${BUILD%/*}/libgradc.a" ]; then BUILD=${BUILD%/*}; else CC="$CC -fsanitize=address,undefined"; fi ;;
esac
CFLAGS="-std=c99 -O1 -Wall -Wextra -Werror -pedantic -I$root/runtime"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

if [ ! -x "$GRADC" ]; then
    echo "docs.sh: no $GRADC; run make first"
    exit 1
fi

# Writes the blocks of a document as NUMBER.info, NUMBER.line and NUMBER.body.
extract() {
    awk -v folder="$2" '
        /^```/ && !inside {
            number++
            base = sprintf("%s/%04d", folder, number)
            body = base ".body"
            print substr($0, 4) > (base ".info")
            print NR > (base ".line")
            printf "" > body
            close(base ".info"); close(base ".line")
            inside = 1
            next
        }
        /^```/ { inside = 0; close(body); next }
        inside { print > body }' "$1"
}

# matches EXPECTED ACTUAL [inside]: the same lines, where `...` alone on a line stands for any; with inside, the
# expected lines may stand anywhere in the actual ones.
matches() {
    awk -v inside="${3-}" '
        { gsub(/[0-9]\.[0-9]+e[-+][0-9]+/, "an error") }
        FNR == NR { expected[++m] = $0; next }
        { actual[++n] = $0 }
        function is_gap(line) { return line ~ /^[ ]*(\/\* )?\.\.\.( \*\/)?$/ }
        END {
            free = inside != ""
            at = 1
            for (i = 1; i <= m;) {
                if (is_gap(expected[i])) { free = 1; i++; continue }
                for (j = i; j <= m && !is_gap(expected[j]); j++) ;
                last = j > m && inside == ""
                for (start = at; start <= n; start++) {
                    for (k = i; k < j && expected[k] == actual[start + k - i]; k++) ;
                    if (k == j && start + j - i - 1 <= n && (!last || start + j - i - 1 == n)) break
                    if (!free) exit 1
                }
                if (start > n) exit 1
                at = start + j - i
                i = j
                free = 0
            }
            if (!free && inside == "" && at != n + 1) exit 1
        }' "$1" "$2"
}

fail() {
    failed=$((failed + 1))
    echo "FAIL $document:$line: $1"
    [ -z "${2-}" ] || head -20 "$2"
}

pass() {
    passed=$((passed + 1))
}

# Compares with the ```text block behind the present one, if there is one.
compare() {
    following=$blocks/$(printf %04d $((number + 1)))
    [ -f "$following.info" ] && [ "$(cat "$following.info")" = text ] || return 0
    matches "$following.body" "$1" && return 0
    if [ $bless = yes ] && ! grep -q '^\.\.\.$' "$following.body"; then
        cp "$1" "$following.new"
        return 0
    fi
    diff "$following.body" "$1" > "$scratch/difference"
    return 1
}

# The document with the new bodies of its blocks.
rewrite() {
    awk -v folder="$2" '
        /^```/ && !inside {
            inside = 1
            print
            name = sprintf("%s/%04d.new", folder, ++number)
            replaced = 0
            while ((getline line < name) > 0) { replaced = 1; print line }
            next
        }
        /^```/ { inside = 0; replaced = 0 }
        !replaced { print }' "$1" > "$scratch/document" && cat "$scratch/document" > "$1"
}

run_gradc() {
    expected=0
    name=program.nn
    if [ "${1-}" = error ]; then expected=1; shift; fi
    case ${1-} in *.nn) name=$1; shift ;; esac
    cp "$body" "$name"
    base=${name%.nn}
    "$GRADC" --color=never "$@" "$name" -o "$base.c" > "$scratch/out" 2> "$scratch/err"
    status=$?
    if [ $status != $expected ]; then
        fail "gradc ends with status $status, not $expected" "$scratch/err"
    elif [ $expected = 1 ]; then
        if compare "$scratch/err"; then pass; else fail "another message" "$scratch/difference"; fi
    elif ! $CC $CFLAGS -c -o "$base.o" "$base.c" > "$scratch/log" 2>&1; then
        fail "the C does not compile" "$scratch/log"
    else
        pass
    fi
}

run_program() {
    cp "$body" "$1"
    sources=$1
    for header in $(sed -n 's/^#include "\(.*\)\.h"/\1/p' "$1"); do
        [ -f "$header.nn" ] || continue
        "$GRADC" --color=never "$header.nn" -o "$header.c" > "$scratch/err" 2>&1 || { fail "no C for $header.nn" "$scratch/err"; return; }
        sources="$sources $header.c"
    done
    # shellcheck disable=SC2086
    if ! $CC $CFLAGS -std=c11 -o program $sources "$BUILD/libgradc.a" -lm > "$scratch/log" 2>&1; then
        fail "does not compile" "$scratch/log"
    elif ! ./program > "$scratch/out" 2> "$scratch/err"; then
        fail "ends with an error" "$scratch/err"
    elif compare "$scratch/out"; then
        pass
    else
        fail "other output" "$scratch/difference"
    fi
}

run_emitted() {
    base=${1%.nn}
    if ! "$GRADC" --color=never "$1" -o "$base.c" > "$scratch/err" 2>&1; then
        fail "no C for $1" "$scratch/err"
    elif matches "$body" "$base.c" inside || matches "$body" "$base.h" inside; then
        pass
    else
        fail "this is not what gradc writes for $1"
    fi
}

run_sh() {
    if ! CC="$CC" sh -e "$body" > "$scratch/out" 2> "$scratch/err" < /dev/null; then
        cat "$scratch/err" >> "$scratch/out"
        fail "ends with an error" "$scratch/out"
    elif compare "$scratch/out"; then
        pass
    else
        fail "other output" "$scratch/difference"
    fi
}

# The Python that has what a block imports of the modules that not every machine has.
python_for() {
    imports="import numpy"
    ! grep -q 'import scipy' "$1" || imports="import numpy, scipy"
    for python in python3 /usr/bin/python3; do
        "$python" -c "$imports" 2> /dev/null && echo "$python" && return
    done
}

run_python() {
    python=$(python_for "$body")
    if [ -z "$python" ]; then
        echo "skipped $document:$line, for want of packages: python3-numpy python3-scipy"
    elif ! CC="$plain_cc" GRADC="$GRADC" GRADC_CACHE="$scratch/cache" PYTHONPATH="$root/python" PYTHONDONTWRITEBYTECODE=1 \
        "$python" "$body" > "$scratch/out" 2> "$scratch/err" < /dev/null; then
        fail "ends with an error" "$scratch/err"
    elif compare "$scratch/out"; then
        pass
    else
        fail "other output" "$scratch/difference"
    fi
}

run_block() {
    body=$blocks/$1.body
    line=$(cat "$blocks/$1.line")
    number=${1#0}; number=${number#0}; number=${number#0}
    # shellcheck disable=SC2046
    set -- $(cat "$blocks/$1.info")
    case "${1-} ${2-}" in
    "gradc "*) shift; run_gradc "$@" ;;
    "c emitted") run_emitted "$3" ;;
    "c "*.c) run_program "$2" ;;
    "python "*) run_python ;;
    "sh ") run_sh ;;
    esac
}

for document in ${*:-README.md docs/*.md}; do
    [ -f "$document" ] || continue
    folder=$scratch/$(basename "$document" .md)
    blocks=$folder.blocks
    mkdir -p "$folder/build" "$blocks"
    extract "$document" "$blocks"
    ln -s "$GRADC" "$folder/gradc"
    ln -s "$root/runtime" "$root/src" "$root/examples" "$folder/"
    ln -s "$BUILD/libgradc.a" "$folder/build/libgradc.a"
    for info in "$blocks"/*.info; do
        [ -f "$info" ] || continue
        cd "$folder" || exit 1
        run_block "$(basename "$info" .info)"
        cd "$root" || exit 1
    done
    if ls "$blocks"/*.new > /dev/null 2>&1; then rewrite "$document" "$blocks"; fi
done
# The chart is that of the table that stands above it.
document=docs/pictures/benchmarks.svg line=1
if bench/chart.sh < docs/benchmarks.md | cmp -s - $document; then pass; else fail "another chart; make pictures draws it"; fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
