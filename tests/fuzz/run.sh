#!/bin/bash
# run.sh: fuzzes the compiler for SECONDS with text and for SECONDS with structure, from the programs of the repository.
# What goes wrong is left in build/fuzz/findings, the programs that reach new code in build/fuzz/text and structure.
# usage: run.sh SECONDS    KINDS says which of the two, FUZZ_CC names clang, FUZZ_FLAGS further options of libFuzzer.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
FUZZ_CC=${FUZZ_CC:-clang-14}
build=$PWD/build/fuzz
flags="-O1 -g -fno-omit-frame-pointer"
make -s CC="$FUZZ_CC" BUILD="$build" GRADC="$build/gradc" CFLAGS="$flags -fsanitize=fuzzer-no-link" \
    SANITIZER="-fsanitize=address,undefined -fno-sanitize-recover=all" fuzz-objects
mkdir -p "$build/findings" "$build/seeds" "$build/text" "$build/structure" "$build/empty"
# shellcheck disable=SC2086
for kind in ${KINDS:-text structure}; do
    "$FUZZ_CC" $flags -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -pthread -o "$build/$kind.fuzzer" \
        tests/fuzz/fuzz.c $([ $kind = text ] || echo tests/fuzz/mutate.c) "$build"/*.o -lm
done
find examples tests/golden tests/run bench -name '*.nn' | while read -r program; do
    cp "$program" "$build/seeds/$(echo "$program" | tr / _)"
done
cat "$build"/seeds/*.nn > "$build/programs"

fuzz() {
    echo "== $1"
    cd "$build/empty"
    # shellcheck disable=SC2086
    FUZZ_PROGRAMS=$build/programs "$build/$1.fuzzer" "$build/$1" "$build/seeds" -max_total_time="$seconds" \
        -max_len=65536 -rss_limit_mb=2500 -close_fd_mask=3 -dict="$OLDPWD/tests/fuzz/words.txt" \
        -artifact_prefix="$build/findings/" -print_final_stats=1 -fork=1 -ignore_crashes=1 -ignore_timeouts=1 \
        -ignore_ooms=1 ${FUZZ_FLAGS-} 2>&1 | tee "$build/$1.log" | tail -15
    cd "$OLDPWD"
}
for kind in ${KINDS:-text structure}; do fuzz "$kind"; done
found=$(find "$build/findings" -type f | wc -l)
echo "$found findings in $build/findings"
[ "$found" = 0 ]
