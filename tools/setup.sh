#!/bin/sh
# setup.sh: installs what building and testing gradc needs and this machine lacks.
#   setup.sh             with apt-get, through sudo when not root; says what and why
#   setup.sh --missing   only names what is missing; status 1 if anything is
set -u

# command or header, Debian package, what for
needs='flex flex the scanner
bison bison the parser
pkg-config pkg-config finding libraries
check.h check the unit tests
g++ g++ checking that emitted C is also C++'

compiler=${CC:-cc}

# Whether a header can be included or a command run.
present() {
    case $1 in
    *.h) echo "#include <$1>" | $compiler -E -x c - > /dev/null 2>&1 ;;
    *) command -v "$1" > /dev/null 2>&1 ;;
    esac
}

cd "$(dirname "$0")/.." || exit 1
missing=""
while read -r what package why; do
    if ! present "$what"; then
        echo "gradc needs $what ($why): package $package" >&2
        missing="$missing $package"
    fi
done << END
$needs
END

[ -n "$missing" ] || exit 0
if [ "${1-}" = --missing ]; then
    echo "install the packages$missing, or run: make setup" >&2
    exit 1
fi
if ! command -v apt-get > /dev/null; then
    echo "there is no apt-get here; please install what Debian calls:$missing" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null && [ ! -t 0 ]; then
        echo "installing needs root; please run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "installing:$missing" >&2
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
}
install || { $as_root apt-get update && install; } || {
    echo "apt-get could not install them; please install:$missing" >&2
    exit 1
}
