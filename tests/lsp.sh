#!/bin/bash
# lsp.sh: the language server, driven as editors drive it (lsp/session.py).
set -u
cd "$(dirname "$0")" || exit 1
GRADC=${GRADC:-$PWD/../gradc}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
if ! command -v python3 > /dev/null; then
    echo 'skipped: the language server; package python3'
    echo '0 passed, 0 failed'
    exit 0
fi
PYTHONDONTWRITEBYTECODE=1 timeout 300 python3 lsp/session.py "$GRADC" "$out"
