" gradc: comments and indentation, as `gradc --format` writes them.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=#\ %s comments=:# expandtab shiftwidth=4 softtabstop=4 suffixesadd=.nn
setlocal include=^\\s*import\\s*\" cindent cinoptions=+4,(0 cinkeys=0{,0},!^F,o,O
let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< suffixesadd< include< cindent< cinoptions< cinkeys<'
if executable('gradc')
  setlocal formatprg=gradc\ --format\ -
  let b:undo_ftplugin .= ' formatprg<'
endif
