"""SSH clients that accept any host."""

import asyncssh
import paramiko
from paramiko import AutoAddPolicy, SSHClient

client = SSHClient()
client.set_missing_host_key_policy(AutoAddPolicy())  # expect: python-ssh-host-key-unchecked
client.set_missing_host_key_policy(paramiko.WarningPolicy)  # expect: python-ssh-host-key-unchecked
asyncssh.connect("host.example.com", known_hosts=None)  # expect: python-ssh-host-key-unchecked
