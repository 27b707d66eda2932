#!/bin/bash
# format.sh: gradc --format: a program typed in all ways becomes format/canonical.nn; each program of the repository stays
# the same program, and canonical text stays as it is; --check-format tells which is which.
# usage: format.sh    GRADC names the compiler.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

tree() { "$GRADC" --emit=ast "$1" 2> /dev/null; }
is_same_program() { diff <(tree "$1") <(tree "$2"); }
in_place() {
    cp format/typed.nn "$out/here.nn" && "$GRADC" --format "$out/here.nn" -o "$out/here.nn" &&
        diff format/canonical.nn "$out/here.nn"
}

"$GRADC" --format format/typed.nn > "$out/typed.nn"
expect "format/typed.nn" 0 '' diff format/canonical.nn "$out/typed.nn"
expect "the output may be the input" 0 '' in_place
expect "--check-format of canonical text" 0 '' "$GRADC" --check-format format/canonical.nn
expect "--check-format of other text" 1 '' "$GRADC" --check-format format/typed.nn
expect "its message" 0 '' diff - <("$GRADC" --color=never --check-format format/typed.nn 2>&1) << 'MESSAGE'
format/typed.nn:1:1: error: this line is not in the canonical form, which gradc --format writes
    1 | # a
      | ^^^
MESSAGE
printf 'f(x) = sum(' > "$out/wrong.nn"
expect "a wrong program is not written" 1 '' "$GRADC" --format "$out/wrong.nn"
printf '' > "$out/empty.nn"
expect "an empty program" 0 '' "$GRADC" --check-format "$out/empty.nn"

for program in $(find .. -name '*.nn' -not -path '../build/*' | sort); do
    "$GRADC" --emit=ast "$program" > /dev/null 2>&1 || continue # wrong on purpose
    expect "$program is not written" 0 '' "$GRADC" --format "$program" -o "$out/once.nn"
    ! grep -q __asan_init "$GRADC" || continue # a sanitizer changes nothing of what is written
    expect "$program becomes another program" 0 '' is_same_program "$program" "$out/once.nn"
    expect "$program: the canonical form changes once more" 0 '' "$GRADC" --check-format "$out/once.nn"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
