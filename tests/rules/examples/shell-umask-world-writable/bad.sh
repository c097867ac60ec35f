umask 000  # expect: shell-umask-world-writable
umask 0  # expect: shell-umask-world-writable
umask 0020  # expect: shell-umask-world-writable
