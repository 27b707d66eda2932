#!/bin/sh
# probe.sh CC: prints the flags with which a program that calls the CBLAS links, or nothing; a second line if LAPACK
# comes with them. The runtime's references are weak: some linkers leave out a library that only such references name,
# unless they are told not to.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cat > "$folder/blas.c" << 'END'
extern void cblas_dscal(int n, double alpha, double *x, int incx) __attribute__((weak));
int main(void)
{
    double x = 1;
    if (cblas_dscal)
        cblas_dscal(1, 2.0, &x, 1);
    return x != 2;
}
END
cat > "$folder/lapack.c" << 'END'
#include <stddef.h>
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t) __attribute__((weak));
int main(void)
{
    double x = 4;
    int one = 1, info = 0;
    if (dpotrf_)
        dpotrf_("U", &one, &x, &one, &info, 1);
    return x != 2;
}
END

# Whether a program links with these flags and then has what it looks for.
works() {
    program=$1
    shift
    $CC -o "$folder/probe" "$folder/$program.c" "$@" -lm 2> /dev/null && "$folder/probe"
}

CC=$1
for library in "$(pkg-config --libs openblas 2> /dev/null)" "-lopenblas" "$(pkg-config --libs cblas 2> /dev/null)" \
    "-lcblas"; do
    [ -n "$library" ] || continue
    for keep in "-Wl,--no-as-needed" ""; do
        # shellcheck disable=SC2086
        works blas $keep $library || continue
        # shellcheck disable=SC2086
        for lapack in "" "-llapack"; do
            if works lapack $keep $library $lapack; then
                echo $keep $library $lapack
                echo lapack
                exit 0
            fi
        done
        # shellcheck disable=SC2086
        echo $keep $library
        exit 0
    done
done
