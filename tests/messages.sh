#!/bin/bash
# messages.sh: every message that the compiler can give is pinned by some test (golden/messages.py), and at least three
# hundred wrong programs are.
set -u
cd "$(dirname "$0")/.." || exit 1
if ! command -v python3 > /dev/null; then
    echo 'skipped: looking for messages that nothing pins; package python3'
    echo '0 passed, 0 failed'
    exit 0
fi
count=$(find tests/golden -name '*.err' | wc -l)
if [ "$count" -lt 300 ]; then
    echo "FAIL there are only $count wrong programs"
    exit 1
fi
exec python3 tests/golden/messages.py
