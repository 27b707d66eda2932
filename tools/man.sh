#!/bin/sh
# man.sh: writes a manual page: the options of `gradc --help` in place of @OPTIONS@, and what stands for other @NAMES@.
# usage: man.sh GRADC VERSION PREFIX PAGE.in
set -eu
gradc=$1 version=$2 prefix=$3 page=$4
# A line of the help is an option, its arguments and two blanks or more before what it does, which may go on.
"$gradc" --help | awk '
    function escaped(text) { gsub(/\\/, "\\e", text); gsub(/-/, "\\-", text); return text }
    /^  -/ {
        at = match(substr($0, 3), /  +/)
        option = at ? substr($0, 3, at - 1) : substr($0, 3)
        printf ".TP\n.B %s\n", escaped(option)
        if (at) print escaped(substr($0, 3 + at - 1 + RLENGTH))
        in_options = 1
        next
    }
    in_options && /^     / { sub(/^ +/, ""); print escaped($0); next }
    in_options { in_options = 0 }' |
    sed -e '/^@OPTIONS@$/{
r /dev/stdin
d
}' -e "s|@VERSION@|$version|" -e "s|@PREFIX@|$prefix|" "$page"
