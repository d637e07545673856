" Settings for txc's .tx files: gq formats with txc, :make checks with it.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s comments=:##,:#
setlocal formatoptions-=t formatoptions+=croql
setlocal formatprg=txc\ fmt\ -
setlocal expandtab shiftwidth=4 softtabstop=4
setlocal suffixesadd=.tx
compiler txc

let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< formatprg< expandtab< shiftwidth<'
      \ . ' softtabstop< suffixesadd< makeprg< errorformat<'
