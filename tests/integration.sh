#!/bin/bash
# integration.sh: gradc in projects of others. Installs it into a folder of its own and builds there what integration/
# holds, with CMake, Meson, make and compilers by hand, as someone outside would. What this machine lacks is skipped.
set -u
cd "$(dirname "$0")/integration" || exit 1
root=$PWD/../..
CC=${CC:-cc}
. ../expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
case ${BUILD-} in
*/sanitize)
    echo 'skipped: a compiler with sanitizers is not installed'
    echo '0 passed, 0 failed'
    exit 0
    ;;
esac

prefix="$out/a prefix"
expect 'make install' 0 '' make -s -C "$root" install CC="$CC" PREFIX="$prefix"
export PATH="$prefix/bin:$PATH" PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
unset GRADC BUILD MAKEFLAGS MAKELEVEL

# has COMMAND PACKAGE
has() {
    command -v "$1" > /dev/null && return
    echo "skipped: $1; package $2"
    return 1
}

# project KIND: a new folder with the program and this build file, where the rest happens.
project() {
    rm -rf "$out/the project"
    mkdir "$out/the project"
    cp fit.nn penalty.nn main.c "$1"/* "$out/the project/"
}

# What fit's main prints: w = (0, 1), so the loss is log(1 + e) - 1/2 and a penalty; NumPy has these numbers.
value='0.8233 -0.1534 0.2511 success'
heavier='1.8133 -0.1534 2.2311 success'

# rebuilt WHAT PROGRAM BUILD...: the program's value, and its value when an imported file has changed.
rebuilt() {
    local what=$1 program=$2
    shift 2
    expect "$what builds" 0 '' "$@"
    expect "$what runs" 0 "$value" "$program"
    sleep 0.02
    echo 'penalty(w) = sum(w^2)' > "$out/the project/penalty.nn"
    expect "$what builds again" 0 '' "$@"
    expect "$what sees what is imported" 0 "$heavier" "$program"
}
inside() { (cd "$out/the project" && "$@"); }

if has cmake cmake; then
    for generator in 'Unix Makefiles' Ninja; do
        [ "$generator" != Ninja ] || has ninja ninja-build || continue
        project cmake
        expect "CMake, $generator" 0 '' inside cmake -G "$generator" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$CC" \
            -DCMAKE_BUILD_TYPE=Release -S . -B build
        rebuilt "CMake, $generator" "$out/the project/build/app" inside cmake --build build
        expect "CMake, $generator, a library of models" 0 "$heavier" "$out/the project/build/user"
    done
    if has c++ g++; then
        project cmake_cxx
        expect 'CMake without C' 0 '' inside cmake -DCMAKE_PREFIX_PATH="$prefix" -S . -B build
        expect 'CMake without C builds' 0 '' inside cmake --build build
        expect 'CMake without C runs' 0 "$value" "$out/the project/build/app"
    fi
    if has arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf; then
        project cmake
        expect 'another machine' 0 '' inside cmake -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_SYSTEM_NAME=Linux \
            -DCMAKE_SYSTEM_PROCESSOR=arm -DCMAKE_C_COMPILER=arm-linux-gnueabihf-gcc -S . -B build
        expect 'another machine builds' 0 '' inside cmake --build build
        if has qemu-arm qemu-user; then
            expect 'another machine runs' 0 "$value" qemu-arm -L /usr/arm-linux-gnueabihf "$out/the project/build/app"
        fi
    fi
fi

if has meson meson; then
    project meson
    expect 'Meson' 0 '' inside env CC="$CC" meson setup build
    rebuilt 'Meson' "$out/the project/build/app" inside meson compile -C build
fi

if has pkg-config pkg-config; then
    project make
    rebuilt 'make' "$out/the project/app" inside make CC="$CC"
    expect 'no BLAS is forced' 1 '' bash -c "pkg-config --libs gradc | grep -i blas"
    expect 'it has a name' 0 '' pkg-config --print-variables gradc
fi

# By hand, with every compiler that is here.
project make
inside gradc fit.nn
for compiler in gcc:gcc clang:clang tcc:tcc; do
    has "${compiler%:*}" "${compiler#*:}" || continue
    expect "$compiler links the library" 0 '' inside "${compiler%:*}" -I"$prefix/include" main.c fit.c \
        -L"$prefix/lib" -lgradc -lm -o by_hand
    expect "$compiler runs" 0 "$value" "$out/the project/by_hand"
done

rustc=$(PATH=/usr/bin:$PATH command -v rustc) # Debian's first
if has "${rustc:-rustc}" rustc; then
    project rust
    inside gradc fit.nn
    inside gradc --emit=rust fit.nn -o fit.rs
    inside "$CC" -O2 -I"$prefix/include" -c fit.c
    expect 'Rust builds' 0 '' inside "$rustc" --edition 2021 main.rs -C link-arg=fit.o -L "$prefix/lib" \
        -C link-arg=-lgradc -C link-arg=-lm -C link-arg=-lgcc -o app
    expect 'Rust runs' 0 "$value" "$out/the project/app"
fi

expect 'make uninstall' 0 '' make -s -C "$root" uninstall PREFIX="$prefix"
expect 'uninstalling leaves nothing' 1 '' bash -c "find '$prefix' -type f | grep ."
echo "$passed passed, $failed failed"
[ $failed = 0 ]
