#!/bin/bash
eval "$QUERY_STRING"  # expect: shell-request-evaluated
command=$SSH_ORIGINAL_COMMAND
bash -c "$command"  # expect: shell-request-evaluated
