#!/bin/sh
# dist.sh: BUILD/gradc-VERSION.tar.gz: the files under version control, as they are here, and in grammar/generated what flex
# and bison made of the grammar.
# usage: dist.sh BUILD VERSION
set -eu
cd "$(dirname "$0")/.."
build=$1
name=gradc-$2
if ! git rev-parse --git-dir > /dev/null 2>&1; then
    echo "make dist takes the files that are under version control, but this is no working copy" >&2
    exit 1
fi
rm -rf "${build:?}/$name"
mkdir -p "$build/$name/grammar/generated"
git ls-files -z | tar --null --files-from=- -cf - | tar -xf - -C "$build/$name"
cp "$build"/lexer.[ch] "$build"/parser.[ch] "$build/$name/grammar/generated"
# The same files give the same bytes.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$build" -cf - "$name" |
    gzip -9n > "$build/$name.tar.gz"
rm -rf "${build:?}/$name"
echo "$build/$name.tar.gz"
