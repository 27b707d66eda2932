#!/bin/sh
# embed.sh: writes a C source that holds texts as character arrays.
#   embed.sh runtime DIR     runtime_text.c from the sources of the runtime in DIR
#   embed.sh text FILE NAME  NAME_text.c from a file
#   embed.sh library DIR     library_text.c from the library files DIR/*.nn
set -eu
LC_ALL=C
export LC_ALL

# Standard input as the initialiser of a char array: octal escapes have the right value whether char is signed or not.
characters() {
    od -An -v -to1 | sed "s/ *\([0-7][0-7][0-7]\)/'\\\\\1',/g"
    echo "0"
}

# A source file as a part: without its opening comment and includes, functions static.
part() {
    awk 'body { print } /\*\// { body = 1 }' "$1" | sed -e '/^#include/d' -e 's/^GRADC_API /GRADC_STATIC /' | cat -s
}

# The same for a text that is written for REAL and NAME(): one precision.
real_part() {
    part "$1" | sed -e "s/NAME(\([a-z_0-9]*\))/gradc_\1_$2/g" -e "s/REAL/$3/g"
}

# The kernels of matrix products, with what they include in its place: matmul_tile.h as often as it is included, each
# time for the VECTOR and TILE() that are defined before it.
kernels() {
    while IFS= read -r line; do
        case $line in
        '#define VECTOR '*) vector=${line##* } ;;
        '#define TILE(x) '*) suffix=${line##*##} suffix=${suffix%)} ;;
        '#undef VECTOR' | '#undef TILE') ;;
        '#include "matmul_tile.h"')
            part "$1/matmul_tile.h" | sed -e "s/VECTOR/$vector/g" -e "s/TILE(\([a-z_]*\))/NAME(\1$suffix)/g"
            ;;
        '#include "matmul_pack.h"') part "$1/matmul_pack.h" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done < "$1/matmul_real.h"
}

# Matrix products of one precision: the choice by width, with the kernels of each width in the place of its include.
matmul_part() {
    awk 'body { print } /\*\// { body = 1 }' "$1/matmul_dispatch.h" | while IFS= read -r line; do
        case $line in
        '#include "matmul_real.h"') kernels "$1" | real_part - "$2_$width_name" "$3" ;;
        '#define WIDTH '*) width_name=${line##* } ;;
        '#undef WIDTH') ;;
        *) printf '%s\n' "$line" ;;
        esac
    done | sed -e "s/BEST(\([a-z_]*\))/gradc_\1_$2/g" -e "s/PRECISION/$2/g" -e "s/REAL/$3/g" -e '/NAME/d' | cat -s
}

# Standard input without comments.
code() {
    sed -E ':more; $!{N; b more}; s,/\*([^*]|\*+[^*/])*\*+/,,g'
}

# An array of the names on standard input.
names() {
    echo "static const char *const $1[] = {"
    sort -u | sed 's/.*/    "&",/'
    echo '    NULL};'
}

# Standard input as a part: its text, the functions, and choices, that it defines, and those of the runtime that it mentions.
array() {
    cat > "$part_file"
    echo "static const char $1[] = {"
    characters < "$part_file"
    echo "};"
    sed -nE -e 's/^GRADC_[^(]*[^A-Za-z0-9_(]([A-Za-z0-9_]+)\(.*/\1/p' -e 's/^#define (GRADC_CHOOSE[A-Z]*)\(.*/\1/p' \
        "$part_file" | names "defined_$1"
    code < "$part_file" | grep -oE '[A-Za-z0-9_]+' | grep '^gradc_' | names "mentioned_$1"
}

# A function of the name of a part: what is called like this, with a prefix.
lookup() {
    printf '%s\n{\n' "$1"
    for name in $parts; do
        printf '    if (!strcmp(part, "%s"))\n        return %s%s;\n' "$name" "$2" "$name"
    done
    printf '    return NULL;\n}\n'
}

runtime() {
    part_file=$(mktemp)
    trap 'rm -f "$part_file"' EXIT
    parts='core status special erf bessel vecmath trig hyperbolic erfc arcs matmul_f32 matmul_f64 linalg_f32 linalg_f64
        factors_f32 factors_f64 decompose_f32 decompose_f64 fourier_f32 fourier_f64 sort_f32 sort_f64'
    echo '#include "runtime_text.h"'
    echo '#include <string.h>'
    sed -n '/BEGIN CORE/,/END CORE/p' "$1/gradc.h" | sed -e '/BEGIN CORE/d' -e '/END CORE/d' | array core
    sed -n '/BEGIN STATUS/,/END STATUS/p' "$1/gradc.h" | grep -v ' STATUS \*/' | array status
    part "$1/special.c" | array special
    part "$1/erf.c" | array erf
    part "$1/bessel.c" | array bessel
    for file in vecmath trig hyperbolic erfc arcs; do
        part "$1/gradc_$file.h" | array $file
    done
    for width in f32 f64; do
        real=$([ $width = f32 ] && echo float || echo double)
        {
            matmul_part "$1" $width $real
            sed -n "/BEGIN THREADS $width/,/END THREADS $width/p" "$1/gradc.h" | grep -v 'THREADS'
        } | array matmul_$width
        for file in linalg factors decompose fourier sort; do
            real_part "$1/${file}_real.h" $width $real | array ${file}_$width
        done
    done
    lookup 'const char *runtime_text(const char *part)' ''
    lookup 'const char *const *runtime_functions(const char *part)' defined_
    lookup 'const char *const *runtime_mentions(const char *part)' mentioned_
}

text() {
    echo "#include \"$2_text.h\""
    echo "const char $2_text[] = {"
    characters < "$1"
    echo '};'
}

library() {
    echo '#include "library_text.h"'
    echo '#include <stddef.h>'
    for file in "$1"/*.nn; do
        characters < "$file" | { echo "static const char text_of_$(basename "$file" .nn)[] = {"; cat; echo '};'; }
    done
    echo 'const struct library_file library_files[] = {'
    for file in "$1"/*.nn; do
        name=$(basename "$file" .nn)
        echo "    {\"$name\", text_of_$name},"
    done
    echo '    {NULL, NULL}};'
}

"$@"
