"""Values that look like secrets, made when the tests run, so that none is in the repository; one value for each seed."""

from __future__ import annotations

import base64
import hashlib
import string

__all__ = ["fake_secret", "fake_tokens", "seeded_text"]


def seeded_text(seed: str, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """``length`` characters of ``alphabet`` that follow from ``seed``."""
    digest = hashlib.shake_256(seed.encode()).digest(length)
    return "".join(alphabet[byte % len(alphabet)] for byte in digest)


def fake_secret(seed: str) -> str:
    """A password that is hard to guess: letters and digits, starting with a letter."""
    return "Z" + seeded_text(seed, 15)


def fake_tokens(seed: str) -> dict[str, str]:
    """One value for each kind that detect-secrets knows, by the kind's name."""
    upper, lower = string.ascii_uppercase + string.digits, string.ascii_lowercase + string.digits
    digits = string.digits

    def base64_of(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def hexes(name: str, length: int) -> str:
        return seeded_text(seed + name, length, string.hexdigits[:16])

    head, body = base64_of('{"alg":"HS256","typ":"JWT"}'), base64_of('{"sub":"1234567890"}')
    return {
        "AWS Access Key": "AK" + "IA" + seeded_text(seed + "aws", 16, upper),
        "Artifactory Credentials": "AKC" + seeded_text(seed + "artifactory", 20),
        "Azure Storage Account access key": "AccountKey=" + seeded_text(seed + "azure", 86) + "==",
        "Base64 High Entropy String": seeded_text(seed + "base64", 44),
        "Basic Auth Credentials": f"https://user:{seeded_text(seed + 'basic', 12)}@example.com/",
        "Cloudant Credentials": f"https://{seeded_text(seed + 'account', 8, lower)}:{hexes('cloudant', 64)}@x.cloudant.com",
        "Discord Bot Token": "M"
        + seeded_text(seed + "discord", 23)
        + "."
        + seeded_text(seed + "d2", 6)
        + "."
        + seeded_text(seed + "d3", 27),
        "GitHub Token": "gh" + "p_" + seeded_text(seed + "github", 36),
        "GitLab Token": "gl" + "pat-" + seeded_text(seed + "gitlab", 20),
        "Hex High Entropy String": hexes("hex", 40),
        "IBM Cloud IAM Key": seeded_text(seed + "ibm", 44),
        "IBM COS HMAC Credentials": hexes("cos", 48),
        "JSON Web Token": f"{head}.{body}.{seeded_text(seed + 'jwt', 43)}",
        "Mailchimp Access Key": hexes("mailchimp", 32) + "-us1",
        "NPM tokens": "//registry.example.com/:_authToken=" + "npm_" + seeded_text(seed + "npm", 36),
        "OpenAI Token": "sk-" + seeded_text(seed + "o1", 20) + "T3Blbk" + "FJ" + seeded_text(seed + "o2", 20),
        "Private Key": "-----BEGIN " + "RSA PRIVATE KEY-----",
        "Public IP (ipv4)": "8.8." + "4.4",
        "PyPI Token": "pypi-" + "AgEIcHlwaS5vcmc" + seeded_text(seed + "pypi", 80),
        "Secret Keyword": fake_secret(seed + "keyword"),
        "SendGrid API Key": "SG." + seeded_text(seed + "sg", 22) + "." + seeded_text(seed + "sg2", 43),
        "Slack Token": f"xox{'b'}-{seeded_text(seed + 's1', 12, digits)}-{seeded_text(seed + 's2', 12, digits)}-"
        + seeded_text(seed + "s3", 24),
        "SoftLayer Credentials": hexes("softlayer", 64),
        "Square OAuth Secret": "sq0csp-" + seeded_text(seed + "square", 43),
        "Stripe Access Key": "sk" + "_live_" + seeded_text(seed + "stripe", 24),
        "Telegram Bot Token": seeded_text(seed + "t1", 9, digits) + ":" + "AAE" + seeded_text(seed + "t2", 32),
        "Twilio API Key": "SK" + hexes("twilio", 32),
    }
