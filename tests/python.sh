#!/bin/bash
# python.sh: the Python package, installed by pip where there is one, and the modules that --emit=python writes.
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
. ./expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

for python in python3 /usr/bin/python3 ''; do
    [ -n "$python" ] && "$python" -c 'import numpy' 2> /dev/null && break
done
if [ -z "$python" ]; then
    echo 'skipped: Python without NumPy; package python3-numpy'
    echo '0 passed, 0 failed'
    exit 0
fi

version=$(sed -n 's/^VERSION = //p' ../Makefile)
expect 'version of the project' 0 '' grep -qx "version = \"$version\"" ../python/pyproject.toml
expect 'version of the package' 0 '' grep -qx "__version__ = \"$version\"" ../python/gradc/__init__.py

# As pip installs it: from a copy, so that nothing is left in the source.
cp -r ../python "$out/source"
folder=$out/source
if "$python" -m pip --version > /dev/null 2>&1; then
    expect 'pip' 0 '' "$python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
        --target "$out/installed" "$out/source"
    folder=$out/installed
else
    echo 'skipped: pip; package python3-pip'
fi

export GRADC GRADC_CACHE=$out/cache
if PYTHONPATH=$folder PYTHONDONTWRITEBYTECODE=1 "$python" -W error -- python/package.py "$PWD/python/model.nn" > "$out/log" 2>&1; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi
grep -v ' passed, ' "$out/log"
counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$out/log")
[ -n "$counts" ] || counts='0 1'
echo "$((passed + ${counts% *})) passed, $((failed + ${counts#* })) failed"
[ "$failed" = 0 ]
