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
syntax match txParameter "\v<\h\w*>\ze\s*:\s*%(bf16|bool|f16|f32|f64|i16|i32|i64|i8|u8)>"
syntax match txReducer "\v<%(argmax|argmin|prod|all|any|max|min|sum)>\ze\s*\["
syntax match txFunction "\v<%(sigmoid|clamp|floor|round|rsqrt|ceil|sqrt|tanh|abs|erf|exp|fma|log|max|min|pow)>\ze\s*\("
syntax match txHardware "\v<%(thread\.x|thread\.y|thread\.z|block\.x|block\.y|block\.z|vthread)>"
syntax match txScope "\v%(<in\s+)@<=%(shared|local)>"
syntax match txLanguage "\v<%(llvm|ptx|c)>\ze\s*\""
syntax match txTarget "\v%(<for\s+)@<=\h\w*%(:[0-9A-Za-z_.\-]+)?%(\+[0-9A-Za-z_.\-]+)*\ze\s*\{"
syntax match txName "\h\w*" contained
syntax region txString start=+"+ skip=+\\.+ end=+"+ oneline contains=txOperand
syntax match txOperand "\v\&?\$\h\w*%(\.\w+)?" contained
syntax match txComment "#.*$" contains=txTodo,@Spell
syntax match txDoc "##.*$" contains=txTodo,@Spell
syntax keyword txTodo TODO FIXME contained

syntax keyword txKeyword kernel instance schedule intrinsic network let const if else and or not for in as at with emits root
syntax keyword txDeclaration kernel instance schedule intrinsic network nextgroup=txName skipwhite skipempty
syntax keyword txDirective split knob order fuse parallel vectorize unroll peel inline compute bind cache_read cache_write layout rfactor cooperate prefetch pipeline tensorize when
syntax keyword txType f64 f32 f16 bf16 i64 i32 i16 i8 u8 bool
syntax keyword txConstant true false

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
