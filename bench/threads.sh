#!/bin/bash
# threads.sh: rows with OpenMP, two threads against one: both times and the ratio, which should be at most 0.62 (1.6 times as
# fast) where one thread takes 300 microseconds and more. Wants a machine with two cores that nobody else uses.
# usage: threads.sh [X...]    CC and CFLAGS as for run.sh.
set -u
cd "$(dirname "$0")" || exit 1
export CFLAGS="${CFLAGS:--O3 -march=native} -fopenmp"
if [ $# -gt 0 ]; then programs=("$@"); else programs=(two_layer mlp lse kmeans gmm); fi

# times THREADS: NAME<tab>microseconds for each row of gradc.
times() {
    BENCH_THREADS=$1 ./run.sh "${programs[@]}" 2> /dev/null | grep -E ' f(32|64) +gradc ' |
        sed -E 's/^(.*f(32|64)) +gradc +([0-9.]+) us.*/\1\t\3/' | sort -u -t "$(printf '\t')" -k 1,1
}

echo "OpenMP, ${CC:-gcc} $CFLAGS; medians of 15 rounds, one thread and then two"
one=$(times 1) # one after the other: at the same time each would have half of the machine
two=$(times 2)
join -t "$(printf '\t')" <(echo "$one") <(echo "$two") |
    awk -F '\t' '{ printf "%-42s one thread %11.3f us   two %11.3f us %6.2f%s\n", $1, $2, $3, $3 / $2,
                   $2 < 300 ? "" : $3 / $2 <= 0.62 ? "   0.62 met" : "   0.62 MISSED" }'
