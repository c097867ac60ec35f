"""Tokens of providers are found anywhere, also in calls, and never shown."""

from __future__ import annotations

from pathlib import Path

from scangate.model import Finding, Severity
from scangate.secrets.tokens.catalog import TOKEN_FORMATS
from scangate.secrets.tokens.formats import TokenFormat
from scangate.tools.built_in import BUILT_IN
from tests.support.fake_secrets import fake_tokens
from tests.support.scan_harness import ScanHarness
from tests.support.token_samples import sample, token_sample

FORMS = [each for each in TOKEN_FORMATS if not each.after and not each.is_limited]
FORMER = """anthropic-api-key databricks-token digitalocean-token docker-hub-token github-fine-grained-token google-api-key
    google-oauth-client-secret grafana-token hashicorp-terraform-token hashicorp-vault-token hugging-face-token linear-api-key
    new-relic-api-key npm-access-token postman-api-key pulumi-access-token rubygems-api-key sentry-auth-token
    shopify-access-token slack-app-level-token"""


def format_of(rule: str) -> TokenFormat:
    """The first format of a rule."""
    return next(each for each in TOKEN_FORMATS if each.rule == rule)


def scan(folder: Path, files: dict[str, bytes | str]) -> tuple[Finding, ...]:
    """What detect-secrets and our detectors report."""
    return ScanHarness(folder).result(BUILT_IN["detect-secrets"], files).findings


def test_rule_ids_that_policies_and_baselines_name_still_exist() -> None:
    assert set(FORMER.split()) <= {each.rule for each in TOKEN_FORMATS}


def test_tokens_are_found_anywhere_and_never_shown(tmp_path: Path) -> None:
    """`client = connect("...")` is a reference to detect-secrets; a token whose form its provider made up is one there, too."""
    values = {f"f{number}.py": token_sample(each, f"anywhere {each.rule}") for number, each in enumerate(FORMS)}
    files: dict[str, bytes | str] = {path: f'client = connect("{value}")\n' for path, value in values.items()}
    files["plain.txt"] = "".join(f"{value}\n" for value in values.values())
    files["name.py"] = f'password = get("{fake_tokens("three")["Secret Keyword"]}")\n'
    findings = scan(tmp_path, files)
    reported = {(finding.location.path, finding.rule) for finding in findings if finding.severity is Severity.HIGH}
    expected = {f"f{number}.py": f"detect-secrets:{each.rule}" for number, each in enumerate(FORMS)}
    assert set(expected.items()) <= reported
    assert {("plain.txt", rule) for rule in expected.values()} <= reported
    assert not [path for path, _ in reported if path == "name.py"]
    assert not [value for value in values.values() if value in repr(findings)]


def test_an_npm_token_is_reported_once_with_or_without_its_registry(tmp_path: Path) -> None:
    token = token_sample(format_of("npm-access-token"), "four")
    files: dict[str, bytes | str] = {
        "Dockerfile": f"ENV NPM_CONFIG__authToken={token}\n",
        "a.sh": f"npm config set _authToken={token}\n",
        ".npmrc": f"//registry.example.com/:_authToken={token}\n",
    }
    reported = [(finding.location.path, finding.rule) for finding in scan(tmp_path, files) if "npm" in finding.rule]
    assert sorted(reported) == [(path, "detect-secrets:npm-access-token") for path in (".npmrc", "Dockerfile", "a.sh")]


def test_an_access_key_and_its_secret_are_one_finding(tmp_path: Path) -> None:
    identity, key = "AK" + "IA" + sample("[A-Z2-7]{16}", "id"), sample("[0-9A-Za-z+/]{40}", "aws secret")
    session = "IQoJb3JpZ2luX2Vj" + sample("[0-9A-Za-z+/]{400}", "session") + "=="
    files: dict[str, bytes | str] = {
        "credentials": f"[default]\naws_access_key_id = {identity}\naws_secret_access_key = {key}\n",
        ".env": f"AWS_ACCESS_KEY_ID={identity}\nAWS_SECRET_ACCESS_KEY={key}\n",
        "a.json": f'{{"AccessKeyId": "{identity}", "SecretAccessKey": "{key}"}}\n',
        "a.yaml": f"aws:\n  accessKey: {identity}\n  secretKey: {key}\n",
        "App.java": f'new BasicAWSCredentials("{identity}", "{key}");\n',
        "a.properties": f"cloud.aws.credentials.access-key={identity}\ncloud.aws.credentials.secret-key={key}\n",
        "a.csv": f"Access key ID,Secret access key\n{identity},{key}\n",
        "b.ini": f"[s3]\nsecret_key = {key}\naccess_key = {identity}\n",
        "main.tf": f'provider "aws" {{\n  access_key = "{identity}"\n  secret_key = "{key}"\n}}\n',
        "alone.py": f'KEY = "{identity}"\n',
        "secret.py": f'AWS_SECRET = "{key}"\n',
        "session.sh": f"export AWS_SESSION_TOKEN={session}\n",
    }
    findings = scan(tmp_path, files)
    high = sorted((finding.location.path, finding.rule) for finding in findings if finding.severity is Severity.HIGH)
    rules = {"secret.py": "aws-secret-access-key", "session.sh": "aws-session-token"}
    assert high == sorted((path, f"detect-secrets:{rules.get(path, 'aws-access-key')}") for path in files)
    assert len(findings) == len(files)
    assert key not in repr(findings)


def test_ids_of_aws_are_no_secrets(tmp_path: Path) -> None:
    ids = sample("[A-Z2-7]{17}", "ids")
    scope = "%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"
    signed = f"X-Amz-Credential=AK{'IA'}{ids[:16]}{scope}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
    files: dict[str, bytes | str] = {
        "ids.yaml": f"user: AIDA{ids}\nrole: AROA{ids}\naccount: '111122223333'\n"
        "queue: arn:aws:sqs:eu-west-1:111122223333:orders-production-dead-letter-queue\n"
        "key: arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\n",
        "signed.txt": f"https://bucket.s3.amazonaws.com/a?{signed}&X-Amz-Signature={sample('[0-9a-f]{64}', 'signature')}\n",
    }
    findings = scan(tmp_path, files)
    assert [finding.rule for finding in findings if finding.severity >= Severity.MEDIUM] == ["detect-secrets:aws-signed-url"]
    assert not [finding for finding in findings if finding.severity > Severity.MEDIUM]


def test_samples_and_parts_of_longer_words_block_nothing(tmp_path: Path) -> None:
    word = sample("[0-9A-Z]{40}", "word")
    lines = [
        "ghp" + "_" + "x" * 36,
        "sk" + "_live_" + "abcdefghijklmnopqrstuvwx",
        "AK" + "IAIOSFODNN7EXAMPLE",
        "xoxb" + "-123456789012-123456789012-xxxxxxxxxxxxxxxxxxxxxxxx",
        "AC" + sample("[0-9a-f]{32}", "account"),
        "Q1" + "AK" + "IA" + word,
        "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "hvs.compute_saturation_and_brightness_2",
        "hf_" + "abcdefghijklmnopqrstuvwxyzabcdefgh",
        "1111222233:orders-production-dead-letter-queue",
    ]
    files: dict[str, bytes | str] = {f"f{number}.txt": f"value {line}\n" for number, line in enumerate(lines)}
    assert not [finding.location for finding in scan(tmp_path, files) if finding.severity > Severity.LOW]
