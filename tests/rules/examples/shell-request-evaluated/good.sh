#!/bin/bash
case "$SSH_ORIGINAL_COMMAND" in
  status) systemctl status app ;;
  *) echo "not allowed" >&2; exit 1 ;;
esac
echo "$QUERY_STRING" | tr '&' '\n'
