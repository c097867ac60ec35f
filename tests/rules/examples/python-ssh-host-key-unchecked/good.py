"""SSH clients that know their hosts."""

import asyncssh
import paramiko

client = paramiko.SSHClient()
client.load_system_host_keys()
client.set_missing_host_key_policy(paramiko.RejectPolicy())
asyncssh.connect("host.example.com", known_hosts="/etc/ssh/known_hosts")
