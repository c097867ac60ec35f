"""Tokens as providers document them, or as they are in public texts: written down here a second time, apart from the tables."""

from __future__ import annotations

import pytest

from scangate.secrets.tokens.catalog import ALL_FORMATS
from scangate.secrets.tokens.formats import Evidence, NamedFormat, TokenFormat, UrlFormat
from scangate.secrets.tokens.matching import find_tokens
from tests.support.token_samples import sample

ALNUM = "[0-9A-Za-z]"
URL_SAFE = "[0-9A-Za-z_-]"
HEX = "[0-9a-f]"
UUID = f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"
DIGIT = "[0-9]"

# the rule, the text that it begins with, a pattern for the rest
FORMS = [
    ("adyen-api-key", "AQE", f"{ALNUM}{{91}}==-{ALNUM}{{43}}=-[0-9A-Za-z;%]{{15}}[a-z]"),
    ("adobe-client-secret", "p8e-", f"{URL_SAFE}{{32}}"),
    ("alibaba-cloud-access-key", "LTAI", f"{ALNUM}{{12}}"),
    ("alibaba-cloud-access-key", "LTAI", f"5t{ALNUM}{{18}}"),
    ("anyscale-token", "aph0_Ck", f"gwRg{URL_SAFE}{{226}}"),
    ("anyscale-token", "esecret_", "[0-9a-z]{26}"),
    ("apify-api-token", "apify_api_", f"{ALNUM}{{36}}"),
    ("atlassian-api-token", "ATSTT3xFf", f"GF0{URL_SAFE}{{171}}=[0-9A-F]{{8}}"),
    ("aws-appsync-api-key", "da2-", "[a-z0-9]{26}"),
    ("aws-identity-center-token", "aoaAAAAA", f"{URL_SAFE}{{85}}:MGUCM{ALNUM}{{133}}"),
    ("aws-login-client-secret", "amzn1.oa2-cs.v1.", f"{HEX}{{64}}"),
    ("aws-login-refresh-token", "Atzr|Iw", f"EBI{URL_SAFE}{{322}}"),
    ("axiom-token", "xaat-", UUID),
    ("azure-service-key", "", f"{ALNUM}{{52}}JQQJ99BFACYeBjFXJ3w3AAALACOG{ALNUM}{{4}}"),
    ("azure-devops-personal-access-token", "", f"{ALNUM}{{52}}JQQJ99BCACAAAAAZg6lNAAASAZDO{ALNUM}{{4}}"),
    ("circleci-token", "CCIPAT_", f"{ALNUM}{{22}}_{HEX}{{40}}"),
    ("cloudflare-api-token", "cfut_", f"{ALNUM}{{40}}{HEX}{{8}}"),
    ("context7-api-key", "ctx7sk-", UUID),
    ("dbt-cloud-token", "dbtu_", f"{URL_SAFE}{{50}}"),
    ("github-token", "ghs_", f"{DIGIT}{{7}}_eyJ{ALNUM}{{33}}[.]{ALNUM}{{100}}[.]{URL_SAFE}{{342}}"),
    ("google-api-key", "AQ.", f"Ab8RN6{URL_SAFE}{{44}}"),
    ("infisical-service-token", "st.", f"{UUID}[.]{HEX}{{32}}[.]{HEX}{{32}}"),
    ("inngest-signing-key", "signkey-prod-", f"{HEX}{{64}}"),
    ("klarna-api-key", "klarna_test_api_", f"{ALNUM}{{155}}"),
    ("linkedin-client-secret", "WPL_AP1.", f"{ALNUM}{{16}}[.]{ALNUM}{{6}}=="),
    ("logfire-token", "pylf_v1_us_", f"{ALNUM}{{44}}"),
    ("maxmind-license-key", "", f"{ALNUM}{{6}}_{ALNUM}{{29}}_mmk"),
    ("pinecone-api-key", "pcsk_", f"{ALNUM}{{6}}_{ALNUM}{{63}}"),
    ("pubnub-secret-key", "sec-c-", f"{ALNUM}{{48}}"),
    ("runpod-api-key", "rpa_", "[0-9A-Z]{40}[0-9a-z]{6}"),
    ("sourcegraph-access-token", "sgp_", f"ws{HEX}{{32}}_{HEX}{{40}}"),
    ("tavily-api-key", "tvly-", f"dev-{ALNUM}{{6}}-{ALNUM}{{42}}"),
    ("tavily-api-key", "tvly-", f"{ALNUM}{{32}}"),
    ("telegram-bot-token", "", f"{DIGIT}{{10}}:AA{URL_SAFE}{{33}}"),
    ("vercel-blob-token", "vercel_blob_rw_", f"{ALNUM}{{16}}_{ALNUM}{{30}}"),
    ("wandb-api-key", "wandb_v1_", f"{ALNUM}{{27}}_{ALNUM}{{49}}"),
    ("yandex-cloud-api-key", "AQVN", f"{URL_SAFE}{{36}}"),
    ("zapier-webhook-url", "https://hooks.zapier.com/hooks/catch/", f"{DIGIT}{{7}}/[0-9a-z]{{7}}"),
]


