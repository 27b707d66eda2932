#!/bin/bash
# check.sh: --check as its user meets it: what its table has, what it finds, at points of one's own.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
root=$PWD/..
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
cd "$out" || exit 1

cat > net.nn << 'END'
net(x: [N, D], k: int[N], W: [D, C]) {
    scores[i, c] = sum[d](x[i, d] * W[d, c])
    z = tanh(scores)
    return loss = sum(z * z[0, k[0]])
}
export net wrt W: jvp, hvp
END
expect 'a sound program' 0 'net                  d_W' "$GRADC" --check net.nn
for entry in forward backward gradient jvp hvp; do
    expect "the entry $entry" 0 "net                  $entry " "$GRADC" --check net.nn
done

# A derivative that is wrong is told by differences; the entries are what the graph says.
cat > rule.nn << 'END'
cube(x) = x^3
rule cube(x) = y { d_x = 2 * d_y * x }
f(x: [n]) = sum(cube(x))
export f wrt x
END
expect 'a wrong derivative' 1 'WRONG' "$GRADC" --check rule.nn
expect 'that is its gradient' 1 '' bash -c "'$GRADC' --check rule.nn | grep -q 'f  *d_x .*WRONG' && exit 1"
expect 'its entries' 1 '' bash -c "'$GRADC' --check rule.nn | grep -q 'f  *gradient .*ok' && exit 1"

expect 'which may be meant' 1 'WRONG, unless the rule of cube means it so' "$GRADC" --check rule.nn

# What is stopped is held fixed where differences are taken: at the place it has in rounds and branches. A gradient that is
# wrong beside it is still told, and one that needs nothing held is just right.
cat > stopped.nn << 'END'
factor(x: [n]) = sum(stop_gradient(x)^2 * x)
within(x: [n], W: [n, n]) {
    s = x
    for t in 0..5 {
        s = sin(W @ s) + 0.3 * stop_gradient(s * x)
        if sum(s) > 0 {
            s = s + x / (1 + stop_gradient(sum(s)^2))
        }
    }
    return y = sum(s^2)
}
of_gradient(x: [n]) {
    y = sum(stop_gradient(x)^2 * x^3)
    return z = sum(grad(y, x) * x)
}
beside(x: [n]) = logsumexp(x - stop_gradient(max(x))) + stop_gradient(max(x))
END
held='ok, with what stop_gradient gives held fixed'
for function in factor within of_gradient; do
    expect "stopped: $function" 0 "$held" "$GRADC" --check --function=$function stopped.nn
done
expect 'stopped: another input' 0 '' bash -c "'$GRADC' --check --function=within stopped.nn | grep -q 'd_W .* $held'"
expect 'stopped: nothing to hold' 0 'd_x' "$GRADC" --check --function=beside stopped.nn
expect 'stopped: nothing is held' 1 '' bash -c "'$GRADC' --check --function=beside stopped.nn | grep held"
expect 'stopped: at a point' 0 "$held" "$GRADC" --check --at 'x=[1, 2]' --function=factor stopped.nn
expect 'stopped: the function alone' 1 '' bash -c "'$GRADC' --check --function=factor stopped.nn | grep within"
printf 'cube(x) = x^3\nrule cube(x) = y { d_x = 2 * d_y * x }\nf(x: [n]) = sum(cube(x) * stop_gradient(x))\n' > both.nn
expect 'stopped beside a wrong derivative' 1 'WRONG, unless the rule of cube' "$GRADC" --check both.nn

# At a point of one's own, which may be where the program fails.
echo 'f(x: [n]) = sum(sqrt(x))' > root.nn
expect 'a point' 0 'd_x' "$GRADC" --check --at 'x=[1, 2, 3]' root.nn
expect 'a point without a value' 1 'no finite values there' "$GRADC" --check --at 'x=[-1, 2, 3]' root.nn
printf 'f(x: [n], k: int) {\n    require x > 0\n    return y = sum(log(x)) * x[k]\n}\n' > required.nn
expect 'a point that the program does not allow' 1 'd_x                             -  GRADC_EREQUIRE' "$GRADC" --check --at 'x=[-1],k=0' required.nn
expect 'a place outside' 1 'GRADC_EINDEX' "$GRADC" --check --at 'x=[1],k=2' required.nn
expect 'no point' 2 'no value for the size n' "$GRADC" --check --at 'y=1' root.nn
expect 'what nothing takes up' 2 'there is no parameter or size y' "$GRADC" --check --at 'x=[1],y=1' root.nn

# Programs whose entries take every path of the back end. Some have gradients of their own, which no differences give.
entries_hold() { ! "$GRADC" --check "$1" | grep -E ' (forward|backward|gradient|(sparse_)?(jacobian|hessian)|jvp|hvp) .*WRONG'; }
for program in "$root"/examples/programs/{cnn,gp,gmm,lstm,kmeans,ba,pinn}.nn \
    "$root"/tests/run/{lanes,states,choice,updates,single,sparse}.nn; do
    expect "$(basename "$program")" 0 '' entries_hold "$program"
