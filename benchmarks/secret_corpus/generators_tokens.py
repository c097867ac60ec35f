"""Generates providers' tokens in realistic surroundings, with near misses: placeholders, elided tokens, identifiers, references."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from .kinds import ALL_KINDS
from .markup import LabelledFile, Make, expand
from .providers import PROVIDERS, PUBLIC, Provider
from .shapes import literal_start, shape
from .snippets import split_files
from .values import WORDS

__all__ = ["generate_pairs", "generate_tokens"]

ROUNDS = 3
"""How often each provider's token is placed."""
FILES_PER_PAIR = 4
PER_FILE = 4


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A file for tokens: ``secrets``, ``others`` and ``references`` are lines, in which NAME, name and nameCamel are replaced."""

    path: str
    head: str
    tail: str
    secrets: tuple[str, ...]
    others: tuple[str, ...]
    references: tuple[str, ...]


def generate_tokens(random: Random) -> Iterator[LabelledFile]:
    """Files of a few providers each, until every provider's token was placed three times, with a near miss beside each."""
    for _ in range(ROUNDS):
        providers = random.sample(PROVIDERS, len(PROVIDERS))
        for start in range(0, len(providers), PER_FILE):
            yield _file(providers[start : start + PER_FILE], random)


def generate_pairs(random: Random) -> Iterator[LabelledFile]:
    """Credentials of more than one part, in the files in which providers deliver them."""
    for path, template in PAIRS:
        for _ in range(FILES_PER_PAIR):
            yield expand(path, template, random, TOKEN_KINDS, "tokens/pairs")


def _file(providers: list[Provider], random: Random) -> LabelledFile:
    around = random.choice(SURROUNDINGS)
    lines = []
    for provider in providers:
        public = random.choice(PUBLIC)
        lines.append(_named(random.choice(around.secrets), provider, f"<+token.{provider.name}>"))
        lines.append(_named(random.choice(around.others), public, f"<-public.{public.name}>"))
        if provider.alone and random.random() < 0.7:
            lines.append(_named(random.choice(around.others), provider, f"<-near.{provider.name}>"))
        else:
            lines.append(_named(random.choice(around.references), provider, ""))
    random.shuffle(lines)
    template = "\n".join([around.head, *lines, around.tail, ""])
    return expand(around.path, template, random, TOKEN_KINDS, "tokens/providers")


def _named(line: str, provider: Provider, mark: str) -> str:
    words = provider.variable.lower().split("_")
    camel = words[0] + "".join(word.title() for word in words[1:])
    return (
        line.replace("VALUE", mark).replace("nameCamel", camel).replace("NAME", provider.variable).replace("name_", "_".join(words))
    )


def _near(provider: Provider) -> Make:
    """What looks like the provider's token and is none: written by hand as an example, cut, masked, or a name with its prefix."""
    make, start = shape(provider.form), literal_start(provider.form)

    def near(random: Random) -> str:
        value = make(random)
        rest = len(value) - len(start)
        forms = [
            start + "x" * rest,
            start + "0" * rest,
            start + "".join(string.ascii_lowercase[number % 26] for number in range(rest)),
            value[: len(start) + 3] + "...",
            value[: len(start) + 2] + "*" * (rest - 6) + value[-4:],
            start + "YOUR_TOKEN_HERE",
        ]
        if start.endswith("_"):
            forms.append(start + "_".join(random.sample(WORDS, 3)))
        if start.endswith("-"):
            forms.append(start + "-".join(random.sample(WORDS, 3)))
        return random.choice(forms)

    return near


TOKEN_KINDS: Mapping[str, Make] = {
    **ALL_KINDS,
    **{f"token.{provider.name}": shape(provider.form) for provider in PROVIDERS},
    **{f"public.{provider.name}": shape(provider.form) for provider in PUBLIC},
    **{f"near.{provider.name}": _near(provider) for provider in PROVIDERS if provider.alone},
    "aws-key-id": shape("AKIA[A-Z2-7]{16}"),
    "aws-temporary-id": shape("ASIA[A-Z2-7]{16}"),
    "aws-session": shape("IQoJb3JpZ2luX2VjE[A-Za-z0-9+/]{381}=="),
    "twilio-key": shape("SK[0-9a-f]{32}"),
    "sas": shape("[A-Za-z0-9]{20}%2B[A-Za-z0-9]{21}%3D"),
    "shared-access-key": shape("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="),
    "tencent-id": shape("AKID[A-Za-z0-9]{32}"),
    "firebase-app": shape("1:[1-9][0-9]{11}:web:[0-9a-f]{22}"),
    "signature": shape("[0-9a-f]{64}"),
}

