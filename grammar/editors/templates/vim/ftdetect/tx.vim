" .tx belongs to txc and to textX: the first line that is neither blank nor a comment decides. A file
" without one is txc's if it is empty or has txc's comments.
function! s:Detect() abort
  for l:line in getline(1, 200)
    if l:line =~# '\v^\s*(#.*)?$'
      continue
    endif
    if l:line =~# '\v^\s*(@declarations|@)>\s'
      setlocal filetype=tx
    endif
    return
  endfor
  setlocal filetype=tx
endfunction

autocmd BufNewFile,BufRead *.tx call s:Detect()
