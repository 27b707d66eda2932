#!/bin/bash
# failures.sh: the surroundings of the compiler fail: each allocation and each call on files once, disks, pipes, folders,
# signals. Whatever fails, gradc says one line, ends with status 2, gives its memory back, leaves the outputs of before
# as they were, and no other file.
set -u
shopt -s nullglob
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
CC=${CC:-gcc}
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
tests=$PWD
cd "$out" || exit 1

cat > model.nn << 'END'
import "layers.nn"
dim H = 3
f(x: [n, H], W: [H, H], k: int) {
    y = layer(x, W)
    for t in 0..4 { y = y + tanh(y @ W) }
    if k > 0 { y = y * k_weight(k) }
    return loss = sum(y)
}
k_weight(k: int) = real(k)
g(x: [4]) = sum(exp(x))
export f wrt x, W
export g wrt x: hessian, sparse_hessian, jvp
END
echo 'layer(x, W) = relu(x @ W)' > layers.nn
echo 'f(x: [n]) = sum(x^2' > wrong.nn

fault() {
    failed=$((failed + 1))
    echo "FAIL $1"
}

# ---- Each allocation, each call on a file ----

# ends_well WHAT KIND: after a failure, by $status and what lies in work/; `made` are the files of a good run.
ends_well() {
    local what=$1 lines text file
    mapfile -t lines < error
    text=${lines[0]-}
    # An import that cannot be read is told where it stands, as a mistake of the program.
    if [ "$status" = 1 ] && [[ $text == *'cannot read "layers.nn"'* ]]; then
        lines=("$text") status=2
    fi
    [ "$status" = 0 ] || [ "$status" = 2 ] || { fault "$what: status $status: $text"; return; }
    if [ "$status" = 2 ]; then
        [ ${#lines[@]} = 1 ] && [[ $text == gradc:\ error:\ * || $text == *cannot\ read* ]] || { fault "$what: says ${lines[*]-nothing}"; return; }
    else
        [ ${#lines[@]} = 0 ] || { fault "$what: is done, and says $text"; return; }
    fi
    read -r _ blocks < report
    [ "$blocks" -le "$kept" ] || { fault "$what: $blocks blocks of memory are not given back"; return; }
    # Each file is as before or as it is to be.
    for file in work/*; do
        [[ " $made " == *" $file "* ]] || { fault "$what: leaves $file"; return; }
        [ "$(< "$file")" = before ] && [ "$status" = 2 ] || cmp -s "$file" "good/${file#work/}" ||
            { fault "$what: leaves $file unfinished"; return; }
    done
    passed=$((passed + 1))
}

fail_one() { # WHAT AT ARGUMENT...
    local what=$1 at=$2
    shift 2
    FAIL_WHAT=$what FAIL_AT=$at FAIL_REPORT=3 LD_PRELOAD=$out/fail.so "$GRADC" "$@" > /dev/null 2> error 3> report
    status=$?
}

# fail_all WHAT STEP ARGUMENT...: fails the calls 1, 1 + STEP, ... of gradc ARGUMENT...
fail_all() {
    local what=$1 step=$2 count at file kept
    shift 2
    rm -rf good work
    mkdir work
    fail_one "$what" 0 "$@"
    read -r count kept < report
    # The C library keeps the buffer of standard output.
    if [ "$status" != 0 ] || [ "$kept" -gt 1 ]; then
        fault "$*: status $status, $kept blocks are not given back: $(head -1 error)"
        return
    fi
    cp -r work good
    made=$(echo work/*)
    for ((at = 1; at <= count; at += step)); do
        for file in $made; do echo before > "$file"; done
        fail_one "$what" $at "$@"
        ends_well "gradc $*: $what, call $at"
    done
}

# Sanitizers bring an allocator of their own.
if "$CC" -std=c11 -O1 -shared -fPIC "$tests/hostile/fail.c" -o fail.so -ldl 2> error && ! grep -q __asan_init "$GRADC"; then
    fail_all memory 1 model.nn -o work/model.c -MD
    fail_all memory 1 model.nn --emit=graph -o work/graph
    fail_all memory 1 model.nn --emit=math -o work/math
    fail_all memory 3 model.nn --emit=interface -o work/interface
    fail_all memory 3 model.nn --emit=latex -o work/latex
    fail_all memory 3 model.nn --emit=dot -o work/dot
    fail_all memory 7 model.nn --emit=html -o work/page.html
    fail_all memory 1 model.nn --format -o work/again.nn
    fail_all memory 3 model.nn --emit=python -o work/model.py
    fail_all memory 1 model.nn --emit=ast -o work/ast
    fail_all memory 5 model.nn --check
    fail_all memory 5 "$tests/../examples/programs/cnn.nn" --standalone -o work/cnn.c
    fail_all files 1 model.nn -o work/model.c -MD
    fail_all files 1 model.nn --emit=ast -o work/ast
    fail_all files 1 model.nn --emit=math -o -
fi

# ---- Disks, pipes, folders ----

# untouched WHAT FILE...: work/ holds these files, all as before, and no other.
untouched() {
    local what=$1 file
    shift
    for file in work/* work/.[!.]*; do
        [[ " $* " == *" $file "* ]] || { fault "$what: leaves $file"; return; }
        [ "$(< "$file")" = before ] || { fault "$what: changes $file"; return; }
    done
    passed=$((passed + 1))
}

rm -rf work
mkdir work
echo before | tee work/m.c work/m.h > /dev/null
expect 'a full device' 2 'cannot write /dev/full: No space left on device' "$GRADC" model.nn -o /dev/full
expect 'full standard output' 2 'cannot write standard output' bash -c "'$GRADC' model.nn -o - > /dev/full"
expect 'full standard output of --check' 2 'cannot write standard output' bash -c "'$GRADC' model.nn --check > /dev/full"
expect 'full standard output of --help' 2 'cannot write standard output' bash -c "'$GRADC' --help > /dev/full"
expect 'a closed pipe' 2 'cannot write standard output: Broken pipe' \
    bash -c "set -o pipefail; { sleep 0.1; '$GRADC' model.nn -o -; } | :"
expect 'closed standard output' 2 'cannot write standard output' bash -c "'$GRADC' model.nn -o - >&-"
expect 'closed standard input' 2 'cannot read' bash -c "'$GRADC' - <&-"
expect 'closed standard error' 1 '' bash -c "'$GRADC' wrong.nn 2>&-"
expect 'a file that grows too large' 2 'cannot write work/m.c: File too large' \
    bash -c "ulimit -f 1; '$GRADC' model.nn -o work/m.c"
untouched 'a file that grows too large' work/m.c work/m.h
mkdir folder.nn
expect 'a folder as input' 2 'cannot read folder.nn: Is a directory' "$GRADC" folder.nn
mkfifo pipe.nn
printf 'import "pipe.nn"\nf(x) = x\n' > reads_pipe.nn
expect 'an import that may never end' 1 'cannot read "pipe.nn": it is a pipe or a device, and no file' timeout 20 "$GRADC" reads_pipe.nn -o work/pipe.c
expect 'a folder for an output' 2 'cannot write folder.nn: Is a directory' "$GRADC" model.nn --emit=ast -o folder.nn
mkdir work/n.h
expect 'a folder as the header' 2 'cannot write work/n.h: Is a directory' "$GRADC" model.nn -o work/n.c
rmdir work/n.h
untouched 'a folder as the header' work/m.c work/m.h
expect 'an import that is the output' 2 'would replace the input' "$GRADC" model.nn --emit=ast -o model.nn
expect 'an imported file as output' 2 'would replace the input' "$GRADC" model.nn --emit=graph -o layers.nn

# ---- Signals ----

# While gradc waits for someone to read the second of its outputs, the temporary file of the first exists.
end_by() { # SIGNAL STATUS
    local signal=$1 expected=$2 process status
    rm -rf work
    mkdir work
    echo before > work/m.c
    mkfifo work/m.h
    "$GRADC" model.nn -o work/m.c 2> error &
    process=$!
    for _ in {1..200}; do
        compgen -G 'work/m.c.*' > /dev/null && break
        sleep 0.02
    done
    compgen -G 'work/m.c.*' > /dev/null || fault "SIG$signal: no temporary file to wait for"
    kill -s "$signal" $process
    [ "$expected" != 0 ] || cat work/m.h > /dev/null
    wait $process 2> /dev/null
    status=$?
    rm -f work/m.h
    [ $status = "$expected" ] || fault "SIG$signal: status $status, not $expected"
    if [ "$expected" = 0 ]; then
        cmp -s work/m.c good.c && [ "$(echo work/*)" = work/m.c ] && passed=$((passed + 1)) || fault "SIG$signal: the work is not finished"
    else
        untouched "SIG$signal" work/m.c
    fi
}

"$GRADC" model.nn -o good.c
sed -i 's/good\.h/m.h/' good.c
for signal in TERM HUP ALRM XCPU; do
    # what whoever runs the tests ignores (nohup), gradc ignores too
    [ -z "$(trap -p "$signal")" ] || continue
    end_by $signal $((128 + $(kill -l $signal)))
done
for signal in XFSZ PIPE; do end_by $signal 0; done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
