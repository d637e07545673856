" Syntax of txc's .tx files. Words come from the grammar: generated from grammar/editors/templates.
if exists('b:current_syntax')
  finish
endif
let s:cpo = &cpo
set cpo&vim

" Later matches win over earlier ones, keywords over all matches.
syntax match txOperator "\v[-+*/%<>=!]|\.\."
syntax match txNumber "\v<\d+%(\.\d+)?%([eE][+-]?\d+)?>"
syntax match txDefinition "\v^\s*\zs\h\w*\ze\s*%(\[[^\]=]*\])?\s*\+?\=\=@!"
syntax match txParameter "\v<\h\w*>\ze\s*:\s*%(@types|@)>"
syntax match txReducer "\v<%(@reducers|@)>\ze\s*\["
syntax match txFunction "\v<%(@functions|@)>\ze\s*\("
syntax match txHardware "\v<%(@hardware|@)>"
syntax match txScope "\v%(<in\s+)@<=%(@scopes|@)>"
syntax match txLanguage "\v<%(@languages|@)>\ze\s*\""
syntax match txTarget "\v%(<for\s+)@<=\h\w*%(:[0-9A-Za-z_.\-]+)?%(\+[0-9A-Za-z_.\-]+)*\ze\s*\{"
syntax match txName "\h\w*" contained
syntax region txString start=+"+ skip=+\\.+ end=+"+ oneline contains=txOperand
syntax match txOperand "\v\&?\$\h\w*%(\.\w+)?" contained
syntax match txComment "#.*$" contains=txTodo,@Spell
syntax match txDoc "##.*$" contains=txTodo,@Spell
syntax keyword txTodo TODO FIXME contained

syntax keyword txKeyword @keywords@
syntax keyword txDeclaration @declarations@ nextgroup=txName skipwhite skipempty
syntax keyword txDirective @directives@
syntax keyword txType @types@
syntax keyword txConstant @constants@

highlight default link txComment Comment
highlight default link txDoc SpecialComment
highlight default link txTodo Todo
highlight default link txString String
highlight default link txOperand Special
highlight default link txNumber Number
highlight default link txConstant Boolean
highlight default link txType Type
highlight default link txFunction Function
highlight default link txReducer Function
highlight default link txDeclaration Structure
highlight default link txName Identifier
highlight default link txDefinition Identifier
highlight default link txParameter Identifier
highlight default link txDirective Statement
highlight default link txKeyword Keyword
highlight default link txTarget Include
highlight default link txHardware Constant
highlight default link txScope StorageClass
highlight default link txLanguage StorageClass
highlight default link txOperator Operator

let b:current_syntax = 'tx'
let &cpo = s:cpo
unlet s:cpo
