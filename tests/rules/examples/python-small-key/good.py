"""Keys that are long enough."""

from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

rsa.generate_private_key(public_exponent=65537, key_size=3072)
rsa.generate_private_key(65537, bits)
RSA.generate(2048)
ed25519.Ed25519PrivateKey.generate()
