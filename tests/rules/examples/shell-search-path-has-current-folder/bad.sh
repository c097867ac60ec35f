export PATH=.:$PATH  # expect: shell-search-path-has-current-folder
PATH="$PATH:."  # expect: shell-search-path-has-current-folder
