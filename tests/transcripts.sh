#!/bin/bash
# transcripts.sh: what gradc says to commands. transcripts/X.txt holds lines `$ COMMAND`, in a folder like transcripts/, each
# with what is printed below it, and `status N` where that is not 0. Which part of the workspace a value has is left to the
# back end, and so is how large it is.
# usage: transcripts.sh [--bless]
set -u
cd "$(dirname "$0")/transcripts" || exit 1
GRADC=${GRADC:-$PWD/../../gradc}
passed=0 failed=0
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
mkdir "$out/bin"
ln -s "$(realpath "$GRADC")" "$out/bin/gradc"

for expected in *.txt; do
    cp -r . "$out/work"
    grep '^\$ ' "$expected" | while read -r _ command; do
        echo "\$ $command"
        (cd "$out/work" && PATH=$out/bin:$PATH bash -c "$command" 2>&1 < /dev/null) || echo "status $?"
    done | sed -e 's/workspace, part [0-9]*/workspace, part N/' -e 's/needs [0-9]* bytes/needs N bytes/' > "$out/actual"
    rm -rf "$out/work"
    [ "${1-}" != --bless ] || cp "$out/actual" "$expected"
    if diff -u "$expected" "$out/actual"; then
        passed=$((passed + $(grep -c '^\$ ' "$expected")))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
