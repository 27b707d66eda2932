#!/bin/bash
# packages.sh: the tarball's scanner and parser are there without flex and bison; the package for Debian, unpacked, compiles
# and links a program; the compiler as one file writes the same C. What is built takes a minute, so it is built plainly.
set -u
cd "$(dirname "$0")/.." || exit 1
GRADC=${GRADC:-$PWD/gradc}
BUILD=${BUILD:-$PWD/build}
CC=${CC:-gcc}
. tests/expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
case $BUILD in *sanitize*)
    echo 'skipped: packages hold no sanitizers'
    echo '0 passed, 0 failed'
    exit 0
    ;;
esac

# A folder of commands without flex and bison.
mkdir "$out/bin"
PATH=$(tr ':' '\n' <<< "$PATH" | grep -v ccache | paste -sd:) # which looks for the compiler in PATH itself
for command in $(compgen -c | sort -u); do
    path=$(type -P "$command") || continue
    case $command in flex* | bison* | lex | yacc) ;; *) ln -sf "$path" "$out/bin/$command" 2> /dev/null ;; esac
done
if git rev-parse --git-dir > /dev/null 2>&1; then
    expect 'the tarball' 0 'tar.gz' make --no-print-directory dist
    tar -xzf "$BUILD"/gradc-*.tar.gz -C "$out"
    source=$(echo "$out"/gradc-*)
    expect 'no flex' 1 '' env PATH="$out/bin" bash -c 'command -v flex || command -v bison'
    expect 'the parser without flex and bison' 0 '' env PATH="$out/bin" make -C "$source" CC="$CC" CFLAGS=-O0 build/parser.o \
        build/lexer.o build/layout.o
    expect 'the same scanner' 0 '' cmp "$BUILD/lexer.c" "$source/build/lexer.c"
    expect 'nothing is missing' 0 '' env PATH="$out/bin" make -C "$source" -n CC="$CC" all
    echo 'int main(void) { return 1; }' > "$source/main.c" # what someone tries, as the README has it
    expect 'a program of a compiled name is left alone' 0 ' src/main.c' make -C "$source" -n CC="$CC" -W src/main.c build/main.o
    rm "$source/main.c"
    expect 'it needs no flex' 1 '' bash -c "PATH='$out/bin' '$source/tools/setup.sh' --missing 2>&1 | grep -E 'flex|bison'"
else
    echo 'skipped: the tarball; this is no working copy'
fi

printf 'f(W: [n, n], x: [n]) = ||W @ x||^2\n' > "$out/model.nn"
cat > "$out/main.c" << 'EOF'
#include "model.h"

#include <stdio.h>

int main(void)
{
    double W[] = {1, 2, 3, 4}, x[] = {1, -1}, d_x[2];
    struct f m = {.n = 2, .W = W, .x = x, .d_x = d_x};
    char work[4096];
    m.work = work;
    if (f_gradient_workspace(&m) > sizeof work || f_gradient(&m) != GRADC_OK)
        return 1;
    printf("%g %g %g\n", m.f, d_x[0], d_x[1]);
    return 0;
}
EOF
if command -v dpkg-deb > /dev/null; then
    expect 'the package' 0 'gradc_' make --no-print-directory deb CC="$CC"
    dpkg-deb -x "$BUILD"/gradc_*.deb "$out/root"
    expect 'its fields' 0 'Depends: libc6 (>= 2.' dpkg-deb -f "$BUILD"/gradc_*.deb
    for file in bin/gradc lib/libgradc.a include/gradc.h share/man/man1/gradc.1.gz share/doc/gradc/copyright \
        share/bash-completion/completions/gradc lib/python3/dist-packages/gradc/__init__.py; do
        expect "$file" 0 '' test -s "$out/root/usr/$file"
    done
    expect 'its sums' 0 '' bash -c "cd '$out/root' && dpkg-deb --ctrl-tarfile '$BUILD'/gradc_*.deb | tar -xO ./md5sums | md5sum --quiet -c"
    expect 'all files are root'"'"'s' 1 '' bash -c "dpkg-deb -c '$BUILD'/gradc_*.deb | grep -v ' root/root '"
    expect 'it compiles' 0 '' bash -c "cd '$out' && root/usr/bin/gradc model.nn && '$CC' -std=c99 -Iroot/usr/include main.c model.c \
        root/usr/lib/libgradc.a -lm -o model"
    # W x = (-1, -1), so the value is 2 and the gradient 2 W' W x = (-8, -12)
    expect 'and computes' 0 '2 -8 -12' "$out/model"
else
    echo 'skipped: the package for Debian; package dpkg'
fi

if command -v python3 > /dev/null; then
    expect 'one file' 0 '' make --no-print-directory amalgamation CC="$CC"
    expect 'it builds' 0 '' bash -c "'$CC' -O0 -w -o '$out/gradc' '$BUILD/gradc.c' -lm -pthread"
    for program in examples/lecture/two_layer.nn examples/programs/lstm.nn examples/programs/ode.nn examples/stan/mixture.nn; do
        for kind in c math program; do
            "$GRADC" --emit=$kind "$program" -o - > "$out/expected" 2>&1
            "$out/gradc" --emit=$kind "$program" -o - > "$out/actual" 2>&1
            expect "$program as $kind" 0 '' cmp "$out/expected" "$out/actual"
        done
    done
    expect 'its messages' 0 '' bash -c "diff <('$GRADC' tests/golden/errors/[a-b]*.nn 2>&1) <('$out/gradc' tests/golden/errors/[a-b]*.nn 2>&1)"
else
    echo 'skipped: the compiler as one file; package python3'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