done

# The C as the user's own compiler makes it.
export CFLAGS=-O0
expect 'compiled' 0 'net                  compiled jvp ' "$GRADC" --check=c net.nn
expect 'compiled, float32' 0 'compiled hvp ' "$GRADC" --check=c --precision=float32 net.nn
expect 'compiled, at a point' 0 'compiled gradient ' "$GRADC" --check=c --at 'x=[1, 2, 3]' root.nn
printf 'f(a: [m], X: [N, m]) = sum((X\x27 @ X) @ tanh(a))\nexport f wrt a given X\n' > given.nn
printf 'f(x: [3]) = sum(x^2)\ng(x: [3]) = [x[0] * x[1], x[2]]\nexport p = nlp(f, g) wrt x\n' > nlp.nn
expect 'compiled, behind prepare' 0 'compiled gradient ' "$GRADC" --check=c given.nn
expect 'compiled, for solvers' 0 'compiled lagrangian_hessian ' "$GRADC" --check=c nlp.nn
expect 'what is checked beside the graph' 2 '--check=d: there is c' "$GRADC" --check=d net.nn
expect 'no compiler' 2 'there is no C compiler `no-such-cc`; CC names another one' env CC=no-such-cc "$GRADC" --check=c net.nn
expect 'no folder' 2 'cannot make a folder in /nowhere' env TMPDIR=/nowhere "$GRADC" --check=c net.nn
expect 'a compiler that fails' 1 'does not compile the C:' env CFLAGS=-fno-such-flag "$GRADC" --check=c net.nn
if echo 'int main(void) { return 0; }' > m32.c && ${CC:-cc} -m32 m32.c -o m32 2> m32.log && ./m32 2>> m32.log; then
    expect 'with x87' 0 'compiled gradient ' env CFLAGS='-O1 -m32 -mfpmath=387' "$GRADC" --check=c net.nn
fi

# A compiler that makes a mistake: MISTAKE is what the gradient does at its end.
printf 'f(x: [n]) = sum(x^2)\nexport f wrt x\n' > square.nn
cat > mistaken << END
#!/bin/sh
sed -i 's/^int f_gradient(struct f \*m)$/int right_gradient(struct f *m);\n&\n{\n    int status = right_gradient(m);\n    if (status == GRADC_OK \&\& m->d_x) {\n        '"\$MISTAKE"'\n    }\n    return status;\n}\nint right_gradient(struct f *m)/' model.c
exec ${CC:-cc} "\$@"
END
chmod +x mistaken
# mistake WHAT STATUS MESSAGE STATEMENTS
mistake() { expect "$1" "$2" "$3" env MISTAKE="$4" CC="$PWD/mistaken" "$GRADC" --check=c square.nn; }
mistake 'none' 0 'compiled gradient ' ''
mistake 'a wrong value' 1 'f_gradient: d_x[0] is ' 'm->d_x[0] += 1e-3;'
mistake 'a value not written' 1 'element 0 of d_x is not written' 'unsigned char *x = (unsigned char *)m->d_x; memset(x, 0xBF, 8), x[2] = x[6] = 0xF1, x[3] = x[7] = 0x7F;'
mistake 'beyond an array' 1 'f_gradient: writes beyond the array d_x' 'm->d_x[m->n] = 1;'
mistake 'an input changed' 1 'f_gradient: changes the input x' '((double *)m->x)[0] = 5;'
mistake 'what is kept from call to call' 1 'f_gradient: gives another d_x when it is called again' 'static int calls; m->d_x[0] += 1e-13 * calls++;'
mistake 'a crash' 1 'f_gradient: is ended by signal 11' '*(volatile int *)0 = 1;'
# Long work shows a terminal what it is at, and a pipe nothing; the table is the same.
for i in $(seq 1 60); do
    echo "f$i(x: [n], A: [n, n]) = sum(tanh(A @ tanh(A @ x))^2) + det(A + $i * eye(n))"
done > long.nn
cat > terminal.py << 'END'
import os, pty, sys
text = b""
child, master = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], sys.argv[1:])
try:
    while True:
        text += os.read(master, 65536)
except OSError:
    pass
print("shown" if b"(60 of 60)" in text else "not shown")
print("taken away" if text.count(b"\r\033[K") > 1 and b"of 60)\r\nf" not in text else "left")
print("ends with the table" if text.rstrip().endswith(b"ok") else "ends otherwise")
END
if python3 -c 'import pty' 2> /dev/null; then
    expect 'progress on a terminal' 0 'shown' python3 terminal.py "$GRADC" --check long.nn
    expect 'progress is taken away' 0 'taken away' python3 terminal.py "$GRADC" --check long.nn
    expect 'the table comes last' 0 'ends with the table' python3 terminal.py "$GRADC" --check long.nn
else
    echo "python3: absent (Debian: python3); progress is not looked at" >&2
fi
expect 'no progress in a pipe' 0 '0' bash -c "'$GRADC' --check long.nn 2>&1 > /dev/null | wc -c"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
