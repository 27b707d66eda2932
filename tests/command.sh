#!/bin/bash
# command.sh: the command line as its user meets it: exit statuses, the names of outputs, and that a failure leaves no
# file created or changed.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1

# files WHAT NAME...: exactly these files are in work/.
files() {
    local what=$1 actual
    shift
    actual=$(cd work && find . -mindepth 1 | sed 's|^\./||' | sort | tr '\n' ' ')
    if [ "$actual" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what: found $actual"
    fi
}

# fresh: a new folder work/ with a program, one that is wrong, and one that imports.
fresh() {
    rm -rf work
    mkdir -p work/lib
    echo 'f(x: [n]) = sum(x^2)' > work/model.nn
    echo 'f(x: [n]) = sum(x^2' > work/wrong.nn
    echo 'square(x) = x^2' > work/lib/layers.nn
    printf 'import "layers.nn"\ndim H = 3\ng(x: [H]) = sum(square(x))\n' > work/user.nn
}
inputs="model.nn wrong.nn user.nn lib lib/layers.nn"
run() { (cd work && "$GRADC" "$@"); }

fresh
expect help 0 'usage: gradc' "$GRADC" --help
expect version 0 'gradc ' "$GRADC" --version
expect 'a loop program' 0 'f_gradient' run --emit=program model.nn
expect 'behind a pass' 0 'after fuse: f_gradient' run --emit=program --after=all model.nn
expect 'behind no pass' 2 '--after=fusion: there is demand,' run --emit=program --after=fusion model.nn
expect 'a pass for C' 2 '--after goes with --emit=program' run --after=fuse model.nn
expect 'no input' 2 'no input file' "$GRADC"
expect 'unknown option' 2 'did you mean --standalone?' "$GRADC" --standalnoe
expect 'two inputs' 2 'two input files' "$GRADC" a.nn b.nn
expect 'missing value' 2 'needs a value' "$GRADC" -o
expect 'unneeded value' 2 'takes no value' "$GRADC" --stats=3
expect 'unknown kind' 2 'there is c, ast' run --emit=x model.nn
uncoloured() { run "$@" 2>&1 | sed 's/\x1b\[[0-9;]*m//g'; }
run --color=always wrong.nn > "$out/coloured" 2>&1
expect 'colours' 0 '' grep -q "$(printf '\033')\[1;31merror" "$out/coloured"
uncoloured --color=always wrong.nn > "$out/words"
run --color=never wrong.nn > "$out/plain" 2>&1
expect 'colours say nothing by themselves' 0 '' cmp "$out/words" "$out/plain"
expect 'no colours in a pipe' 1 '' grep -q "$(printf '\033')" "$out/plain"
expect 'unreadable file' 2 'cannot read none.nn: No such file' run none.nn
expect 'a folder' 2 'cannot read lib: Is a directory' run lib
expect 'bad level' 2 '-O3' run -O3 model.nn
expect 'bad precision' 2 'float32 and float64' run --precision=float16 model.nn
expect 'bad size' 2 'at least 1' run -D H=0 user.nn
expect 'unknown size' 2 'no dim n' run -D n=3 model.nn
expect 'no folder' 2 'cannot write none/m.c' run model.nn -o none/m.c
expect 'output is a folder' 2 'cannot write lib: Is a directory' run model.nn --emit=interface -o lib
expect 'output is the input' 2 'would replace the input' run model.nn -o model.nn
expect 'output is the header' 2 'the same name' run model.nn -o model.h
expect 'wrong program' 1 "wrong.nn:1:16: error: '(' is not closed" run wrong.nn
expect 'missing import' 1 'layers.nn' run user.nn
# shellcheck disable=SC2086
files 'failures leave nothing' $inputs

expect 'names of C' 0 '' run model.nn
# shellcheck disable=SC2086
files 'names of C' $inputs model.c model.h
fresh
expect 'names beside' 0 '' run -o lib/a.b.c model.nn
# shellcheck disable=SC2086
files 'names beside' $inputs lib/a.b.c lib/a.b.h
expect 'the include' 0 '#include "a.b.h"' cat work/lib/a.b.c
fresh
expect 'one stream' 0 'struct f {' run model.nn -o -
expect 'standard input' 0 'struct f {' run - < work/model.nn
expect 'standard input is named' 1 '<stdin>:1:16: error' run - < work/wrong.nn
expect 'interface' 0 '"name": "f"' run --emit=interface model.nn
expect 'tree' 0 'function f' run --emit ast model.nn
expect 'a given size' 0 '"shape": [5]' run -Ilib --emit=interface -DH=5 user.nn
expect 'one file' 0 '' run --standalone -o lib/one.c model.nn
expect 'its header begins with the struct' 0 'struct f {' head -12 work/lib/one.h
expect 'its header has the words for statuses' 0 '' grep -q '^GRADC_STATIC const char \*gradc_strerror' work/lib/one.h
rm work/lib/one.c work/lib/one.h
expect 'a prefix' 0 'struct p_f {' run --prefix=p_ model.nn -o -
expect 'a precision' 0 'float f;' run --precision=float32 model.nn -o -
expect 'a closed pipe' 2 'cannot write standard output' bash -c "$GRADC --emit=ast work/model.nn > /dev/full"
# shellcheck disable=SC2086
files 'streams leave nothing' $inputs

expect 'dependencies' 0 '' run -I lib -MD -o user.c user.nn
expect 'dependencies' 0 'user.c user.h: user.nn lib/layers.nn' cat work/user.d
expect 'dependencies elsewhere' 0 '' run -I lib -MD -MF lib/other.d -MT one -MTtwo -MP -o user.c user.nn
expect 'a target of one'"'"'s own' 0 'one two: user.nn lib/layers.nn' cat work/lib/other.d
expect 'an empty rule' 0 '' grep -x 'lib/layers.nn:' work/lib/other.d
expect 'no empty rule for the program' 1 '' grep 'user.nn:' work/lib/other.d
expect 'a stream with its dependencies' 0 'whole: user.nn' run -I lib -MD -MF - -MT whole --emit=graph user.nn
expect 'dependencies of a stream' 2 'name a file with -o' run -I lib -MD --emit=graph user.nn
expect 'dependencies over the header' 2 'need another file' run -I lib -MD -MF user.h -o user.c user.nn
expect 'dependencies over the program' 2 'would replace the input' run -I lib -MD -MF lib/layers.nn -o user.c user.nn
expect 'a name without -MD' 2 'they need it' run -MF user.d user.nn
expect 'a missing name' 2 'needs a value' run user.nn -MD -MF
expect 'short help' 0 'usage: gradc' "$GRADC" -h
expect 'check' 0 'ok' run -I lib --check user.nn

printf 'f(lonely) = lonely^2\ng(y, z) = y * z\n' > work/two.nn
expect 'one function' 0 'dg/dy = z' run --emit=math --function=g two.nn
for kind in graph dot math latex; do
    expect "$kind of one function alone" 1 '' bash -c "cd work && '$GRADC' --emit=$kind --function=g two.nn | grep lonely"
done
expect 'values of one function' 0 '>6<' run --emit=dot --function=g --at y=2,z=3 two.nn
expect 'values one by one' 0 '>6<' run --emit=dot --function=g --at y=2 --at z=3 two.nn
expect 'a function of a prefix' 0 'p_g' run --emit=graph --prefix=p_ --function=g two.nn
expect 'no such function' 2 'there is f and g' run --emit=dot --function=h two.nn
expect 'one value' 0 'of f: [n], 8*n bytes' run --explain=x model.nn
expect 'one value of no name' 2 '--explain=y: no value' run --explain=y model.nn
expect 'one value of what is no C' 2 '--explain tells of one value of the C' run --explain=x --emit=math model.nn
expect 'a language server reads no file' 2 '--lsp is told by the editor' run --lsp two.nn
expect 'a language server emits nothing' 2 '--lsp is told by the editor' run --lsp --emit=math
expect 'not of C' 2 '--function goes with' run --function=g two.nn

echo 'f(x: [n], k: int[n]) = ||sigmoid(x / real(k) + 1)||^2' > work/neuron.nn
expect 'a call is a gate' 0 'label=<sigmoid>' run --emit=dot neuron.nn
expect 'a norm is a gate' 0 'label=<||·||²>' run --emit=dot neuron.nn
expect 'numbers stand in gates' 0 'label=<+ 1>' run --emit=dot neuron.nn
expect 'the insides of a call' 0 'label=<exp>' run --emit=dot --level=gates neuron.nn
for text in sigmoid real '%'; do
    expect "no $text in there" 1 '' bash -c "cd work && '$GRADC' --emit=dot --level=gates neuron.nn | grep '$text'"
done
expect 'no such level' 2 'there is functions and gates' run --emit=dot --level=words neuron.nn
expect 'a level of C' 2 '--level goes with' run --level=gates neuron.nn
expect 'no sizes of pictures' 2 '--stats tells of the C' run --emit=svg --stats neuron.nn
expect 'dependencies of a picture' 0 'neuron.dot: neuron.nn' run --emit=dot -MD -MF - -o neuron.dot neuron.nn
printf 'pair(x) {\n    return a = sin(x), b = cos(x)\n}\nh(x) {\n    a, b = pair(x)\n    return a * b\n}\n' > work/pair.nn
expect 'a call with two values is one gate' 0 '1' bash -c "cd work && '$GRADC' --emit=dot pair.nn | grep -c 'label=<pair>'"
printf 'outer(x, y) {\n    inner(z) = z * y\n    return inner(x) + 1\n}\n' > work/outer.nn
expect 'what reads more than its arguments is open' 1 '' \
    bash -c "cd work && '$GRADC' --emit=dot outer.nn | grep 'label=<inner>'"
# product LABEL EXPRESSION: how the product of two matrices is drawn.
product() {
    echo "f(A: [n, n], B: [n, n], x: [n], S: [2, n, n]) = $2" > work/product.nn
    expect "the gate of $2" 0 "label=<$1>" run --emit=dot product.nn
}
product '@' 'A @ B'
product "' @" "A' @ B"
product "@ '" "A @ B'"
product '@' 'x @ A'
product '@' 'S @ A'
product '@' 'S @ S'
printf 'f(A: [n, n], B: [n, n]) {\n    y[i] = sum[k](A[i, k] * B[i, k])\n    return y\n}\n' > work/rows.nn
expect 'rows times rows are no matrix product' 0 'label=<sum 1>' run --emit=dot rows.nn
if command -v dot > /dev/null; then
    expect 'a picture' 0 '' run --emit=svg --at x='[1,2]',k='[1,2]' neuron.nn -o neuron.svg
    expect 'it is SVG' 0 '</svg>' tail -1 work/neuron.svg
    expect 'with values' 0 '>1.55<' cat work/neuron.svg
else
    echo 'skipped: pictures as SVG (graphviz)'
fi
mkdir none
expect 'no Graphviz' 2 'the package graphviz' env PATH="$out/none" "$GRADC" --emit=svg work/neuron.nn -o work/none.svg
expect 'then there is no picture' 2 '' ls work/none.svg
printf '#!/bin/sh\necho half a picture\nexit 3\n' > none/dot
chmod +x none/dot
expect 'Graphviz fails' 2 'the program dot failed' env PATH="$out/none" "$GRADC" --emit=svg work/neuron.nn -o work/none.svg
expect 'then there is none either' 2 '' ls work/none.svg

fresh
echo old > work/model.c
chmod 640 work/model.c
expect 'replacing' 0 '' run model.nn
expect 'the rights stay' 0 '640' stat -c %a work/model.c
mkdir -p work/wrong.h
cp work/model.nn work/wrong.nn
echo old > work/wrong.c
expect 'the header cannot be written' 2 'wrong.h: Is a directory' run wrong.nn
expect 'then the C is as it was' 0 'old' cat work/wrong.c

run_briefly() { (cd work && timeout 30 "$GRADC" "$@"); }
# nested HEAD DEPTH: a program of so many statements, each in the one before.
nested() {
    echo 'f(x: [n]) {'
    echo '    a = x[0]; s = 0'
    for ((i = 0; i < $2; i++)); do echo "${1//%/$i} {"; done
    echo 's = s + sin(a); a = a * s'
    for ((i = 0; i < $2; i++)); do echo '}'; done
    printf "    return s, a\n}\n"
}
nested 'if a < 0.%' 100 > work/branches.nn
expect 'branches in branches' 0 '' run_briefly branches.nn
nested 'for i% in 0..2' 100 > work/loops.nn
expect 'loops in loops' 0 '' run_briefly loops.nn
nested 'if a < 0.%' 1001 > work/branches.nn
expect 'too deep' 1 'nested more than 1000 deep' run branches.nn

echo "$passed passed, $failed failed"
[ $failed = 0 ]
