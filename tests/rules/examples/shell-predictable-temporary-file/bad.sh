#!/bin/sh
date > /tmp/report.txt  # expect: shell-predictable-temporary-file
cat /tmp/report.txt >> "/tmp/all.$$"  # expect: shell-predictable-temporary-file
make 2>&1 | tee /var/tmp/build.log  # expect: shell-predictable-temporary-file
