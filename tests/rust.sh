#!/bin/bash
# rust.sh: the modules of --emit=rust, as a program calls them.
# GRADC names the compiler, CC the one for C, RUSTC the one for Rust.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
CC=${CC:-cc} runtime=$PWD/../runtime
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
# Debian's first: what builds with an old one builds with newer ones.
RUSTC=${RUSTC:-$(PATH=/usr/bin:$PATH command -v rustc)}
if ! "${RUSTC:-rustc}" --version > /dev/null 2>&1; then
    echo 'skipped: rustc; package rustc'
    echo '0 passed, 0 failed'
    exit 0
fi

cp rust/* "$out"
cd "$out" || exit 1
total_passed=0 total_failed=0
for kind in standalone library; do
    options=() objects=()
    [ $kind = library ] || options=(--standalone)
    for model in model single; do
        expect "$model.rs, $kind" 0 '' "$GRADC" --color=never --emit=rust $model.nn -o $model.rs
        expect "C of $model, $kind" 0 '' "$GRADC" "${options[@]}" $model.nn -o $model.c
        expect "$model compiles, $kind" 0 '' "$CC" -std=c99 -O1 -I"$runtime" -c $model.c -o $model.o
        objects+=(-C "link-arg=$model.o")
    done
    if [ $kind = library ]; then
        for part in linalg matmul; do
            "$CC" -std=c99 -O1 -I"$runtime" -c "$runtime/$part.c" -o $part.o
            objects+=(-C link-arg=$part.o)
        done
    fi
    expect "Rust without warnings, $kind" 0 '' "$RUSTC" --edition 2021 -D warnings -C debug-assertions=on \
        -C linker="$CC" main.rs "${objects[@]}" -C link-arg=-lm -C link-arg=-lgcc -o main
    ./main > log
    grep '^FAIL' log
    counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' log)
    [ -n "$counts" ] || counts='0 1'
    total_passed=$((total_passed + ${counts% *})) total_failed=$((total_failed + ${counts#* }))
done
echo "$((total_passed + passed)) passed, $((total_failed + failed)) failed"
[ $((total_failed + failed)) = 0 ]
