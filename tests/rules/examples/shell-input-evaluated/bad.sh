#!/bin/bash
eval "$1=$2"  # expect: shell-input-evaluated
read -r line
eval "result=\$(($line))"  # expect: shell-input-evaluated
name=$3
sh -c "tar xf $name"  # expect: shell-input-evaluated
