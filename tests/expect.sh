# expect.sh: for test scripts to source: counts what commands say in $passed and $failed; keeps it in $out.
# shellcheck shell=bash
passed=0 failed=0

# expect WHAT STATUS TEXT COMMAND...: the exit status, and that standard output and error together contain TEXT.
expect() {
    local what=$1 status=$2 text=$3
    shift 3
    "$@" > "$out/log" 2>&1
    local actual=$?
    if [ "$actual" = "$status" ] && { [ -z "$text" ] || grep -qF -- "$text" "$out/log"; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what: status $actual, expected $status and: $text"
        head -5 "$out/log"
    fi
}
