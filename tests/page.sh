#!/bin/bash
# page.sh: the pages of --emit=html, see tests/page/page.py.
# GRADC names the compiler.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
PYTHON=${PYTHON:-python3}
if ! command -v "$PYTHON" > /dev/null; then
    echo "skipped: $PYTHON; package python3"
    echo '0 passed, 0 failed'
    exit 0
fi
PYTHON=$(command -v "$PYTHON") checker=$PWD/page/page.py

# page PROGRAM OPTION...: the page of the program is whole.
page() {
    local program=$1 name=${1##*/}
    shift
    cp "$program" "$out/$name"
    (cd "$out" && "$GRADC" "$name" -o "${name%.nn}.c" && "$GRADC" --emit=math "$name" > formulas) || return 1
    expect "a page of $name" 0 '' "$GRADC" --emit=html "$@" "$out/$name" -o "$out/page.html"
    expect "the page of $name $*" 0 '' "$PYTHON" "$checker" "$out/page.html" "$out/$name" "$out/${name%.nn}.c" \
        "$out/${name%.nn}.h" "$out/formulas"
}
holds() { expect "$1" 0 '' grep -qF -- "$2" "$out/page.html"; }
lacks() { expect "$1" 1 '' grep -qF -- "$2" "$out/page.html"; }

for program in golden/math/*.nn golden/recurrent/*.nn run/branches.nn run/groups.nn; do
    case $program in */picture_*) continue ;; esac
    page "$program"
done
cat > "$out/signs.nn" << 'EOF'
# <b> & "quotes", which are text in a page: </pre>
signs(x: [n], θ) {
    require θ < 1 and θ > 0, "0 < θ & θ < 1"
    return y = sum(if x < θ then x^2 else abs(x) / θ)
}
EOF
page "$out/signs.nn" 2> /dev/null
page ../docs/pictures/norm.nn --at 'W=[[1,2],[3,4]],x=[1,-1]'
if command -v dot > /dev/null; then
    holds 'a picture' '<svg '
    holds 'with values' '&#45;12<'
    page ../docs/pictures/regression.nn
    holds 'softmax is a gate' '>softmax<'
    page ../docs/pictures/regression.nn --level=gates
    lacks 'softmax has insides' '>softmax</text>'
else
    echo 'skipped: pictures in pages; package graphviz'
fi
mkdir "$out/nothing"
page_without=$(PATH=$out/nothing "$GRADC" --emit=html ../docs/pictures/norm.nn 2>&1)
expect 'no picture without dot' 0 'package <code>graphviz</code>' echo "$page_without"
printf 'f(x) = x^2\ng(x) = x^3\n' > "$out/two.nn"
"$GRADC" --emit=html --function=g "$out/two.nn" -o "$out/page.html"
holds 'the function g' 'g_gradient('
lacks 'but not f' 'f_gradient('
expect 'a page has no --stats' 2 '--stats tells of the C' "$GRADC" --emit=html --stats "$out/two.nn"
expect 'a wrong program has no page' 1 'error' sh -c 'echo "f(x) = y" > "$2"; "$1" --emit=html "$2" -o "$3"' sh "$GRADC" \
    "$out/wrong.nn" "$out/wrong.html"
expect 'and no file' 1 '' test -e "$out/wrong.html"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
