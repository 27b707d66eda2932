#!/bin/bash
# format.sh: gradc --format: a program typed in all ways becomes format/canonical.nn; each program of the repository stays
# the same program, and canonical text stays as it is; --check-format tells which is which.
# usage: format.sh    GRADC names the compiler.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

expect() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" > "$scratch/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what"
        head -12 "$scratch/log"
    fi
}

tree() { "$GRADC" --emit=ast "$1" 2> /dev/null; }
is_same_program() { diff <(tree "$1") <(tree "$2"); }
fails() { ! "$@"; }
in_place() {
    cp format/typed.nn "$scratch/here.nn" && "$GRADC" --format "$scratch/here.nn" -o "$scratch/here.nn" &&
        diff format/canonical.nn "$scratch/here.nn"
}

"$GRADC" --format format/typed.nn > "$scratch/typed.nn"
expect "format/typed.nn" diff format/canonical.nn "$scratch/typed.nn"
expect "the output may be the input" in_place
expect "--check-format of canonical text" "$GRADC" --check-format format/canonical.nn
expect "--check-format of other text" fails "$GRADC" --check-format format/typed.nn
expect "its message" diff - <("$GRADC" --color=never --check-format format/typed.nn 2>&1) << 'MESSAGE'
format/typed.nn:1:1: error: this line is not in the canonical form, which gradc --format writes
    1 | # a
      | ^^^
MESSAGE
printf 'f(x) = sum(' > "$scratch/wrong.nn"
expect "a wrong program is not written" fails "$GRADC" --format "$scratch/wrong.nn"
printf '' > "$scratch/empty.nn"
expect "an empty program" "$GRADC" --check-format "$scratch/empty.nn"

for program in $(find .. -name '*.nn' -not -path '../build/*' | sort); do
    "$GRADC" --format "$program" > "$scratch/once.nn" 2> /dev/null || continue # wrong on purpose
    expect "$program becomes another program" is_same_program "$program" "$scratch/once.nn"
    expect "$program: the canonical form changes once more" "$GRADC" --check-format "$scratch/once.nn"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
