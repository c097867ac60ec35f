export PATH="$PWD/bin:$PATH"
PATH=./node_modules/.bin:$PATH
