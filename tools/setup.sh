#!/bin/sh
# setup.sh: installs what building and testing gradc needs and this machine lacks.
#   setup.sh             with apt-get, through sudo when not root; says what and why
#   setup.sh accuracy    also what measuring errors needs; setup.sh coverage: what counting lines needs
#   setup.sh embedded    also what the examples for microcontrollers need (800 MB)
#   setup.sh playground  also what making and testing the playground needs (1.1 GB)
#   setup.sh bench       also what make bench compares with (1.5 GB)
#   setup.sh everything  also what any test can use (2.5 GB)
#   setup.sh --missing   only names what is missing; status 1 if anything that is needed is
# With BLAS=no in the environment, not the libraries of linear algebra, without which gradc works too.
set -u

# command, header, library or module, Debian package, what for
generates='flex flex the scanner
bison bison the parser
'
[ ! -d "$(dirname "$0")/../grammar/generated" ] || generates=''
needs="${generates}pkg-config pkg-config finding libraries
check.h check the unit tests
g++ g++ checking that emitted C is also C++"
uses='numpy python3-numpy the Python package
mpicc libopenmpi-dev the example of many machines
mpirun openmpi-bin running it
coin/IpStdCInterface.h coinor-libipopt-dev the example of optimal control
cjson/cJSON.h libcjson-dev the example that answers GradBench'
[ "${BLAS-}" = no ] || uses="libopenblas.so libopenblas-dev large matrix products
liblapack.so liblapack-dev large factorisations
$uses"

accuracy='mpfr.h libmpfr-dev exact values'
coverage='gcovr gcovr counting the lines that tests run'
embedded='arm-none-eabi-gcc gcc-arm-none-eabi compiling for microcontrollers
/usr/lib/arm-none-eabi/include/math.h libnewlib-arm-none-eabi their C library
qemu-system-arm qemu-system-arm emulating one'
playground='emcc emscripten compiling for browsers
chromium chromium trying the page'
bench='torch python3-torch the networks
/usr/include/adolc libadolc-dev small functions
/usr/include/eigen3 libeigen3-dev geometry in C++
/usr/lib/R/site-library/StanHeaders r-cran-stanheaders densities in C++
/usr/include/boost libboost-dev what these include
/usr/include/tbb libtbb-dev what these include'
others='dot graphviz pictures
rustc rustc trying the modules of Rust
vim vim looking at colours
pygmentize python3-pygments looking at colours
nvim neovim trying the language server in an editor
cmake cmake trying the CMake package
meson meson trying the recipe for Meson
tcc tcc trying a small compiler'
case ${1-} in
accuracy) needs="$needs
$accuracy" ;;
coverage) needs="$needs
$coverage" ;;
embedded) needs="$needs
$embedded" ;;
playground) needs="$needs
$playground" ;;
bench) uses="$uses
$bench" ;;
everything) uses="$uses
$others
$embedded
$playground" ;;
esac

compiler=${CC:-cc}

# Whether a header can be included, a library is where the linker looks, a module of Python or a command is there.
present() {
    case $1 in
    numpy | torch) python3 -c "import $1" 2> /dev/null || /usr/bin/python3 -c "import $1" 2> /dev/null ;;
    /*) [ -e "$1" ] ;;
    *.h) echo "#include <$1>" | $compiler -E -x c - > /dev/null 2>&1 ;;
    *.so) [ "$($compiler -print-file-name="$1" 2> /dev/null)" != "$1" ] ;;
    *) command -v "$1" > /dev/null 2>&1 ;;
    esac
}

# missing VERB LIST: the packages of those lines of the list whose first word is missing; says which, and why.
missing() {
    echo "$2" | while read -r what package why; do
        [ -n "$what" ] && ! present "$what" || continue
        echo "gradc $1 $what ($why): package $package" >&2
        printf ' %s' "$package"
    done
}

# What cannot be had ends the work only if it is needed.
give_up() {
    echo "$1" >&2
    [ -z "$needed" ]
    exit
}

cd "$(dirname "$0")/.." || exit 1
needed=$(missing needs "$needs")
used=$(missing "can use" "$uses")
[ -n "$needed$used" ] || exit 0
if [ "${1-}" = --missing ]; then
    give_up "install the packages$needed$used, or run: make setup"
fi
if ! command -v apt-get > /dev/null; then
    give_up "there is no apt-get here; please install what Debian calls:$needed$used"
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null && [ ! -t 0 ]; then
        give_up "installing needs root; please run: apt-get install$needed$used"
    fi
    as_root=sudo
fi
echo "installing:$needed$used" >&2
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1
}
install "$needed$used" || { $as_root apt-get update && install "$needed$used"; } ||
    { [ -n "$needed" ] && [ -n "$used" ] && install "$needed"; } ||
    give_up "apt-get could not install them; please install:$needed$used"
