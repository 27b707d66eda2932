#!/bin/sh
# deb.sh: BUILD/gradc_VERSION_ARCHITECTURE.deb of what is installed in BUILD/deb/usr.
# usage: deb.sh BUILD VERSION
set -eu
cd "$(dirname "$0")/.."
build=$1
tree=$build/deb
if ! command -v dpkg-deb > /dev/null; then
    echo "make deb needs dpkg-deb: package dpkg" >&2
    exit 1
fi
architecture=$(dpkg --print-architecture)
date=$(date -R -u -d "@$(git log -1 --format=%ct 2> /dev/null || date +%s)")
maintainer='The authors of gradc <gradc@localhost>'
strip --strip-unneeded "$tree/usr/bin/gradc"
strip --strip-debug "$tree/usr/lib/libgradc.a"
gzip -9n "$tree"/usr/share/man/man1/gradc.1 "$tree"/usr/share/man/man5/gradc.5
mkdir -p "$tree/DEBIAN" "$tree/usr/lib/python3/dist-packages"
# The Python package where Debian's Python finds it.
cp -r "$tree/usr/share/gradc/python/gradc" "$tree/usr/lib/python3/dist-packages/gradc"
docs=$tree/usr/share/doc/gradc
{
    echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
    echo 'Files: *'
    sed -n 's/^Copyright (c) /Copyright: /p' LICENSE | head -1
    echo 'License: Expat'
    sed -e '/^$/s/.*/./' -e 's/^/ /' LICENSE
} > "$docs/copyright"
rm -f "$docs/LICENSE"
printf 'gradc (%s) unstable; urgency=low\n\n  * As released.\n\n -- %s  %s\n' "$2" "$maintainer" "$date" |
    gzip -9n > "$docs/changelog.gz"
# The C library that the command was linked with, at least.
needed=$(objdump -T "$tree/usr/bin/gradc" | grep -o 'GLIBC_2\.[0-9.]*' | sort -uV | tail -1)
cat > "$tree/DEBIAN/control" << EOF
Package: gradc
Version: $2
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: libc6 (>= ${needed#GLIBC_})
Recommends: gcc | c-compiler
Suggests: python3-numpy, graphviz
Section: devel
Priority: optional
Description: compiler of mathematics to C, with its derivatives
 gradc reads functions in a small language of mathematics, differentiates
 them in reverse mode and writes plain C99 that allocates nothing and keeps
 no state. The package has the command, its runtime library and headers, the
 Python package, the documentation and what editors need.
EOF
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) > "$tree/DEBIAN/md5sums"
find "$tree" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group --build "$tree" "$build/gradc_$2_$architecture.deb"
