"""Names, formats, code and texts in the place of a secret do not block; a drawn value in the same place does."""

from __future__ import annotations

import base64

import pytest

from scangate.content.identification import identify
from scangate.model import Severity
from scangate.secrets.assessment import assess
from scangate.secrets.detectors import find_secrets
from scangate.secrets.text import ScannedText
from tests.support.fake_secrets import seeded_text

NO_SECRETS = [
    # names
    ("a.py", 'EVENTS = {"IssuingTokenCreated": ("shop.events._v1_issuing_token_created_event", False)}\n'),
    ("a.js", 'const bigIntKeys = "chainId,gasLimit,gasPrice,maxFeePerBlobGas,maxFeePerGas,value".split(/,/);\n'),
    ("a.sh", "export AUTH_METHODS=v3password,v3totp\n"),
    ("a.py", 'ACCESS_TOKEN_KEY = "we2_access_token"\n'),
    ("a.py", 'botpassword = "BotPassword" in line\n'),
    ("a.py", 'NAMES = {"password": ("lgpassword", "password")}\n'),
    ("a.py", 'PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"\n'),
    ("a.py", 'options = {"passphrase": "--passphrase-fd"}\n'),
    ("a.py", 'FIELDS = {"encryption_key_sha256": {"key": "encryptionKeySha256", "type": "str"}}\n'),
    ("a.json", '{"options": [{"name": "Client Credentials (Service Principal)", "value": "clientCredentials"}]}\n'),
    ("a.json", '{"options": [{"name": "EU - https://a.example/oauth/v2/token", "value": "https://a.example/oauth/v2/token"}]}\n'),
    ("package.json", '{"devDependencies": {"@aws-sdk/credential-providers": "^3.1117.0"}}\n'),
    ("a.py", 'ResetPassword = "00299570-246d-11d0-a768-00aa006e0529"\n'),
    ("a.py", 'credentials = "mysql+pymysql://reader@db.corp.net:4497/Rfam"\n'),
    ("a.py", '":type password_auth: `bool`"\n'),
    ("a.js", "throw new RequiredError('ServerCredentialsKeysApi', 'addOAuth2ResourceServerJsonWebKey', 'id');\n"),
    ("a.js", "const classes = {'PASSWORD': 'PasswordPolicyRule', 'password': 'PasswordFlow'};\n"),
    ("a.js", 'tokens.push({token: ":remote-addr", replacement: address});\n'),
    ("a.ts", "export type ImportCredentialEnum = 'UNVERIFIED2' | 'VERIFIED';\n"),
    (
        "a.py",
        'KeyCurve = typing.Union[typing.Literal["P-256", "P-384", "P-521"], typing.Any]\nTokenKind = Literal["en_10k"]\n',
    ),
    ("a.py", 'token: typing.Union["KerberosV5Msg", "PAData", "PAETypeInfo2"]\n'),
    ("a.py", 'NAMES = {Name.user_password: "id-at-userPassword"}\n'),
    ("a.py", 'def f():\n    """\n    :ivar error.shared_link_password:\n        `FileIdOrUrl.url` referenced a link.\n    """\n'),
    ("a.py", '_TOKEN: str = "_M2AUTH_"\n'),
    ("requirements.txt", "zope.password==4.4\n"),
    ("a.js.map", '{"x": "if (more) {\\n token = tokens[++i];\\n body += token"}\n'),
    ("a.flow", "  readonly MAX_TOKENS_PASSWORD: 0x0b96;\n"),
    ("a.py", "create(name=u'janefan', about=u'I read. My site: http://a.example', password=u'janefan')\n"),
    ("a.py", "apikey = str(uuid.uuid4())\n"),
    ("a.js.map", '{"version":3,"sourcesContent":["this.password = undefined;\\n return /[?&](id|access)_token=/.test(hash);"]}\n'),
    ("a.js.map", '{"version":3,"sourcesContent":["return credentials || { passcode: verificationCode };"]}\n'),
    ("a.js", "const maybeApiKeySource = 'ascApiKeySource' in source ? source : null;\n"),
    ("a.py", "TYPES = {'credentials': 'list[Credential]'}\n"),
    ("a.py", "ACCESS_KEY_ID_PREFIXES = r'AKIA|ASIA|AGPA|AIDA|AROA'\n"),
    ("a.py", "password_source_precedence = ['prompt']\n"),
    ("a.py", 'ALERTS = {"Leaked password": "ACTIVE"}\n'),
    ("a.py", 'PASSWORD_ADMINISTRATOR = "966707d0-3269-4727-9be2-8c3a10f19b9d"\n'),
    ("a.json", '{"remediation": "account update --name <Account> --bypass AzureServices2 --top"}\n'),
    ("a.json", '{"code": "resource {\\n  password_reuse = 5\\n}"}\n'),
    # formats
    ("a.py", 'qtoken = r\'(?:"(?:[^"]|"")+"|[\\w]+?)\'\n'),
    ("a.py", 'token_regex = None\ntoken = r"^trgv_[a-zA-Z0-9]{8}_[a-zA-Z0-9]{32}$"\n'),
    ("a.py", "STRUCTURE = [('session_key_len', '<H-session_key'), ('LmPassword', '16s=b\"\"')]\n"),
    ("a.py", "KEYS = [('aes256Key', 'aes256-cts-hmac-sha1-96s')]\n"),
    ("a.py", 'encoded_password = password.encode("utf-16le")\n'),
    ("a.py", "resp_token = b'\\xa1\\x15\\x30\\x13\\xa0\\x03\\x0a\\x01\\x03\\xa1\\x0c\\x06\\x0a\\x2b\\x06\\x01'\n"),
    ("a.py", f'new(oldPwdHashNT="{base64.b16encode(seeded_text("hash", 16).encode()).decode().lower()}")\n'),
    ("a.py", f'JWE_Encrypted_Key = "{seeded_text("wrapped", 43)}"\n'),
    ("a.py", 'TOKEN = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA' + seeded_text("public", 64) + '"\n'),
    # code and texts
    ("a.js.map", '{"x": "httpVerToken: responseHeaders[HeaderNames.X_MS_HTTP_VERSION] ||"}\n'),
    ("a.rst", 'cookie.split("; ").find(item=>item.startsWith("auth-token="))?.split("=")[1]\n'),
    ("a.py", 'password = "&password=" + quote(password)\n'),
    ("a.py", "line = f\"AWS_SECRET_KEY='{credentials['aws_secret_access_key']}'\"\n"),
    ("a.py", 'secret = f"{ts}mng_ch_{Y:>04}{m:>02}{d:>02}{H:>02}"\n'),
    ("a.js", "const tagKey = `tag:${teamId}\\u0000${tagId}`;\n"),
    ("a.py", 'path = os.environ.get("SHOP_TOKEN", "~/.shop_onedrive_oauthtoken.json")\n'),
    ("a.py", 'del self.fields["old_password"].widget.attrs["autofocus"]\n'),
    ("a.d.ts", "auth(password: string | Buffer, clientnameToken: 'SETNAME', clientname: string): void;\n"),
    (
        "a.py",
        'ERRORS = {1: ("WRONG_PASSWORD", "{Wrong Password} The password is too long to be sent to Manager 2.x.")}\n',
    ),
    ("a.py", "login = {'password': '(snip)'}\n"),
    ("a.py", "login = {'password': 'not-needed'}\n"),
    ("a.py", 'url = "http://user:pass@some.proxy.com"\n'),
    ("a.js", "/**\n * login({ user: 'John', password: 'secret123' })\n * authorization: 'Bearer token123'\n */\n"),
    ("env-stub.liquid", '# DB_PASSWORD="Test@123"\n# MAIL_API_KEY="key-1234123412341234"\n'),
    ("a.md", "totp_secret: 'JBSWY3DPEHPK3PXP'\n"),
    ("a.py", 'url = "postgresql://scott:tiger@192.168.0.199:5432/test"\n'),
    ("a.yml", "password: !encrypted/pkcs1-oaep\n  - " + seeded_text("cipher", 60) + "\n"),
]


