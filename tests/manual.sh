#!/bin/bash
# manual.sh: the manual pages and the completion of shells know what `gradc --help` lists.
# usage: manual.sh    GRADC names the compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
. tests/expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

for page in 1 5; do tools/man.sh "$GRADC" 9.9 /usr docs/man/gradc.$page.in > "$out/gradc.$page"; done
expect "a name in a page stands for nothing" 0 '' eval '! grep -n "@[A-Z]*@" "$out"/gradc.[15]'
has() { sed 's/\\-/-/g' "$out/gradc.1" | grep -qF -- "$1"; }
while read -r option; do
    expect "gradc.1 lacks $option" 0 '' has "$option"
done < <("$GRADC" --help | grep -oE -- '^  --?[A-Za-z-]+' | sort -u)
if command -v groff > /dev/null; then
    for page in 1 5; do
        expect "groff of gradc.$page" 0 '' eval '[ -z "$(groff -man -ww -Tascii "$out/gradc.$page" 2>&1 > /dev/null)" ]'
    done
fi

# completes WORDS... LAST: what bash offers for the last of the words of a command line
completes() {
    PATH=$(dirname "$GRADC"):$PATH bash -c '. tools/completion/gradc.bash
        COMP_WORDS=(gradc "$@") COMP_CWORD=$#
        _gradc
        printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}
ln -s "$GRADC" "$out/gradc"
GRADC=$out/gradc
expect "--standalone is not offered" 0 '' eval 'completes --sta | grep -qx -- --standalone'
expect "--emit= is not offered" 0 '' eval 'completes --em | grep -qx -- --emit='
expect "kinds of --emit are not offered" 0 '' eval '[ "$(completes --emit = la)" = latex ]'
expect "all kinds" 0 '' eval 'completes --emit = | grep -qx interface'
expect "a program is not offered" 0 '' eval 'completes examples/lecture/norm | grep -qx examples/lecture/norm.nn'
expect "another file is offered" 0 '' eval '! completes examples/lecture/norm | grep -q expected'
expect "options of -M" 0 '' eval 'completes -M | grep -qx -- -MD'
echo "$passed passed, $failed failed"
[ $failed = 0 ]
