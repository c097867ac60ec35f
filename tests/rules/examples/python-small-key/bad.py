"""Keys that can be computed."""

import paramiko
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import dsa, rsa

rsa.generate_private_key(public_exponent=65537, key_size=1024)  # expect: python-small-key
rsa.generate_private_key(65537, 512)  # expect: python-small-key
dsa.generate_private_key(key_size=1024)  # expect: python-small-key
RSA.generate(1024)  # expect: python-small-key
paramiko.RSAKey.generate(1024)  # expect: python-small-key
