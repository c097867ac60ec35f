"""Tokens of further providers are found, also in calls, and similar strings are not."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from scangate.model import Severity
from scangate.scan.token_formats import TOKEN_TYPES
from scangate.tools.built_in import BUILT_IN
from scangate.tools.provider_tokens import make_token_plugins
from tests.support.fake_secrets import fake_tokens, seeded_text
from tests.support.scan_harness import ScanHarness

HEX, UPPER = string.hexdigits[:16], string.ascii_uppercase + string.digits


def made(seed: str) -> dict[str, str]:
    """A token of each kind, generated here so that none is in the repository."""

    def text(name: str, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        return seeded_text(f"{seed} {name}", length, alphabet)

    return {
        "Anthropic API Key": "sk-" + "ant-api03-" + text("a", 93) + "AA",
        "Databricks Token": "da" + "pi" + text("d", 32, HEX),
        "DigitalOcean Token": "dop" + "_v1_" + text("do", 64, HEX),
        "Docker Hub Token": "dckr" + "_pat_" + text("dh", 27),
        "GitHub Fine-Grained Token": "github" + "_pat_" + text("g", 22) + "_" + text("h", 59),
        "Google API Key": "AI" + "za" + text("ga", 35),
        "Google OAuth Client Secret": "GOC" + "SPX-" + text("go", 28),
        "Grafana Token": "gl" + "sa_" + text("gr", 32) + "_" + text("gs", 8, HEX),
        "HashiCorp Terraform Token": text("t", 14) + ".atlas" + "v1." + text("tf", 67),
        "HashiCorp Vault Token": "hv" + "s." + text("v", 90),
        "Hugging Face Token": "h" + "f_" + text("hf", 34, string.ascii_letters),
        "Linear API Key": "lin" + "_api_" + text("l", 40),
        "New Relic API Key": "NR" + "AK-" + text("n", 27, UPPER),
        "Postman API Key": "PM" + "AK-" + text("p", 24, HEX) + "-" + text("q", 34, HEX),
        "Pulumi Access Token": "pu" + "l-" + text("pu", 40, HEX),
        "RubyGems API Key": "ruby" + "gems_" + text("r", 48, HEX),
        "Sentry Auth Token": "sntry" + "u_" + text("s", 64, HEX),
        "Shopify Access Token": "shp" + "at_" + text("sh", 32, HEX),
        "Slack App-Level Token": "-".join(
            ("xa" + "pp", "1", text("x", 11, UPPER), text("y", 13, string.digits), text("z", 64, HEX))
        ),
        "npm Access Token": "np" + "m_" + text("npm", 36),
    }


def test_each_format_matches_its_own_token_only() -> None:
    values = made("one")
    assert set(values) == TOKEN_TYPES
    for plugin in make_token_plugins():
        seen = {kind for kind, value in values.items() if set(plugin.analyze_string(f'x = "{value}"'))}
        assert seen == {plugin.secret_type}


@pytest.mark.parametrize("kind", sorted(TOKEN_TYPES))
def test_a_token_within_a_longer_word_is_not_matched(kind: str) -> None:
    (plugin,) = (each for each in make_token_plugins() if each.secret_type == kind)
    value = made("two")[kind]
    assert list(plugin.analyze_string(value)) == [value]
    assert not list(plugin.analyze_string(f"a{value}"))
    assert not list(plugin.analyze_string(value[:24]))


def test_tokens_are_found_anywhere_and_never_shown(tmp_path: Path) -> None:
    """`client = connect("...")` is a reference to detect-secrets; a token whose form its provider made up is one there, too."""
    ours, theirs = made("three"), fake_tokens("three")
    known = {
        kind: theirs[kind] for kind in ("AWS Access Key", "GitHub Token", "Slack Token", "Stripe Access Key", "SendGrid API Key")
    }
    values = {**ours, **known}
    files: dict[str, bytes | str] = {f"{place}.py": f'client = connect("{value}")\n' for place, value in enumerate(values.values())}
    files["plain.txt"] = "".join(f"{value}\n" for value in values.values())
    files["name.py"] = f'password = get("{theirs["Secret Keyword"]}")\n'
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], files)
    reported = {(finding.location.path, finding.title) for finding in result.findings if finding.severity is Severity.HIGH}
    assert {(f"{place}.py", kind) for place, kind in enumerate(values)} <= reported
    assert {("plain.txt", kind) for kind in values} <= reported
    assert not [path for path, _ in reported if path == "name.py"]
    assert not [value for value in values.values() if value in repr(result.findings)]


def test_an_npm_token_is_reported_once_with_or_without_its_registry(tmp_path: Path) -> None:
    token = made("four")["npm Access Token"]
    files: dict[str, bytes | str] = {
        "Dockerfile": f"ENV NPM_CONFIG__authToken={token}\n",
        "a.sh": f"npm config set _authToken={token}\n",
        ".npmrc": f"//registry.example.com/:_authToken={token}\n",
    }
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], files)
    reported = [(finding.location.path, finding.title) for finding in result.findings if "npm" in finding.title.lower()]
    assert sorted(reported) == [(".npmrc", "npm Access Token"), ("Dockerfile", "npm Access Token"), ("a.sh", "npm Access Token")]


def test_an_identifier_with_a_token_prefix_is_not_matched() -> None:
    names = (
        "hvs.compute_saturation_and_brightness",
        "hvs.computeSaturationAndBrightness",
        "hvs.compute_saturation_and_brightness_2",
        "hf_" + "abcdefghijklmnopqrstuvwxyzabcdefgh",
        "HF_" + "hf_" + "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH",
    )
    for name in names:
        assert not [seen for plugin in make_token_plugins() for seen in plugin.analyze_string(f"x = {name}(1)")]
