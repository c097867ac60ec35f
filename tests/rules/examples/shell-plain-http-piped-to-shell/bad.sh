curl http://get.example.com/install.sh | sh  # expect: shell-plain-http-piped-to-shell
eval "$(wget -qO- http://example.com/env)"  # expect: shell-plain-http-piped-to-shell
