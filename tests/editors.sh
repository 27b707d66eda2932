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

# Neovim with the lines that docs/editors.md has for its version: what the server says of a program, and the canonical form.
if command -v nvim > /dev/null; then
    mkdir "$out/bin"
    ln -s "$(realpath "${GRADC:-gradc}")" "$out/bin/gradc"
    printf 'f(x: [n]) {\n  y=2*x\n    return sum(z)\n}\n' > "$out/b.nn"
    begin=local # of 0.7
    nvim --headless -u NONE -c 'lua io.stdout:write(tostring(vim.lsp.start))' -c 'qa!' 2>&1 | grep -q function && begin=vim.api
    echo "vim.opt.runtimepath:prepend('$PWD/editors/vim')" > "$out/init.lua"
    awk -v begin="$begin" '/^```lua/ { getline; shown = index($0, begin) == 1 } /^```$/ { shown = 0 } shown' docs/editors.md >> "$out/init.lua"
    cat > "$out/look.lua" << EOF
vim.cmd("edit $out/b.nn")
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local file = io.open("$out/said", "w")
for _, said in ipairs(vim.diagnostic.get(0)) do
  file:write(said.lnum + 1, ":", said.col + 1, ": ", said.message, "\n")
end
if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = 20000 }) else vim.lsp.buf.formatting_sync({}, 20000) end
file:write(vim.api.nvim_buf_get_lines(0, 1, 2, false)[1], "\n")
file:close()
vim.cmd("qall!")
EOF
    PATH=$out/bin:$PATH timeout 60 nvim --headless -n -i NONE -u "$out/init.lua" -c "luafile $out/look.lua" > /dev/null 2>&1
    expect 'Neovim' 0 '' diff - "$out/said" << 'EOF'
3:16: z has no value here
    y = 2 * x
EOF
else
    echo 'skipped: the language server in Neovim; package neovim'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
