#!/bin/bash
# drawn.sh: what the generator of random programs draws from the seeds of tests/random.sh: every production of the
# grammar and every function of the library, but for those that are listed here with the reason.
# usage: drawn.sh    BUILD and CC as in run.sh.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-$PWD/build}
CC=${CC:-gcc}
BISON=${BISON:-bison}
case $BUILD in *sanitize*) # which changes nothing of what is drawn
    echo '0 passed, 0 failed'
    exit ;;
esac
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
drawing=$(ls tests/random/*.c | grep -v -E '/(generate|shrink|in_process|reductions)\.c$')
make -s random-tools > "$out/log" 2>&1 &&
    "$BISON" -Dparse.trace --report=itemsets --report-file="$out/report" --header="$out/parser.h" -o "$out/parser.c" grammar/parser.y &&
    "$CC" -std=c11 -D_POSIX_C_SOURCE=200809L -w -DSYNTAX_DEBUG=1 -iquote "$out" $(printf -- '-iquote %s ' src/*/) -iquote "$BUILD" \
        -iquote grammar -iquote tests/random "$out/parser.c" tests/random/reductions.c $drawing "$BUILD/libcompiler.a" -lm -o "$out/reductions" 2>> "$out/log" ||
    { cat "$out/log"; exit 1; }
"$out/reductions" 1 1500 2>&1 > "$out/all" | grep -E 'Reducing stack|error:' > "$out/trace"
if grep -m3 error: "$out/trace"; then
    echo "0 passed, 1 failed"
    exit 1
fi
sed -n 's/.*Reducing stack by rule \([0-9]*\).*/\1/p' "$out/trace" | sort -u > "$out/used"

# Productions: `N left: right`, one a line, from bison's report.
sed -n '/^Grammar$/,/^Terminals/p' "$out/report" | awk '
    /^ +[0-9]+ +[^ ]+:/ { left = $2; sub(/:$/, "", left); $2 = ""; print $1, left ":" $0; next }
    /^ +[0-9]+ +[|]/ { $2 = ""; print $1, left ":" $0 }' | sed -E 's/^([0-9]+) ([^:]*:) ?[0-9]+ */\1 \2 /' > "$out/productions"

# Not drawn: what is for errors; the rule of a function of nothing, which
# says nothing; an empty statement between the members of a group; nlp(f, g), whose functions have fixed sizes and share
# names: nlp.sh.
excepted='error|\$accept|names: ε|export: "export" name .=. name|members: members "the end of the line"'
passed=0 failed=0
while read -r number production; do
    if grep -qx "$number" "$out/used" || grep -qE -- "$excepted" <<< "$production"; then
        passed=$((passed + 1))
    else
        echo "FAIL never drawn: $production"
        failed=$((failed + 1))
    fi
done < "$out/productions"

# Functions: the library's in the language, those built in, and the operators that have names. Those that only the
# library calls are excepted.
excepted=' eigh_packed svd_packed qr_packed fft_packed inverse_gaps sums_of_two inverses inverses_of_read qr_adjoint regular_triangle pseudoinverse of_full_rank solve_triu as_columns as_given argsort_rows sort_rows all_finite median_of_sorted quantile_of_sorted nan_of halved no_places axis_first axis_back axes_first axes_reduced part_beside channels_apart merge_last stirling_rest normal_hazard beta_edge log_beta_density log_betainc log_beta_slope log_beta_factor share_slope_a share_slope_b beta_slope_rounds is_beta_low beta_share gamma_term gamma_density log_gamma_density log_gammainc log_gammaincc gamma_slope slope_below slope_above gamma_slope_rounds gamma_below gamma_above gamma_fraction gamma_hazard cofactors lifted_cofactors det_by_lu lu_det cumprod_rows cummax_rows expm_halved halvings_of upper_right group_norm_rows upsample_rows squared_norm norm_kept log_of_sum radial shift drop_unless floor_divide split_last all_axes_but align uniform_like neg add sub mul div pow polygamma eq ne lt le and or not select uniform quotient '
functions=$({
    grep -o '^[a-z_0-9]*(' src/elaborate/prelude.nn | tr -d '('
    # of the files of the library what docs/language.md names
    cat src/elaborate/library/*.nn | grep -o '^[a-z_0-9]*(' | tr -d '(' | grep -xE ".*_(lpdf|lpmf|lcdf|lccdf)|$(grep -oE '[a-z_0-9]+' docs/language.md | tr '\n' '|')"
    sed -n 's/^    {"\([a-z_0-9]*\)", ".*/\1/p' src/elaborate/elaborate_builtin.c
    sed -n 's/^ELEMENTWISE([A-Z_0-9]*, *"\([a-z_0-9]*\)".*/\1/p' src/graph/operators.def
    echo grad jvp jacobian hessian hvp sparse_jacobian sparse_hessian | tr ' ' '\n'
} | sort -u)
grep -oE '[a-z_0-9.]+' "$out/all" | sort -u > "$out/words"
for name in $functions; do
    case $excepted in *" $name "*) continue ;; esac
    if grep -qxF "$name" "$out/words"; then
        passed=$((passed + 1))
    else
        echo "FAIL never drawn: the function $name"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
