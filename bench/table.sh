#!/bin/bash
# table.sh: from what `make bench` printed, on standard input, the rows that have a goal, as a table in Markdown.
set -u
number='[0-9]+\.[0-9]+'
echo '| program | precision | against | ratio | goal | |'
echo '| --- | --- | --- | --- | --- | --- |'
sed -nE "s/^(.*[^ ]) +f(32|64) +([^ ]+( thread)?) +$number [^ ]+ +(.*[^ ]) +$number( [^ ]+)? +($number) +($number) (met|MISSED)\$/| \1 | float\2 | \5 | \7 | \8 | \9 |/p" |
    sed -e 's/|W x|^2/‖W x‖²/' -e 's/| C |/| C by hand |/' -e 's/| C with BLAS |/| C by hand with OpenBLAS |/' \
        -e 's/| torch |/| PyTorch |/' -e 's/| forward |/| its own objective |/' -e 's/| two |/| one thread |/' \
        -e 's/| met |/| |/' -e 's/| MISSED |/| missed |/'
