#!/bin/sh
curl -fsSL https://get.example.com/install.sh | sh  # expect: shell-download-piped-to-shell
wget -qO- https://example.com/setup | sudo -E bash -s -- --yes  # expect: shell-download-piped-to-shell
bash -c "$(curl -fsSL https://example.com/install.sh)"  # expect: shell-download-piped-to-shell
source <(curl -s https://example.com/functions.sh)  # expect: shell-download-piped-to-shell
# expect-next: shell-download-piped-to-shell
curl -s https://example.com/a.sh.gz \
  | gunzip | bash
