"""Sources that a build can install scangate from, and buildspecs that install them."""

from __future__ import annotations

import pytest
import yaml

from scangate.cli.install_source import PLACEHOLDER, SourceKind, parse_install_source
from scangate.cli.project_detection import Project
from scangate.cli.snippet import list_snippets
from scangate.cli.starter_buildspec import fit_buildspec
from scangate.cli.starter_files import write_workflow
from scangate.errors import UsageError

pytestmark = pytest.mark.unit
GIT = "git+https://git.example.org/team/scangate@v1.2.3"
BUILDSPECS = [name for name, file in list_snippets().items() if "/" not in name and file.suffix == ".yml"]
SOURCES = {
    "": SourceKind.PLACEHOLDER,
    GIT: SourceKind.GIT,
    "git+ssh://git@git.example.org/team/scangate.git@0123abc": SourceKind.GIT,
    "https://files.example.org/scangate-1.2.3-py3-none-any.whl": SourceKind.URL,
    "/opt/scangate-1.2.3-py3-none-any.whl": SourceKind.PATH,
    "s3://packages/scangate-1.2.3-py3-none-any.whl": SourceKind.S3,
    "scangate==1.2.3": SourceKind.INDEX,
    "image": SourceKind.IMAGE,
}


@pytest.mark.parametrize(("text", "kind"), SOURCES.items())
def test_a_source_is_recognized(text: str, kind: SourceKind) -> None:
    assert parse_install_source(text).kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "git+https://git.example.org/team/scangate",
        "git+https://user:word@git.example.org/team/scangate@v1",
        "git+https://git.example.org/team/scangate@v1'; id; '",
        "http://files.example.org/scangate-1.2.3-py3-none-any.whl",
        "https://files.example.org/scangate.tar.gz",
        "dist/scangate-1.2.3-py3-none-any.whl",
        "other==1.0",
        "scangate@v1",
        "scangate",
    ],
)
def test_what_a_build_cannot_install_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_install_source(text)


@pytest.mark.parametrize(
    "form",
    [
        "git+https://{}@git.example.org/team/scangate@v1",
        "git+https://{}@git.example.org/team/scangate",
        "git+https://oauth2:{}@git.example.org/team/scangate@v1",
        "git+ssh://git:{}@git.example.org/team/scangate@v1",
        "git+ssh://git@{}@git.example.org/team/scangate@v1",
        "git+https://git.example.org?private_token={}/team/scangate@v1",
        "https://{}@files.example.org/scangate-1.2.3-py3-none-any.whl",
        "https://files.example.org/scangate-1.2.3-py3-none-any.whl?token={}",
        "https://files.example.org/scangate-1.2.3-py3-none-any.whl?token={}.whl",
        "s3://{}@packages/scangate-1.2.3-py3-none-any.whl",
        "scangate@https://user:{}@files.example.org/scangate-1.2.3-py3-none-any.whl",
    ],
)
def test_a_source_with_credentials_is_refused_without_repeating_them(form: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_install_source(form.format("blue-kettle"))
    assert "blue-kettle" not in f"{refusal.value.message} {refusal.value.hint}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (GIT, f"scangate[aws] @ {GIT}"),
        ("/opt/scangate-1.2.3-py3-none-any.whl", "/opt/scangate-1.2.3-py3-none-any.whl[aws]"),
        ("scangate==1.2.3", "scangate[aws]==1.2.3"),
        ("s3://packages/scangate-1.2.3-py3-none-any.whl", "s3://packages/scangate-1.2.3-py3-none-any.whl"),
    ],
)
def test_extras_are_part_of_what_pip_is_given(text: str, wanted: str) -> None:
    assert parse_install_source(text).with_extras("[aws]") == wanted


@pytest.mark.parametrize("name", BUILDSPECS)
@pytest.mark.parametrize("text", SOURCES)
def test_every_buildspec_installs_the_source_and_never_a_name_alone(name: str, text: str) -> None:
    written = fit_buildspec(name, Project("3.13", "24", ("true",)), parse_install_source(text))
    spec = yaml.safe_load(written)
    install = spec["phases"]["install"]
    assert install["runtime-versions"] == {"python": "3.13", "nodejs": "24"}
    assert "SCANGATE_INSTALL:-" not in written
    pip = [entry for entry in install["commands"] if "pip install" in entry]
    assert len(pip) == (0 if text == "image" else 1)
    variables = spec["env"].get("variables", {})
    assert (text or PLACEHOLDER) in variables.get("SCANGATE_INSTALL", "image") or text == "scangate==1.2.3"
    assert ("placeholder" in written) is (text == "")
    assert all(value is not None for value in spec["env"].values())


@pytest.mark.parametrize("text", ["s3://packages/scangate-1.2.3-py3-none-any.whl", "/opt/scangate-1.2.3-py3-none-any.whl", "image"])
def test_a_workflow_refuses_what_it_cannot_reach(text: str) -> None:
    with pytest.raises(UsageError):
        write_workflow(parse_install_source(text))