SURROUNDINGS = (
    Surroundings(
        ".env<|.production|.local|>",
        "APP_ENV=production",
        "LOG_LEVEL=info",
        ("NAME=VALUE", 'NAME="VALUE"', "export NAME='VALUE'", "NAME = VALUE", "# NAME=VALUE"),
        ("NAME=VALUE", "NAME='VALUE'", "# e.g. VALUE"),
        ("NAME=<-text=$VAULT_VALUE>", "NAME_FILE=<-text=/run/secrets/token>", "NAME=<-text=your-token-here>"),
    ),
    Surroundings(
        "src/<~word>.py",
        "import os\nimport requests\n",
        "",
        (
            'NAME = "VALUE"',
            "name_ = 'VALUE'",
            'client = Client(name_="VALUE")',
            'os.environ["NAME"] = "VALUE"',
            'name_: str = os.getenv("NAME", "VALUE")',
            'CONFIG = {"name_": "VALUE", "timeout": 5}',
            "# name_: VALUE",
        ),
        ('NAME = "VALUE"', 'def test(value="VALUE"): ...', 'name_ = "VALUE"'),
        ('name_ = <-text=os.environ>["NAME"]', 'raise SystemExit("<-text=set NAME first>")', "name_: str | None = <-text=None>"),
    ),
    Surroundings(
        "src/<~camel>.<|js|ts>",
        "'use strict';",
        "",
        (
            "const nameCamel = 'VALUE';",
            'process.env.NAME = "VALUE";',
            "const client = new Client({ nameCamel: `VALUE` });",
            "module.exports = { NAME: 'VALUE' };",
            "const nameCamel = process.env.NAME || 'VALUE';",
        ),
        ("const nameCamel = 'VALUE';", "// nameCamel looks like VALUE", "it('accepts VALUE', () => {});"),
        ("const nameCamel = process.env.<-text=NAME_FROM_ENV>;", "nameCamel: <-text=string>;"),
    ),
    Surroundings(
        "<|config|deploy|values>.y<|a|>ml",
        "# <~sentence>",
        "",
        ("name_: VALUE", 'NAME: "VALUE"', "nameCamel: 'VALUE'", "nameCamel_env: [{name: NAME, value: VALUE}]"),
        ("name_: VALUE", "nameCamel: 'VALUE'  # <~sentence>"),
        ("NAME: <-text=${{ secrets.SERVICE_TOKEN }}>", "NAME: <-text=$SERVICE_TOKEN>", "nameCamel_secret: <-text=service-token>"),
    ),
    Surroundings(
        "config/<~word>.json",
        "{",
        '  "debug": false\n}',
        ('  "name_": "VALUE",', '  "nameCamel": "VALUE",', '  "NAME_BLOCK": {"value": "VALUE", "active": true},'),
        ('  "nameCamel": "VALUE",', '  "name_": "VALUE",'),
        ('  "nameCamel": "<-text=${SERVICE_TOKEN}>",', '  "name_": "<-text=unset>",'),
    ),
    Surroundings(
        "bin/<~word>.sh",
        "#!/bin/sh\nset -e",
        "",
        (
            "export NAME=VALUE",
            'NAME="VALUE"',
            'curl -s -H "X-NAME: VALUE" https://<~host>/v1/<~word>',
            "NAME='VALUE' ./deploy --stage prod",
            "docker run -e NAME=VALUE <~app>:<~version>",
        ),
        ('NAME="VALUE"', 'echo "usage: NAME=VALUE $0"'),
        ('NAME="${NAME:?<-text=missing>}"', "NAME=$(<-text=pass show service/token>)"),
    ),
    Surroundings(
        "<|README|docs/setup|docs/usage>.md",
        "# <~class>\n",
        "",
        ("    export NAME=VALUE\n", "* NAME: `VALUE`", "```\nNAME=VALUE\n```", "Our nameCamel is VALUE."),
        ("    export NAME=VALUE\n", "`NAME` has the form `VALUE`."),
        ("Set `NAME` to <-text=the token of your account>.", "    export NAME=<-text=YOUR_TOKEN>\n"),
    ),
    Surroundings(
        "src/main/java/<~class>.java",
        "public class <~class> {",
        "}",
        ('    static final String NAME = "VALUE";', '    String nameCamel = "VALUE";', '    { config.put("name_", "VALUE"); }'),
        ('    static final String NAME = "VALUE";', '    @Test void matches() { check("VALUE"); }'),
        ('    String nameCamel = System.<-text=getenv>("NAME");', "    String nameCamel = <-text=null>;"),
    ),
    Surroundings(
        "cmd/<~word>/main.go",
        "package main\n",
        "",
        ('const nameCamel = "VALUE"', 'var NAME = "VALUE"', "func init() { client = New(`VALUE`) }  // nameCamel"),
        ('const nameCamel = "VALUE"', '// NAME is like "VALUE"'),
        ('var nameCamel = os.<-text=Getenv>("NAME")',),
    ),
    Surroundings(
        "<~word>.tf<|vars|>",
        "# <~sentence>",
        "",
        ('name_ = "VALUE"', 'variable "name_" { default = "VALUE" }', 'environment = { NAME = "VALUE" }'),
        ('name_ = "VALUE"',),
        ("name_ = <-text=var.service_token>", 'variable "name_" { description = "<-text=Token of the service>" }'),
    ),
    Surroundings(
        "<~word>.properties",
        "# <~sentence>",
        "",
        ("name_=VALUE", "nameCamel = VALUE", "NAME: VALUE"),
        ("name_=VALUE", "nameCamel=VALUE"),
        ("name_=<-text=${SERVICE_TOKEN}>",),
    ),
)

