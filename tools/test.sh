#!/bin/sh
# test.sh: runs the unit tests given as arguments and every executable tests/*.sh, and counts. BUILD names the folder
# that was built into, GRADC the compiler.
#
# A test script ends with a line `N passed, N failed`; a check program prints `P%: Checks: N, Failures: N, Errors: N`.
# What prints neither counts as one test by its exit status.
set -u
# A loaded machine must not fail a test of check for its time.
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
# What is too large for the address sanitizer is no fault of the compiler, which says so itself.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}allocator_may_return_null=1"
total_passed=0
total_failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

run() {
    started=$(date +%s)
    "$@" > "$log" 2>&1
    status=$?
    echo "== $1 ($(($(date +%s) - started)) s)"
    counts=$(sed -n -e 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' \
        -e 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$log" |
        awk 'NF == 2 { passed += $1; failed += $2 }
             NF == 3 { passed += $1 - $2 - $3; failed += $2 + $3 }
             END { if (NR) print passed, failed }')
    if [ -z "$counts" ]; then
        if [ $status = 0 ]; then counts="1 0"; else counts="0 1"; fi
    fi
    passed=${counts% *}
    failed=${counts#* }
    if [ $status != 0 ] && [ "$failed" = 0 ]; then
        failed=1
    fi
    [ "$failed" = 0 ] || cat "$log"
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
}

for test in "$@"; do
    run "$test"
done
for test in tests/*.sh; do
    case $test in */campaign.sh | */compilers.sh) continue ;; esac # run for long: make test-compilers
    [ ! -x "$test" ] || run "$test"
done
echo "$total_passed passed, $total_failed failed"
[ $total_failed = 0 ]
