#!/bin/bash
# playground.sh: docs/playground, if it has been made, as a person uses it in a browser.
set -u
cd "$(dirname "$0")" || exit 1

skip() {
    echo "skipped: $1"
    echo '0 passed, 0 failed'
    exit 0
}
[ -e ../docs/playground/gradc.js ] || skip 'the playground has not been made: make playground; package emscripten'
command -v chromium > /dev/null || skip 'a browser; package chromium'
timeout 100 python3 playground/drive.py chromium
