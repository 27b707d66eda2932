#!/bin/sh
# probe.sh CC: prints the flags with which a program that calls the CBLAS links, or nothing.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cat > "$folder/probe.c" << 'END'
void cblas_dscal(const int n, const double alpha, double *x, const int incx);
int main(void)
{
    double x = 1;
    cblas_dscal(1, 2.0, &x, 1);
    return x != 2;
}
END
for flags in "$(pkg-config --libs openblas 2> /dev/null)" "-lopenblas" "$(pkg-config --libs cblas 2> /dev/null)" \
    "-lcblas"; do
    [ -n "$flags" ] || continue
    # shellcheck disable=SC2086
    if $1 -o "$folder/probe" "$folder/probe.c" $flags -lm 2> /dev/null; then
        echo "$flags"
        exit 0
    fi
done
