" :make runs txc check; its messages read file:line:column: error[CODE]: message.
if exists('current_compiler')
  finish
endif
let current_compiler = 'txc'

CompilerSet makeprg=txc\ check\ %:S
CompilerSet errorformat=%f:%l:%c:\ %t%*[a-z]%m,%-G%.%#
