"""Editor support, generated from the word lists of the grammar: VS Code, Vim/Neovim and Pygments."""
