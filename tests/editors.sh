#!/bin/bash
# editors.sh: what colours programs in editors knows the words that the scanner knows, and no others; Vim and Pygments, where
# they are, colour every example.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/expect.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

# The scanner's words, and those that are words in their place only, as the grammar names them; the names of numbers that
# the language knows and the two precisions are no words of the scanner.
{
    sed -n 's/^"\([a-z]*\)" .*return TOKEN_.*/\1/p' grammar/lexer.l
    grep 'words of their place' grammar/parser.y | grep -oE '"[a-z ]+"' | tr -d '"'
} | sort > "$out/scanner"
{
    cat "$out/scanner"
    printf '%s\n' pi inf float32 float64
} | sort > "$out/words"
expect 'the scanner has words' 0 '' grep -qx return "$out/scanner"
expect 'words of their place' 0 '' grep -qx 'all but' "$out/scanner"

# two WORDS FILE: says `all but` if the file has these words for it.
two() { if grep -qF -- "$1" "$2"; then echo 'all but'; fi; }
vim_words() {
    sed -n 's/^syn keyword gradc[A-Z][a-z]* *//p' editors/vim/syntax/gradc.vim | grep -v contained | tr -s ' ' '\n'
    two '/\<all\ze\s\+but\>/' editors/vim/syntax/gradc.vim
}
textmate_words() {
    grep -oE '"name": "(keyword|support.type|constant.language)[^}]*\(\?:[a-z0-9|]*\)' \
        editors/vscode/syntaxes/gradc.tmLanguage.json | sed 's/.*(?:\(.*\))/\1/' | tr '|' '\n'
    two '\\ball\\s+but\\b' editors/vscode/syntaxes/gradc.tmLanguage.json
}
pygments_words() {
    tr '\n' ' ' < editors/pygments/gradc_lexer.py | grep -oE 'words\(\([^)]*\)' | grep -oE '"[a-z0-9]+"' | tr -d '"'
    two 'all\s+but\b' editors/pygments/gradc_lexer.py
}
emacs_words() {
    tr '\n' ' ' < editors/emacs/gradc-mode.el | grep -oE "regexp-opt '\([^)]*\)" | grep -oE '"[a-z0-9]+"' | tr -d '"'
    two '\\_<all[ \t]+but\\_>' editors/emacs/gradc-mode.el
}
server_words() {
    sed -n '/^const char \*const keywords/,/};/p' src/lsp/documentation.c | grep -oE '"[a-z ]+"' | tr -d '"'
}
for editor in vim textmate pygments emacs; do
    ${editor}_words | sort -u > "$out/own"
    expect "the words of $editor" 0 '' diff "$out/words" "$out/own"
done
server_words | sort -u > "$out/own"
expect 'the words of the language server' 0 '' diff "$out/scanner" "$out/own"

for file in editors/vscode/*.json editors/vscode/syntaxes/*.json; do
    expect "$file" 0 '' python3 -m json.tool "$file" "$out/json"
done
python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import pygments' 2> /dev/null && python=$candidate && break
done
if [ -n "$python" ]; then
    cat > "$out/lex.py" << 'EOF'
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, "editors/pygments")
from gradc_lexer import GradcLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Token
for name in sys.argv[1:]:
    text = open(name).read()
    tokens = list(GradcLexer(ensurenl=False, stripnl=False).get_tokens(text))
    assert "".join(value for _, value in tokens) == text, name
    wrong = [value for kind, value in tokens if kind is Token.Error]
    assert not wrong, (name, wrong)
found = [pair for pair in GradcLexer().get_tokens("f(x: [n]) = sum[i](x[i]^2.5) # c\nexport f wrt all but x") if pair[1].strip()]
for pair in ((Name.Function, "f"), (Name.Builtin, "sum"), (Operator, "^"), (Number.Float, "2.5"), (Comment.Single, "# c"),
             (Keyword.Declaration, "all but")):
    assert pair in found, pair
EOF
    expect 'Pygments' 0 '' "$python" "$out/lex.py" examples/*/*.nn src/elaborate/prelude.nn src/elaborate/library/*.nn
else
    echo 'skipped: Pygments; package python3-pygments'
fi
if command -v vim > /dev/null && vim --version | grep -q '+syntax'; then
    printf 'f(x: [n]) {\n    return sum(x) + 2.5 # c\n}\nexport f wrt all but x\n' > "$out/a.nn"
    cat > "$out/look.vim" << EOF
set nocompatible runtimepath^=editors/vim
filetype plugin on
syntax on
edit $out/a.nn
function! Group(line, text)
  return synIDattr(synID(a:line, match(getline(a:line), a:text) + 1, 1), 'name')
endfunction
call writefile([&filetype, Group(1, 'f'), Group(2, 'return'), Group(2, 'sum'), Group(2, '2.5'), Group(2, '#'),
  \\ Group(4, 'export'), Group(4, 'all'), Group(4, 'but'), Group(1, 'x'), &commentstring], '$out/groups')
qall!
EOF
    timeout 30 vim -es -u NONE -i NONE -S "$out/look.vim" < /dev/null > /dev/null 2>&1
    expect 'Vim' 0 '' diff - "$out/groups" << 'EOF'
gradc
gradcFunction
gradcStatement
gradcFunction
gradcNumber
gradcComment
gradcDefinition
gradcDefinition
gradcDefinition

# %s
EOF
else
    echo 'skipped: Vim with +syntax; package vim'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
