" gradc: colours. The words are those of the scanner; tests/editors.sh compares them.
if exists('b:current_syntax')
  finish
endif
let s:save = &cpoptions
set cpoptions&vim

syn match   gradcFunction   /\<\K\k*\ze(/
syn match   gradcReduction  /\<\(sum\|prod\|max\|min\|mean\|any\|all\|argmax\|argmin\|logsumexp\)\ze\[[^]]*\](/
syn keyword gradcStatement  return update require checkpoint
syn keyword gradcRepeat     for in while
syn keyword gradcBranch     if then else
syn keyword gradcOperator   and or not
syn keyword gradcDefinition dim export group import precision rule wrt given
syn match   gradcDefinition /\<all\ze\s\+but\>/
syn match   gradcDefinition /\(\<all\s\+\)\@<=but\>/
syn keyword gradcType       int real size float32 float64
syn keyword gradcTruth      true false
syn keyword gradcConstant   new pi inf
syn match   gradcNumber     /\<\d\+\(\.\d\+\)\?\([eE][-+]\?\d\+\)\?\>/
syn match   gradcSymbol     /[-+*\/@^=<>|]\|[!<>=]=\|\.\.\.\?/
syn match   gradcTranspose  /[A-Za-z0-9_)\]]\@<='/
syn region  gradcString     start=/"/ end=/"/ oneline
syn match   gradcComment    /#.*/ contains=gradcTodo,@Spell
syn keyword gradcTodo       contained TODO FIXME XXX

hi def link gradcFunction   Function
hi def link gradcReduction  Function
hi def link gradcStatement  Statement
hi def link gradcRepeat     Repeat
hi def link gradcBranch     Conditional
hi def link gradcOperator   Operator
hi def link gradcDefinition PreProc
hi def link gradcType       Type
hi def link gradcTruth      Boolean
hi def link gradcConstant   Constant
hi def link gradcNumber     Number
hi def link gradcSymbol     Operator
hi def link gradcTranspose  Operator
hi def link gradcString     String
hi def link gradcComment    Comment
hi def link gradcTodo       Todo

let b:current_syntax = 'gradc'
let &cpoptions = s:save
unlet s:save
