#!/bin/sh
# probe.sh: what this machine has.
#   probe.sh blas CC        "yes" if a program that calls cblas_dgemm links, else "no"
#   probe.sh blas-libs CC   the flags it links with
set -u
libraries=""
program=$(mktemp -d) || exit 1
trap 'rm -rf "$program"' EXIT
cat > "$program/probe.c" << 'END'
void cblas_dscal(const int n, const double alpha, double *x, const int incx);
int main(void) { double x = 1; cblas_dscal(1, 2.0, &x, 1); return x != 2; }
END
found=no
for flags in "$(pkg-config --libs openblas 2> /dev/null)" "-lopenblas" "$(pkg-config --libs cblas 2> /dev/null)" \
    "-lcblas"; do
    [ -n "$flags" ] || continue
    # shellcheck disable=SC2086
    if $2 -o "$program/probe" "$program/probe.c" $flags -lm 2> /dev/null; then
        found=yes libraries=$flags
        break
    fi
done
case $1 in
blas) echo "$found" ;;
blas-libs) echo "$libraries" ;;
esac