PAIRS = split_files(r"""
=== .aws/credentials
[default]
aws_access_key_id = <+aws-key-id@aws1>
aws_secret_access_key = <+token.aws-secret@aws1>
region = eu-west-1

[temporary]
aws_access_key_id=<+aws-temporary-id@aws2>
aws_secret_access_key=<+token.aws-secret@aws2>
aws_session_token=<+aws-session@aws2>

[role]
role_arn = <-arn>
source_profile = <-text=default>
=== scripts/<~word>.py
import boto3

s3 = boto3.client(
    "s3",
    aws_access_key_id="<+aws-key-id@aws1>",
    aws_secret_access_key="<+token.aws-secret@aws1>",
)
ROLE = "<-public.aws-role>"
QUEUE = "<-arn>"
ACCOUNT = "<-account>"
POOL = "<-public.aws-pool>"
=== <~word>_accessKeys.csv
Access key ID,Secret access key
<+aws-key-id@aws1>,<+token.aws-secret@aws1>
=== notes/<~word>.txt
<~sentence>
<+aws-key-id@aws1>
<+token.aws-secret@aws1>
instance <-public.aws-instance>
=== links.md
[download](https://<~firm>.s3.amazonaws.com/dump.sql.gz?AWSAccessKeyId=<+aws-key-id@aws1>&Signature=<+sas@aws1>&Expires=17<~int>000)
[report](https://<~lower12>.blob.core.windows.net/r/q1.pdf?sv=2022-11-02&st=<~date>&se=<~date>&sr=b&sp=r&sig=<+sas>)
[public](https://<~firm>.s3.amazonaws.com/logo.png?versionId=<-hex16>)
=== service-account.json
{
  "type": "service_account",
  "project_id": "<~firm>-<~word>",
  "private_key_id": "<-sha1>",
  "private_key": "<+key.pkcs8|json>\n",
  "client_email": "<~word>@<~firm>.iam.gserviceaccount.com",
  "client_id": "<-number>",
  "token_uri": "<-text=https://oauth2.googleapis.com/token>"
}
=== client_secret.json
{"installed": {"client_id": "<-public.google-client>",
 "project_id": "<~firm>-<~word>", "client_secret": "<+token.google-oauth-secret>",
 "token_uri": "<-text=https://oauth2.googleapis.com/token>", "redirect_uris": ["http://localhost"]}}
=== token.json
{"token": "<+token.google-access>", "refresh_token": "<+token.google-refresh>", "client_id": "<-public.google-client>",
 "client_secret": "<+token.google-oauth-secret>", "scopes": ["<-text=https://www.googleapis.com/auth/drive>"]}
=== azure/<~word>.json
{
  "appId": "<-uuid>",
  "displayName": "<~app>",
  "password": "<+token.azure-client-secret>",
  "tenant": "<-uuid>"
}
=== local.settings.json
{
  "IsEncrypted": false,
  "Values": {
    "AzureWebJobsStorage": "DefaultEndpointsProtocol=https;AccountName=<~lower12>;AccountKey=<+token.azure-storage>",
    "Local": "<-text=UseDevelopmentStorage=true>",
    "ServiceBus": "Endpoint=sb://<~firm>.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=<+shared-access-key>",
    "COSMOS": "AccountEndpoint=https://<~firm>.documents.azure.com:443/;AccountKey=<+token.azure-cosmos>;"
  }
}
=== twilio.rb
account_sid = '<-public.twilio-account>'
auth_token = '<+token.twilio>'
client = Twilio::REST::Client.new(account_sid, auth_token)
=== twitter.php
$connection = new TwitterOAuth(CONSUMER_KEY, '<+token.twitter-secret>', '<~number>-<~lower12>', '<+secret>');
=== .streamlit/secrets.toml
[gcp_service_account]
private_key_id = "<-sha1>"
private_key = "<+key.pkcs8|json>\n"
[openai]
key = "<+token.openai-project>"
=== tencent.ini
[common]
secret_id = <+tencent-id>
secret_key = <+token.tencent>
=== request.http
GET https://api.github.com/repos/<~firm>/<~word>
Authorization: token <+token.github-classic>
Accept: application/vnd.github+json
X-Request-Id: <-uuid>

###
POST https://api.openai.com/v1/chat/completions
Authorization: Bearer <+token.openai-old>
OpenAI-Organization: <-text=org-id-of-yours>
###
GET https://<~firm>.okta.com/api/v1/users
Authorization: SSWS <+token.okta>
=== remote.txt
origin  https://<~user>:<+token.github-classic>@github.com/<~firm>/<~word>.git (fetch)
mirror  https://oauth2:<+token.gitlab-pat>@gitlab.com/<~firm>/<~word>.git (push)
docs    https://github.com/<~firm>/<-text=tokenizer>.git (fetch)
=== bot.js
const bot = new TelegramBot('<+token.telegram>', { polling: true });
client.login('<+token.discord-bot>');
fetch('https://api.telegram.org/bot<+token.telegram>/getMe');
const guild = '<-public.discord-guild>';
""")
