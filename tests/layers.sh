#!/bin/bash
# layers.sh: the stages of the compiler, the folders of src/ in the order of the pipeline, use functions and variables of
# earlier stages only; the objects of the build say who uses what. `grad` in a program makes elaboration call the
# differentiation, which is an earlier stage for this reason. Nothing uses what stands in src/ itself, the command.
# usage: layers.sh    BUILD names the folder of the objects.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-$PWD/build}
stages="support syntax graph differentiate elaborate simplify schedule emit bind show validate lsp"
symbols=$(mktemp) || exit 1
trap 'rm -f "$symbols"' EXIT
passed=0
failed=0

# list RANK STAGE SOURCE...: a line `defines RANK STAGE OBJECT SYMBOL` or `uses ...` for each symbol of their objects.
list() {
    local rank=$1 stage=$2 source object
    shift 2
    for source in "$@"; do
        object=$(basename "${source%.c}").o
        [ -e "$BUILD/$object" ] || echo "missing $object"
        nm "$BUILD/$object" 2> /dev/null | awk -v rest="$rank $stage $object" '
            $(NF - 1) == "U" { print "uses", rest, $NF }
            $(NF - 1) ~ /^[TDBRVWC]$/ { print "defines", rest, $NF }'
    done
}

rank=0
for stage in $stages; do
    rank=$((rank + 1))
    list "$rank" "$stage" src/"$stage"/*.c
done > "$symbols"
list 99 command src/*.c >> "$symbols"

# The parser stands in grammar/ and belongs to syntax, which has no objects of its own for it.
for stage in $stages; do
    upwards=$(awk -v stage="$stage" '
        $1 == "defines" { rank[$5] = $2; where[$5] = $3 "/" $4 }
        $1 == "uses" && $3 == stage { count++; own[count] = $2; user[count] = $4; symbol[count] = $5 }
        END {
            for (i = 1; i <= count; i++)
                if (symbol[i] in rank && rank[symbol[i]] > own[i])
                    print "    " user[i] " uses " symbol[i] " of " where[symbol[i]]
        }' "$symbols")
    if [ -z "$upwards" ] && grep -q "^defines [0-9]* $stage " "$symbols"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $stage looks upwards:"
        echo "$upwards"
    fi
done

# Nothing is forgotten here.
if grep '^missing' "$symbols"; then
    failed=$((failed + 1))
fi
for folder in src/*/; do
    case " $stages " in
    *" $(basename "$folder") "*) ;;
    *) failed=$((failed + 1)) && echo "FAIL $folder is no stage" ;;
    esac
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
