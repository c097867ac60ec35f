#!/bin/bash
run() {
  eval "$1"  # what the script itself passes
}
run "echo a"
eval "$(ssh-agent -s)"
printf -v "$1" %s "$2"
bash -c 'echo "$1"' -- "$1"
eval "$@"
