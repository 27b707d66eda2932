#!/bin/bash
# judge.sh: compiles a random program in one way and holds it to its cases. The last line says how it fails, in words
# that stay the same when names and numbers change: `passes`, or what shrink.c is to keep.
# usage: judge.sh WAY PROGRAM.nn CASES    WAY is `OPTIONS OF GRADC | CC AND FLAGS | WORDS FOR THE DRIVER`
# After LEFT seconds (200), or if C has more than LONGEST bytes, it says `out of time`. GRADC names the compiler, BUILD the
# folder of libgradc.a, TOOLS that of the driver, REFERENCE the quick way of another build that the values are held to;
# without it, they are not.
set -u
left=${LEFT:-200}
case $BUILD in *sanitize*) ;; *) ulimit -v 6000000 ;; esac
way=$1 program=$2 cases=$3
base=${program%.nn}
here=$(dirname "$0")

# The same for all names and numbers.
general() {
    sed -E -e 's/\x27[^\x27]*\x27/N/g' -e 's/\b[a-zA-Z_]*[0-9][a-zA-Z0-9_.]*\b/N/g' -e 's/-?N(\[N\])?/N/g' -e 's/\[[^]]*\]/N/g' | cut -c1-90
}

fail() {
    echo "$1"
    exit 0
}

# compile BASE WAY: PROGRAM becomes BASE.so and BASE.json, or BASE.failure says why not.
compile() {
    local base=$1 options command link=() status
    IFS='|' read -r options command _ <<< "$2"
    rm -f "$base.so" "$base.failure"
    # shellcheck disable=SC2086
    (ulimit -S -t 20 && exec "$GRADC" --color=never $options "$program" -o "$base.c") 2> "$base.log" # of the processor: others use it, too
    status=$?
    case $status in
    0) ;;
    1) echo "gradc refuses: $(grep -m1 -o 'error: .*' "$base.log" | general)" > "$base.failure" ;;
    152) echo "gradc does not end" > "$base.failure" ;; # SIGXCPU
    *) echo "gradc crashes: $(grep -m1 -o -E 'Assertion.*|SUMMARY.*|runtime error.*' "$base.log" | general)" > "$base.failure" ;;
    esac
    [ $status = 0 ] || return 1
    if [ -n "${LONGEST-}" ] && [ "$(wc -c < "$base.c")" -gt "$LONGEST" ]; then
        echo "out of time" > "$base.failure"
        return 1
    fi
    # shellcheck disable=SC2086
    "$GRADC" ${options//--standalone/} --emit=interface "$program" -o "$base.json" 2> "$base.log" || return 1
    case $options in *--standalone*) ;; *) link=("$BUILD/libgradc.a") ;; esac
    case $options$command in *--standalone*tcc*) ;; *tcc*) link+=("$(gcc -print-libgcc-file-name)") ;; esac
    # shellcheck disable=SC2086
    timeout $left $command -std=c99 -shared -fPIC -I"$here/../../runtime" -I"$(dirname "$base")" "$base.c" "${link[@]}" -lm \
        -o "$base.so" 2> "$base.log"
    case $? in
    0) return ;;
    124) echo "out of time" > "$base.failure" ;;
    *) echo "C does not compile: $(grep -m1 -o -E '(error|warning|undefined).*' "$base.log" | general)" > "$base.failure" ;;
    esac
    return 1
}

used=$cases
if [ -n "${REFERENCE-}" ] && compile "$base.other" "$REFERENCE" 2> /dev/null; then
    "$TOOLS/driver" "$base.other.so" "$base.other.json" "$cases" record > "$base.other.case" 2> /dev/null && used=$base.other.case
fi
compile "$base.this" "$way" 2> /dev/null || fail "$(cat "$base.this.failure" 2> /dev/null || echo "gradc gives no interface")"
# shellcheck disable=SC2086
OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive timeout 100 "$TOOLS/driver" "$base.this.so" "$base.this.json" "$used" ${way##*|} > "$base.log" 2>&1
status=$?
cat "$base.log"
case $status in
0) echo "passes" ;;
124) echo "the code does not end" ;;
*) grep -m1 FAIL "$base.log" | sed -E 's/^FAIL [^:]*: //' | general ;;
esac
