#!/bin/bash
# manual.sh: the manual pages and the completion of shells know what `gradc --help` lists.
# usage: manual.sh    GRADC names the compiler.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" > "$scratch/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what"
        head -5 "$scratch/log"
    fi
}

for page in 1 5; do tools/man.sh "$GRADC" 9.9 /usr docs/man/gradc.$page.in > "$scratch/gradc.$page"; done
check "a name in a page stands for nothing" eval '! grep -n "@[A-Z]*@" "$scratch"/gradc.[15]'
has() { sed 's/\\-/-/g' "$scratch/gradc.1" | grep -qF -- "$1"; }
while read -r option; do
    check "gradc.1 lacks $option" has "$option"
done < <("$GRADC" --help | grep -oE -- '^  --?[A-Za-z-]+' | sort -u)
if command -v groff > /dev/null; then
    for page in 1 5; do
        check "groff of gradc.$page" eval '[ -z "$(groff -man -ww -Tascii "$scratch/gradc.$page" 2>&1 > /dev/null)" ]'
    done
fi

# completes WORDS... LAST: what bash offers for the last of the words of a command line
completes() {
    PATH=$(dirname "$GRADC"):$PATH bash -c '. tools/completion/gradc.bash
        COMP_WORDS=(gradc "$@") COMP_CWORD=$#
        _gradc
        printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}
ln -s "$GRADC" "$scratch/gradc"
GRADC=$scratch/gradc
check "--standalone is not offered" eval 'completes --sta | grep -qx -- --standalone'
check "--emit= is not offered" eval 'completes --em | grep -qx -- --emit='
check "kinds of --emit are not offered" eval '[ "$(completes --emit = la)" = latex ]'
check "all kinds" eval 'completes --emit = | grep -qx interface'
check "a program is not offered" eval 'completes examples/lecture/norm | grep -qx examples/lecture/norm.nn'
check "another file is offered" eval '! completes examples/lecture/norm | grep -q expected'
check "options of -M" eval 'completes -M | grep -qx -- -MD'
echo "$passed passed, $failed failed"
[ $failed = 0 ]
