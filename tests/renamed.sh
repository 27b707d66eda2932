#!/bin/bash
# renamed.sh: what the C of a program is does not depend on how its values are called: every program with other names,
# such as y_SUM, gives the same C when they are called as before again. Nor does it on its lines, which the C quotes: with
# a piece of C behind each of them it is the same, too. Line breaks aside, and the braces around what
# does not fit a line; so are comments, which are cut where they get long, and names of one letter, which loops take if
# the program does not.
# usage: renamed.sh [PROGRAM...]    GRADC names the compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
programs=("$@")
[ $# -gt 0 ] || programs=(examples/programs/*.nn tests/run/{lanes,running,scatter,rounds,stretches,subscripts,required}.nn bench/{cnn,gpt,llsq,lse,lstm_net,mlp,ode,two_layer}.nn)
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0
failed=0

names_in() {
    grep -ohE '[A-Za-z_][A-Za-z0-9_]*' "$@" | sort -u
}

# What the library and the language call something stays; so do the words of the comments in them.
{ names_in src/elaborate/prelude.nn src/elaborate/library/*.nn grammar/lexer.l docs/language.md src/graph/operators.def; } |
    sort -u > "$out/kept"

# rename NAMES: a program for sed, there and back.
rename() {
    awk -v there="$out/there" -v back="$out/back" '
        BEGIN { split("y_SUM returns_ GRADClike_ ifs_for_ status_ int32_of_ t_own_", stems, " ") }
        {
            digits = $1
            sub(/^.*[^0-9]/, "", digits)
            new = stems[NR % 7 + 1] sprintf("%c%c", 97 + int(NR / 26), 97 + NR % 26) "q" digits
            stem = substr(new, 1, length(new) - length(digits))
            old = substr($1, 1, length($1) - length(digits))
            print "s/\\<" $1 "\\>/" new "/g" > there
            print "s/" stem "/" old "/g" > back
        }' "$1"
}

# The words of C without comments, spaces and braces.
words() {
    sed -E 's,/\*([^*]|\*+[^*/])*\*+/,,g' "$1" | tr -d ' \n{}\\'
}

for program in "${programs[@]}"; do
    : > "$out/there"
    : > "$out/back"
    sed 's,#.*,,' "$program" | grep -oE '[A-Za-z_][A-Za-z0-9_]+' | sort -u | comm -23 - "$out/kept" > "$out/names"
    rename "$out/names"
    name=$(basename "$program")
    mkdir -p "$out/before" "$out/after"
    sed 's,#.*,,' "$program" > "$out/before/$name"
    sed -f "$out/there" "$out/before/$name" > "$out/after/$name"
    (cd "$out/before" && "$GRADC" "$name" -o model.c 2> log) && (cd "$out/after" && "$GRADC" "$name" -o model.c 2> log) &&
        sed -i -f "$out/back" "$out/after/model.c" &&
        [ "$(words "$out/before/model.c")" = "$(words "$out/after/model.c")" ]
    if [ $? = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $program with other names"
        grep error "$out/after/log" | head -3
        diff <(words "$out/before/model.c" | sed 's/;/;\n/g') <(words "$out/after/model.c" | sed 's/;/;\n/g') | head -6
    fi
    mkdir -p "$out/quoted"
    sed 's,$, # sqrt(x); return status; GRADC_SUM(int */ "for (; if (gradc_room(gradc_exp(m->x ? 1 : 0) {,' \
        "$out/before/$name" > "$out/quoted/$name"
    if (cd "$out/quoted" && "$GRADC" "$name" -o model.c 2> log) &&
        [ "$(words "$out/before/model.c")" = "$(words "$out/quoted/model.c")" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $program with C in its lines"
        grep error "$out/quoted/log" | head -3
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
