#!/bin/bash
# holes.sh: C compilers do not look at the patterns of trees (support/tree.h), but at those of printf they do. So a copy of
# the source is compiled whose patterns are such: `$` is written as %ls, which would be a wchar_t *, and gets a tree. What
# the compiler then finds beside that is a hole that gets something else, or nothing, or an argument without a hole.
# A % alone is C's remainder. usage: holes.sh    CC
set -u
cd "$(dirname "$0")/.." || exit 1
CC=${CC:-gcc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cp -r src grammar runtime "$out" || exit 1

# Every function that takes a pattern is declared to take a format, where it is declared or, if static, defined.
declare_formats() {
    perl -0pi -e '
        s{(\b(?:const\ struct\ tree\ \*|struct\ statement\ \*|void\ )\w+\([^();]*const\ char\ \*pattern,\s*\.\.\.\)) (;)}
         { my ($head, $end) = ($1, $2); my $place = ($head =~ tr/,//);
           "__attribute__((format(printf, $place, " . ($place + 1) . "))) $head$end" }gxe;
        s{("(?:[^"\\\n]|\\.)*")}{ my $text = $1; $text =~ s/% /%% /g; $text =~ s/\$(?![abct@%])/%ls/g; $text }gxe' "$@"
}
declare_formats "$out"/src/support/tree*.[ch] "$out"/src/emit/*.[ch]

passed=0
failed=0
flags=$(find src -mindepth 1 -type d -printf "-I$out/%p ")
for source in src/support/tree.c $(grep -lE '\b(form|emit_line|emit_as|emit_open|open_statement|emit_summing|tree)\(' src/emit/*.c); do
    # shellcheck disable=SC2086
    LC_ALL=C $CC -std=c11 -fsyntax-only -D_POSIX_C_SOURCE=200809L '-DGRADC_VERSION=""' $flags -Wformat -Wno-format-zero-length "$out/$source" > "$out/log" 2>&1 ||
        { failed=$((failed + 1)); echo "FAIL $source"; head -5 "$out/log"; continue; }
    trees=$(grep -cE "warning: .*wchar_t \*.*struct tree \*" "$out/log")
    faults=$(grep 'warning:' "$out/log" | grep -vE "wchar_t \*.*struct tree \*")
    passed=$((passed + trees))
    [ -z "$faults" ] || { failed=$((failed + $(wc -l <<< "$faults"))); echo "FAIL ${faults//$out\//}"; }
done
[ $passed -gt 100 ] || { echo "FAIL only $passed holes are found"; failed=$((failed + 1)); }
echo "$passed passed, $failed failed"
[ $failed = 0 ]