def severities(path: str, content: str) -> list[Severity]:
    """How severe each secret in a file is."""
    text = ScannedText(path, identify(path, content.encode()), content)
    return [each.severity for each in assess(text, find_secrets(text))]


@pytest.mark.parametrize(("path", "content"), NO_SECRETS, ids=[content.strip()[:70] for _, content in NO_SECRETS])
def test_what_is_no_secret_does_not_block(path: str, content: str) -> None:
    assert not [each for each in severities(path, content) if each >= Severity.MEDIUM]


def pem(octets: int, announced: int) -> str:
    """A private key whose header announces so many octets."""
    body = base64.encodebytes(bytes([0x30, 0x82, *announced.to_bytes(2, "big")]) + seeded_text("pem", octets).encode()).decode()
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n"  # pragma: allowlist secret


def test_a_private_key_that_was_cut_off_does_not_block() -> None:
    assert severities("a.txt", pem(48, 1189)) == [Severity.LOW]
    assert severities("a.txt", pem(1189, 1189)) == [Severity.HIGH]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.py", 'ACCESS_TOKEN_KEY = "VALUE"\n'),
        ("a.py", 'NAMES = {"password": ("VALUE", "password")}\n'),
        ("a.json", '{"env": [{"name": "Client Credentials", "value": "VALUE"}]}\n'),
        ("a.py", 'oldPwdHashNT_secret = "VALUE"\n'),
        ("a.py", 'encrypted_key_password = "VALUE"\n'),
        ("a.py", 'password = f"{user}VALUE"\n'),
        ("a.py", 'url = "http://user:VALUE@some.proxy.com"\n'),
        ("a.py", 'url = "postgresql://scott:VALUE@192.168.0.199:5432/test"\n'),
        ("a.py", 'password = "not-needed-VALUE"\n'),
        ("a.py", '# :type password: VALUE\npassword = "VALUE"\n'),
    ],
)
def test_a_drawn_value_in_the_same_place_blocks(path: str, content: str) -> None:
    value = "Z7" + seeded_text("drawn in place", 22)
    assert max(severities(path, content.replace("VALUE", value)), default=Severity.INFO) >= Severity.MEDIUM
