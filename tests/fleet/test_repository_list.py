"""The list of repositories is read strictly; errors name file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.errors import UsageError
from scangate.fleet.repository_list import read_repository_list


def listed(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "list.txt"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_a_list_with_all_settings(tmp_path: Path) -> None:
    entries = read_repository_list(
        listed(
            tmp_path,
            "\ufeff# all of them\n\nhttps://t0ken-abc@h.example/org/api.git  ref=release/1.2 name=the-api policy=strict # ours\r\n"
            "'a folder'\tname=folder\nh.example:x/y.git\n",
        )
    )
    api, folder, last = entries
    assert (api.name, api.ref, api.policy, api.line) == ("the-api", "release/1.2", "strict", 3)
    assert api.address.display == "https://***@h.example/org/api.git"
    assert (folder.name, folder.address.url, folder.ref) == ("folder", str(tmp_path / "a folder"), "")
    assert (last.name, last.address.protocol) == ("y", "ssh")


@pytest.mark.parametrize(
    "line",
    [
        *("ext::sh", "a reff=x", "a main", "a ref=", "a ref=x ref=y"),
        *("a ref=-x", "a ref=a..b", "a ref=a.lock", "a ref=+a:b"),
        *("a name=../x", "a name=.x", "a name=" + "x" * 101, "'a b'", "'a"),
    ],
)
def test_an_error_names_file_and_line(tmp_path: Path, line: str) -> None:
    file = listed(tmp_path, f"# one\nother\n{line}\n")
    with pytest.raises(UsageError) as caught:
        read_repository_list(file)
    assert caught.value.message.startswith(f"{file}:3: ")
    assert "ADDRESS" in caught.value.hint


def test_a_misspelled_setting_is_corrected(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`ref=`"):
        read_repository_list(listed(tmp_path, "a reff=x\n"))


@pytest.mark.parametrize("second", ["b/api", "b/API.git", "c name=Api"])
def test_names_are_unique_without_regard_to_case(tmp_path: Path, second: str) -> None:
    with pytest.raises(UsageError, match="line 1"):
        read_repository_list(listed(tmp_path, f"a/api\n{second}\n"))


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n  # at all\n"])
def test_an_empty_list_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        read_repository_list(listed(tmp_path, text))


def test_an_unreadable_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_repository_list(listed(tmp_path, b"\xff\xfe"))
    with pytest.raises(UsageError):
        read_repository_list(tmp_path)
    with pytest.raises(UsageError):
        read_repository_list(tmp_path / "nowhere")


def test_no_error_contains_credentials(tmp_path: Path) -> None:
    for rest in ("reff=t0ken-abc", "name=t0ken-abc/x", "x"):
        with pytest.raises(UsageError) as caught:
            read_repository_list(listed(tmp_path, f"https://me:t0ken-abc@h.example/a {rest}\n"))
        assert "t0ken-abc" not in caught.value.message + caught.value.hint
