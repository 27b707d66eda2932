#!/bin/bash
# threads.sh: rows with OpenMP, two threads against one: both times and the ratio, which should be at most 0.62 (1.6 times as
# fast) where one thread takes 300 microseconds and more. Then one thread against a build without OpenMP, for small work,
# which should cost nothing: at most 1.03 of the processor's time. Wants a machine with two cores that nobody else uses; on
# another, OMP_WAIT_POLICY=passive and CFLAGS with -DBENCH_CLOCK=CLOCK_THREAD_CPUTIME_ID count the main thread's work.
# usage: threads.sh [X...]    CC and CFLAGS as for run.sh.
set -u
cd "$(dirname "$0")" || exit 1
CFLAGS=${CFLAGS:--O3 -march=native}
if [ $# -gt 0 ]; then large=("$@") small=("$@"); else
    large=(two_layer mlp lse kmeans gmm gpt cnn lstm_net)
    small=(lse lstm ode small)
fi

# times THREADS OPTION X...: NAME<tab>microseconds for each row of gradc.
times() {
    local threads=$1 option=$2
    shift 2
    BENCH_THREADS=$threads CFLAGS="$CFLAGS $option" ./run.sh "$@" 2> /dev/null | grep -E ' f(32|64) +gradc ' |
        sed -E 's/^(.*f(32|64)) +gradc +([0-9.]+) us.*/\1\t\3/' | sort -u -t "$(printf '\t')" -k 1,1
}

# compare NAME TIMES NAME TIMES LEAST MOST GOAL: rows of which the first time is at least LEAST and at most MOST are held to
# the goal.
compare() {
    join -t "$(printf '\t')" <(echo "$2") <(echo "$4") |
        awk -F '\t' -v a="$1" -v b="$3" -v least="$5" -v most="$6" -v goal="$7" '{
            verdict = $2 < least || $2 > most ? "" : sprintf("   %s %s", goal, $3 / $2 <= goal ? "met" : "MISSED")
            printf "%-42s %s %11s us   %s %11s us %6.2f%s\n", $1, a, $2, b, $3, $3 / $2, verdict }'
}

echo "OpenMP, ${CC:-gcc} $CFLAGS; medians of 15 rounds, one thread and then two"
one=$(times 1 -fopenmp "${large[@]}") # one after the other: at the same time each would have half of the machine
two=$(times 2 -fopenmp "${large[@]}")
compare "one thread" "$one" "two" "$two" 300 1e9 0.62
echo "without OpenMP, and then one thread with it"
CFLAGS+=" -DBENCH_CLOCK=CLOCK_THREAD_CPUTIME_ID"
without=$(times 1 -fopenmp-simd "${small[@]}")
with=$(times 1 -fopenmp "${small[@]}")
compare "without" "$without" "with" "$with" 0 3000 1.03
