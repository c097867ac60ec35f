#!/bin/sh
report=$(mktemp)
date > "$report"
folder=$(mktemp -d)
date > "$folder/report"
cat /tmp/report.txt > out.txt
