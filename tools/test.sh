#!/bin/bash
# test.sh: runs the unit tests given as arguments and every executable tests/*.sh, two at a time, those that take longest
# first, and counts. BUILD names the folder that was built into, GRADC the compiler.
#
# A test script ends with a line `N passed, N failed`; a check program prints `P%: Checks: N, Failures: N, Errors: N`.
# What prints neither counts as one test by its exit status. Each is told with its seconds of the clock and of a processor.
set -u
# A loaded machine must not fail a test of check for its time.
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
# What is too large for the address sanitizer is no fault of the compiler, which says so itself.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}allocator_may_return_null=1"

# one TEST: prints what it took, and why if it failed; leaves its counts in $folder.
one() {
    local base=$folder/${1##*/} status clock user kernel counts passed failed TIMEFORMAT='%0R %U %S'
    { time "$1" > "$base.log" 2>&1; } 2> "$base.time"
    status=$?
    read -r clock user kernel <<< "$(tail -1 "$base.time")" # behind what the shell says of signals
    counts=$(sed -n -e 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' \
        -e 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$base.log" |
        awk 'NF == 2 { passed += $1; failed += $2 }
             NF == 3 { passed += $1 - $2 - $3; failed += $2 + $3 }
             END { if (NR) print passed, failed }')
    if [ -z "$counts" ]; then
        if [ $status = 0 ]; then counts="1 0"; else counts="0 1"; fi
    fi
    read -r passed failed <<< "$counts"
    if [ $status != 0 ] && [ "$failed" = 0 ]; then
        failed=1
    fi
    echo "$passed $failed" > "$base.counts"
    awk -v name="$1" -v clock="$clock" -v user="$user" -v kernel="$kernel" \
        'BEGIN { printf "== %s (%d s, %.0f s of a processor)\n", name, clock, user + kernel }' > "$base.text"
    [ "$failed" = 0 ] || cat "$base.log" >> "$base.text"
    cat "$base.text"
}

if [ "${1-}" = --one ]; then
    one "$2"
    exit
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
export folder
{
    printf 'tests/%s.sh\n' run random emitted drawn check
    printf '%s\n' "$@"
    for test in tests/*.sh; do
        case ${test#tests/} in
        campaign.sh | compilers.sh) ;; # run for long: make test-compilers
        run.sh | random.sh | emitted.sh | drawn.sh | check.sh) ;;
        *) [ ! -x "$test" ] || echo "$test" ;;
        esac
    done
} > "$folder/tests"
xargs -P 2 -n 1 "$0" --one < "$folder/tests"
cat "$folder"/*.counts | awk -v tests="$(wc -l < "$folder/tests")" '
    { passed += $1; failed += $2 }
    END {
        failed += tests - NR # ended before they could count
        print passed + 0 " passed, " failed + 0 " failed"
        exit failed > 0
    }'
