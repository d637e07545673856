" Four columns for each line that leaves a bracket open; a closing bracket goes back.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=TxIndent() indentkeys=0{,0},0),0],!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*TxIndent')
  finish
endif

function! TxIndent() abort
  let l:above = prevnonblank(v:lnum - 1)
  if l:above == 0
    return 0
  endif
  let l:opens = substitute(getline(l:above), '#.*', '', '') =~# '[{[(]\s*$'
  let l:closes = getline(v:lnum) =~# '^\s*[]})]'
  return indent(l:above) + (l:opens - l:closes) * shiftwidth()
endfunction
