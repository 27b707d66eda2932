#!/bin/bash
# campaign.sh: random programs over the whole language for as long as wanted, through the C compilers that are there and
# in process; see docs/testing.md. What fails is left, made smaller, in a folder that is named.
# usage: campaign.sh SECONDS [SEED]    JOBS says how many processes run at once (default: as many as there are cores),
# FOUND the folder for what fails, ONLY=compilers or ONLY=process one of the two kinds, WEIGHT=heavy only ways that take
# seconds, WAY='|gcc -O3 -march=native|' this one (judge.sh), LONGEST=250000 only programs whose C has no more bytes. Ends
# with `N passed, N failed`; the status is 1 if any failed.
set -u
cd "$(dirname "$0")/.." || exit 2
seconds=${1?how many seconds}
first=${2-$(date +%s%N | cut -c6-16)}
start=$(date +%s) # building counts, too
GRADC=${GRADC:-$PWD/gradc}
BUILD=${BUILD:-$PWD/build}
JOBS=${JOBS:-$(nproc 2> /dev/null || echo 1)}
TOOLS=$BUILD/random
export GRADC BUILD TOOLS

# ---- Ways of building ----

has() {
    command -v "$1" > /dev/null
}

# The compilers that are there.
gccs=() clangs=()
for compiler in gcc gcc-11; do ! has $compiler || gccs+=("$compiler"); done
for compiler in clang clang-14 clang-15 clang-16; do ! has $compiler || clangs+=("$compiler"); done
quick=${CC:-gcc}" -O0"
! has tcc || quick=tcc

# way SEED WEIGHT: quick ones often, since they run many functions; `-O3 -march=native` takes seconds for each.
way() {
    [ -z "${WAY-}" ] || { echo "$WAY"; return; }
    RANDOM=$(($1 % 32768))
    local options=("" "" "" -O0 -O1 --standalone "--standalone -O1") levels=(-O1 -O2 -O2 -O3 "-O3 -march=native" "-O3 -march=native")
    local option=${options[RANDOM % 7]} level=${levels[RANDOM % 6]} compiler words="" kind=$((RANDOM % 10)) extra=""
    [ "$2" = heavy ] || kind=0
    case $kind in
    0) compiler=$quick ;;
    3) compiler="${gccs[RANDOM % ${#gccs[@]}]} -O0" ;;
    4 | 5) [ ${#clangs[@]} = 0 ] && compiler=${gccs[0]} || compiler=${clangs[RANDOM % ${#clangs[@]}]}; compiler+=" $level" ;;
    *) compiler="${gccs[RANDOM % ${#gccs[@]}]} $level" ;;
    esac
    [ $((RANDOM % 4)) != 0 ] || extra+=" -DGRADC_BLOCK=2"
    [ $((RANDOM % 6)) != 0 ] || extra+=" -DGRADC_WORTH_THREADS=1 -DGRADC_WORTH_ADDING=0"
    case $compiler in gcc*) [ $((RANDOM % 5)) != 0 ] || extra+=" -fopenmp" ;; esac
    case $compiler in *" -O0") extra+=" -Wall -Wextra -Werror -pedantic" ;; esac
    [ $((RANDOM % 6)) != 0 ] || { option+=" --precision=float32"; words=float32; }
    echo "$option|$compiler$extra|$words"
}

# ---- Through compilers ----

# One program: counts, and what fails alone or only together.
batch() {
    local seed=$1 count=3 base=$out/$1 way kind log
    way=$(way "$seed" "$2")
    export LEFT=$((end - $(date +%s) + 5))
    case $way in *"|tcc"* | *-O0*) count=8 ;; esac
    "$TOOLS/generate" "$seed" $count "$base" || return
    log=$(tests/random/judge.sh "$way" "$base.nn" "$base.case")
    kind=$(tail -1 <<< "$log")
    if [ "$kind" = "out of time" ]; then
        : # nothing is known
    elif [ "$kind" = passes ]; then
        echo "$count passed, 0 failed by ${way#*|}"
    else
        one_by_one "$seed" $count "$way"
    fi
    rm -f "$base".*
}

