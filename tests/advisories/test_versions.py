"""The order of versions in each ecosystem: the examples of its documentation, and pairs on which its own tool decided."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.advisories.ecosystems import CARGO, ECOSYSTEMS, GO, HEX, MAVEN, NPM, NUGET, PACKAGIST, PUB, PYPI, RUBYGEMS, Ecosystem
from scangate.advisories.versions.ordered import AnyVersion

ASCENDING: list[tuple[Ecosystem, str]] = [
    # https://semver.org/#spec-item-11
    (
        NPM,
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.1.0 2.0.0 10.0.0",
    ),
    (CARGO, "0.9.0 0.10.0-rc.1 0.10.0"),
    (HEX, "1.0.0-dev 1.0.0 1.0.1"),
    # https://go.dev/ref/mod#pseudo-versions
    (GO, "v0.0.0-20191109021931-daa7c04131f5 v0.0.1 v1.2.3-pre.0.20200101000000-abcdefabcdef v1.2.3 v2.0.0+incompatible v2.0.1"),
    (GO, "1.21beta1 1.21rc1 1.21rc2 1.21.0 go1.21.1"),
    # https://pub.dev/documentation/pub_semver/latest/pub_semver/Version-class.html
    (PUB, "1.0.0-dev 1.0.0 1.0.0+1 1.0.0+2 1.0.1"),
    # https://guides.rubygems.org/patterns/#prerelease-gems
    (RUBYGEMS, "1.0.a 1.0.b2 1.0.rc1 1.0 1.0.1 1.9 1.10 2.0.0.pre1 2"),
    (RUBYGEMS, "1.a.0.b 1.a 1"),
    # https://learn.microsoft.com/en-us/nuget/concepts/package-versioning
    (NUGET, "1.0.1-aaa 1.0.1-alpha 1.0.1-beta 1.0.1-beta.2 1.0.1-beta.11 1.0.1-open 1.0.1-RC 1.0.1-zzz 1.0.1 1.0.1.1"),
    # https://getcomposer.org/doc/articles/versions.md#stability-constraints
    (PACKAGIST, "1.0.0-dev 1.0.0-alpha1 1.0.0-alpha2 1.0.0-beta1 1.0.0-RC1 v1.0.0 1.0.0-p1 1.0.0.1 1.0.1"),
    # https://maven.apache.org/pom.html#version-order-specification
    (MAVEN, "1-alpha-1 1-alpha2 1-beta1 1-m1 1-rc1 1-SNAPSHOT 1 1-sp 1-foo 1-1 1.1 1.2-beta-2 1.2 1.10"),
    (MAVEN, "2.0.0.RC1 2.0.0.RELEASE 2.0.1 30.0-android 30.0-jre 30.1-jre"),
]
EQUAL = [
    (NPM, "1.2.3", "v1.2.3"),
    (NPM, "1.2.3+build", "1.2.3"),
    (GO, "v2.0.0+incompatible", "2.0.0"),
    (GO, "1.21", "1.21.0"),
    (RUBYGEMS, "1.0.0", "1"),
    (RUBYGEMS, "1.0.a", "1.0.a.0"),
    (NUGET, "1.0.0-RC.1", "1.0.0-rc.1+x"),
    (NUGET, "1.0", "1.00.0.0"),
    (PACKAGIST, "v1.0", "1.0.0.0"),
    (MAVEN, "1.0.0", "1"),
    (MAVEN, "1-ga", "1-final"),
    (MAVEN, "1.foo", "1-foo"),
    (MAVEN, "1-cr1", "1-rc1"),
]
INVALID = [
    (NPM, "latest"),
    (NPM, "1.2.3.4"),
    (GO, "v1.x"),
    (RUBYGEMS, "x.1"),
    (NUGET, "1.2.3.4.5"),
    (PACKAGIST, "dev-main"),
    (MAVEN, ""),
]


def _parse(ecosystem: Ecosystem, text: str) -> AnyVersion:
    version = ecosystem.parse_version(text)
    assert version is not None, text
    return version


@pytest.mark.parametrize(("ecosystem", "versions"), ASCENDING, ids=[f"{each.name} {text[:12]}" for each, text in ASCENDING])
def test_the_order_of_versions(ecosystem: Ecosystem, versions: str) -> None:
    for lower, higher in pairwise(versions.split()):
        left, right = _parse(ecosystem, lower), _parse(ecosystem, higher)
        assert left < right, (lower, higher)
        assert right > left
        assert left != right


@pytest.mark.parametrize(("ecosystem", "one", "other"), EQUAL)
def test_equal_versions(ecosystem: Ecosystem, one: str, other: str) -> None:
    left, right = _parse(ecosystem, one), _parse(ecosystem, other)
    assert left == right
    assert not left < right
    assert not left > right
    assert hash(left) == hash(right)


@pytest.mark.parametrize(("ecosystem", "text"), INVALID)
def test_what_is_no_version(ecosystem: Ecosystem, text: str) -> None:
    assert ecosystem.parse_version(text) is None


@given(st.text(alphabet="0123456789.-+vabrc_ \n", max_size=140), st.text(alphabet="0123456789.-+vabrc", max_size=20))
def test_any_two_texts_are_ordered_or_no_versions(one: str, other: str) -> None:
    for ecosystem in ECOSYSTEMS:
        left, right = ecosystem.parse_version(one), ecosystem.parse_version(other)
        if left is not None and right is not None:
            assert (left < right) + (left > right) + (left == right) == 1


def test_python_stays_with_the_library_of_pip() -> None:
    assert _parse(PYPI, "1.0.post1") > _parse(PYPI, "1.0")