def found(text: str) -> set[tuple[str, str]]:
    """The rules of what is found, and the values."""
    return {(each.format.rule, text[each.start : each.end]) for each in find_tokens(text)}


@pytest.mark.parametrize(("rule", "start", "rest"), FORMS)
def test_a_token_of_this_form_is_found(rule: str, start: str, rest: str) -> None:
    value = start + sample(rest, rule)
    assert (rule, value) in found(f'client = connect("{value}")\n')
    assert (rule, value) in found(f"VALUE={value}\n")


@pytest.mark.parametrize(("rule", "start", "rest"), FORMS)
def test_a_token_that_is_cut_is_none(rule: str, start: str, rest: str) -> None:
    value = start + sample(rest, rule)
    cut = value[: len(value) // 3]
    assert rule not in {other for other, _ in found(f'client = connect("{cut}")\n')}


def test_the_token_in_a_request_to_telegram_is_found() -> None:
    token = sample(f"{DIGIT}{{10}}:AA{URL_SAFE}{{33}}", "bot")
    assert ("telegram-bot-token", token) in found(f"fetch('https://api.telegram.org/bot{token}/getMe');\n")
    assert not found(f"see robot{token}\n")


def test_the_host_of_akamai_is_no_credential() -> None:
    host = "akab-" + sample("[0-9a-z]{16}-[0-9a-z]{16}", "akamai")
    assert found(f'CLIENT = EdgeGrid("{host}")\n') == {("akamai-edgegrid-credential", host)}
    assert not found(f'base = "https://{host}.luna.akamaiapis.net"\n')


@pytest.mark.parametrize(("word", "start", "rest"), [("PIPEDREAM", "pd_", 32), ("LOB", "live_", 35), ("STATSIG", "secret-", 43)])
def test_a_token_whose_start_is_common_needs_its_name(word: str, start: str, rest: int) -> None:
    value = start + sample(f"{HEX}{{{rest}}}", word)
    assert value in {each for _, each in found(f"{word}_API_KEY={value}\n")}
    assert not found(f"VALUE={value}\n")


def test_an_ngrok_authtoken_is_found_by_its_name() -> None:
    token = sample(f"2{ALNUM}{{26}}_{ALNUM}{{21}}", "ngrok")
    assert ("ngrok-authtoken", token) in found(f"NGROK_AUTHTOKEN={token}\n")
    assert not found(f"NAME={token}\n")


def test_each_format_says_how_it_is_known_and_where_it_is_described() -> None:
    for each in ALL_FORMATS:
        assert each.source.startswith("https://"), each.rule
        assert each.evidence in Evidence, each.rule
        if isinstance(each, UrlFormat) or (isinstance(each, TokenFormat) and each.check):
            assert each.evidence is Evidence.DOCUMENTED, each.rule
        if isinstance(each, NamedFormat) and not each.words:
            assert each.evidence is not Evidence.ASSUMED, each.rule  # nothing but its form distinguishes it from other texts
