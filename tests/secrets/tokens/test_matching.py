"""Each format is found by its own tokens, and not by texts that are almost such a token."""

from __future__ import annotations

import pytest

from scangate.secrets.tokens.catalog import ALL_FORMATS, NAMED_FORMATS, TOKEN_FORMATS, URL_FORMATS
from scangate.secrets.tokens.checksums import check_github, check_gitlab, check_macaroon, gitlab_checksum
from scangate.secrets.tokens.formats import NamedFormat, TokenFormat, UrlFormat
from scangate.secrets.tokens.matching import find_token_ranges, find_tokens
from scangate.secrets.tokens.randomness import is_written, variable_part
from tests.support.token_samples import named_line, named_sample, sample, token_sample

STARTS = [
    pytest.param(each, start, id=f"{each.rule}-{number}-{start or each.after}")
    for number, each in enumerate(TOKEN_FORMATS)
    for start in each.starts.split() or [""]
]
NAMED = [
    pytest.param(each, length, id=f"{each.rule}-{number}-{length}")
    for number, each in enumerate(NAMED_FORMATS)
    for length in each.lengths
]
URLS = [pytest.param(each, host, id=f"{each.rule}-{host}") for each in URL_FORMATS for host in each.hosts.split()]


def found(text: str) -> set[tuple[str, str]]:
    """The rules of what is found, and the values."""
    return {(each.format.rule, text[each.start : each.end]) for each in find_tokens(text)}


@pytest.mark.parametrize(("each", "start"), STARTS)
def test_a_token_is_found_by_its_form(each: TokenFormat, start: str) -> None:
    token = token_sample(each, f"{each.rule} form", start)
    for text in (f'x = connect("{each.after}{token}")\n', f"{each.after}{token}", f"é\n  url?a={each.after}{token}&b=1\n"):
        assert (each.rule, token) in found(text)
    assert not is_written(variable_part(token))


@pytest.mark.parametrize(("each", "start"), STARTS)
def test_almost_a_token_is_none(each: TokenFormat, start: str) -> None:
    token = token_sample(each, f"{each.rule} near", start)
    least = len(start) + 8
    broken = f"{token[:least]} {token[least:]}"
    longer = f"{token}{'Zz9' * 1400}"
    for text in (f'"{each.after}{token[: least + 2]}"', f'"{each.after}{broken}"', f'"{each.after}{longer}"'):
        assert not [value for rule, value in found(text) if rule == each.rule and value in (token, text.strip('"'))]


@pytest.mark.parametrize(("each", "start"), STARTS)
def test_a_token_in_a_longer_word_is_none(each: TokenFormat, start: str) -> None:
    token = token_sample(each, f"{each.rule} word", start)
    text = f'"x9{token}"' if not each.after else f'"{each.after}x{token}"'
    assert (each.rule, token) not in found(text)


@pytest.mark.parametrize(("each", "length"), NAMED)
def test_a_value_is_found_by_its_name_and_shape(each: NamedFormat, length: int) -> None:
    value = named_sample(each, f"{each.rule} named", length)
    assert (each.rule, value) in found(named_line(each, value))
    if each.words:
        word = max(each.words.split(), key=len)
        kind = (each.kinds.split() or ["token"])[0]
        assert (each.rule, value) in found(f"settings:\n  {word}:\n    region: x\n    {kind}: {value}\n")


@pytest.mark.parametrize(("each", "length"), NAMED)
def test_a_value_with_another_name_or_shape_is_none(each: NamedFormat, length: int) -> None:
    value = named_sample(each, f"{each.rule} other", length)
    if each.words:
        assert each.rule not in {rule for rule, _ in found(f'unrelated_thing = "{value}"\n')}
    else:
        assert each.rule not in {rule for rule, _ in found(named_line(each, value[1:] + "Z9" * 40))}
    assert (each.rule, value) not in found(named_line(each, f"{value}a"))


@pytest.mark.parametrize(("each", "host"), URLS)
def test_a_url_is_found(each: UrlFormat, host: str) -> None:
    url = f"https://{host}{sample(each.path, each.rule)}"
    assert (each.rule, url) in found(f'hook = "{url}"\n')
    assert each.rule not in {rule for rule, _ in found(f'hook = "{url.replace(host, "example.org")}"\n')}
    assert each.rule not in {rule for rule, _ in found(f'hook = "{url[: 2 * len(url) // 3]}!"\n')}


def test_every_format_has_its_source_and_one_title_a_rule() -> None:
    titles: dict[str, set[str]] = {}
    for each in ALL_FORMATS:
        assert each.source.startswith("https://")
        titles.setdefault(each.rule, set()).add(each.title)
    assert not {rule: names for rule, names in titles.items() if len(names) > 1}
    assert len(titles) >= 150


@pytest.mark.parametrize("escape", ["\\n", "\\t", "%22", "%3D"])
def test_a_token_after_an_escape_is_found(escape: str) -> None:
    (each,) = (each for each in TOKEN_FORMATS if each.rule == "digitalocean-token")
    token = token_sample(each, "escape")
    assert ("digitalocean-token", token) in found(f'"x{escape}{token}"')


@pytest.mark.parametrize("name", ["datadog_api_key_id", "DATADOG_KEY_SHA256", "datadog-key-version", "datadogKeyId"])
def test_a_name_of_something_else_is_none(name: str) -> None:
    (each,) = (each for each in NAMED_FORMATS if each.rule == "datadog-api-key")
    assert not found(f'{name} = "{named_sample(each, "id")}"\n')


def test_checksums() -> None:
    # the example in https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    example = "ghp" + "_zQWBuTSOoRi4A9spHcVY5ncnsDkx" + "kJ0mLq17"
    assert check_github(example)
    assert not check_github(example[:-1] + "8")
    body = "glpat-" + sample("[0-9A-Za-z_-]{38}", "gitlab") + ".01.12"
    assert check_gitlab(body + gitlab_checksum(body)) is True
    assert check_gitlab(body + "0000000") is False
    assert check_gitlab("glpat-" + sample("[0-9A-Za-z_-]{20}", "gitlab")) is None
    assert check_macaroon("pypi-AgEIcHlwaS5vcmc" + sample("[0-9A-Za-z_-]{80}", "pypi")) is None


def test_ranges_are_those_of_forms_whatever_the_checksum() -> None:
    token = "ghp" + "_" + sample("[0-9A-Za-z]{36}", "wrong")
    assert find_token_ranges(f"a {token} b") == [(2, 2 + len(token))]
    assert find_token_ranges(f"a ghp_{'x' * 36} b") == []


@pytest.mark.parametrize(
    "piece",
    [
        "a", '"', "ghp_", "sk-proj-", "&sig=", "dp.st.", "Q~", "AKIA", "a.", ":AA", "//", "xoxb-1-", "\\n" * 3,
        "ghp_aaaaaaaaaaaaaaaaaaaaaa ", "https://aaaaaaaaaaaaaaaaaaaaaaaaa/", "datadog_api_key=0f1e2d3c4b5a69780f1e2d3c4b5a6978 ",
        "   key: 0f1e2d3c4b5a69780f1e2d3c4b5a6978\n", "AKIAQ3F4K6X7M2N5P3R4 ",
    ],
)  # fmt: skip
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    text = piece * (2**18 // len(piece))
    assert all(0 <= token.start < token.end <= len(text) for token in find_tokens(text))