one_by_one() {
    local seed=$1 count=$2 way=$3 failed=0 kind which base
    for ((which = 0; which < count; which++)); do
        base=$out/${seed}_$which
        "$TOOLS/generate" "$seed" "$count" "$base" "$which"
        kind=$(tests/random/judge.sh "$way" "$base.nn" "$base.case" | tail -1)
        [ "$kind" = passes ] || [ "$kind" = "out of time" ] || { failed=$((failed + 1)); found "$base" "$way" "$kind" "$seed $count $which"; }
        rm -f "$base".*
    done
    if [ $failed = 0 ]; then
        failed=1 base=$out/$seed
        "$TOOLS/generate" "$seed" "$count" "$base"
        kind=$(tests/random/judge.sh "$way" "$base.nn" "$base.case" | tail -1)
        found "$base" "$way" "$kind (together only)" "$seed $count"
    fi
    echo "$((count - failed)) passed, $failed failed by ${way#*|}"
}

# Keeps what fails, and makes it smaller while there is time and its kind is new.
found() {
    local base=$1 way=$2 kind=$3 seed=$4 name known left
    name=$(basename "$base")
    known=$(grep -c -F -x -- "$kind" "$FOUND/kinds" 2> /dev/null)
    echo "$kind" >> "$FOUND/kinds"
    echo "FAIL $kind  (generate $seed; $way)"
    [ "${known:-0}" -lt "${KEPT:-3}" ] || return
    left=$((end - $(date +%s) + 5))
    [ $left -le 60 ] || left=60
    [ $left -le 1 ] || timeout $((left + 30)) "$TOOLS/shrink" $left "$base.nn" "$base.case" tests/random/judge.sh "$way" > /dev/null 2>&1
    {
        echo "# $kind"
        echo "# TOOLS=$TOOLS GRADC=$GRADC BUILD=$BUILD REFERENCE='$REFERENCE' tests/random/judge.sh '$way' $FOUND/$name.nn $FOUND/$name.case"
        echo "# drawn by: generate $seed"
        cat "$base.nn"
    } > "$FOUND/$name.nn"
    cp "$base.case" "$FOUND/$name.case"
}

compilers() { # FIRST STEP
    local seed=$1 batches=0 weight
    while [ "$(date +%s)" -lt "$end" ]; do # four quick ones, then one that takes seconds
        [ $((batches++ % 5)) = 4 ] && weight=heavy || weight=${WEIGHT:-quick}
        batch "$seed" "$weight"
        seed=$((seed + $2))
    done
}

# ---- In process ----

process() { # FIRST
    local left=$((end - $(date +%s)))
    [ $left -gt 0 ] || return
    "$TOOLS/in_process" "$1" $left 0 "$FOUND"
}

# ---- Both ----

make -s random-tools > "${TMPDIR:-/tmp}/campaign.$$.log" 2>&1 || {
    cat "${TMPDIR:-/tmp}/campaign.$$.log"
    echo "0 passed, 1 failed"
    exit 1
}
rm -f "${TMPDIR:-/tmp}/campaign.$$.log"
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT
FOUND=${FOUND:-$PWD/build/found/$first}
mkdir -p "$FOUND"
export REFERENCE="-O0|$quick|"
end=$((start + seconds))
workers=()
if [ "$JOBS" -gt 1 ] && [ -z "${ONLY-}" ]; then
    process "$first" > "$out/report.process" & workers+=($!)
    for ((j = 1; j < JOBS; j++)); do
        compilers $((first + j)) "$JOBS" > "$out/report.$j" & workers+=($!)
    done
elif [ "${ONLY-}" = process ]; then
    process "$first" > "$out/report.process"
elif [ "${ONLY-}" = compilers ]; then
    for ((j = 0; j < JOBS; j++)); do
        compilers $((first + j)) "$JOBS" > "$out/report.$j" & workers+=($!)
    done
else
    end=$((start + (seconds + 1) / 2))
    process "$first" > "$out/report.process"
    end=$((start + seconds))
    compilers "$first" 1 > "$out/report.1"
fi
[ ${#workers[@]} = 0 ] || wait "${workers[@]}"
cat "$out"/report.* > "$FOUND/report"
grep FAIL "$FOUND/report" | sed 's/  (.*//' | sort | uniq -c | sort -rn
[ -s "$FOUND/kinds" ] && echo "what failed is in $FOUND"
echo "seed $first"
awk '/^[0-9]+ passed, [0-9]+ failed/ { passed += $1; failed += $3 }
     END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 || passed == 0 }' "$FOUND/report"
