"""A symbolic link is scanned as what its own name says, with the bytes of what it leads to; one that leads nowhere is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scangate.model import GapKind, SkipReason
from scangate.scan.content_types import identify_targets
from scangate.scan.discovery import Listing, list_commit, list_files, list_range, list_staged
from scangate.scan.skipping import ExcludedPaths
from tests.scan.test_pieces import PythonScanner
from tests.support.scan_harness import ScanHarness, run_git, write_files

LIMIT = 1024 * 1024
PAYLOAD = "some words, bad(1)\n"
FILES: dict[str, bytes | str] = {
    "payload.txt": PAYLOAD,
    "recipe": "FROM python:3.12\nRUN pip install x\n",
    "deep/er/script": "#!/usr/bin/python3\nbad(2)\n",
    ".gitignore": "ignored/\nsecret.txt\n",
    "ignored/app.txt": "bad(3)\n",
    "ignored/more/mod.py": "bad(4)\n",
    "secret.txt": "bad(5)\n",
    "same.py": "bad(6)\n",
}
LINKS = {
    "run.py": "payload.txt",
    "Dockerfile": "recipe",
    "deep/tool": "er/script",
    "deep/up.py": "../payload.txt",
    "deep/chain.py": "./up.py",
    "through.py": "folder/script",
    "folder": "deep/er",
    "app.py": "ignored/app.txt",
    "key.py": "secret.txt",
    "copy.py": "same.py",
}
BROKEN = {
    "out.py": "../outside.py",
    "absolute.py": "/etc/passwd",
    "dangling.py": "nowhere",
    "loop.py": "loop.py",
    "file.py": "same.py/x",
}


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, {**FILES, "../outside.py": "bad(7)\n"})
    for name, end in {**LINKS, **BROKEN}.items():
        (bench.root / name).symlink_to(end)
    run_git(bench.root, "init", "-q")
    return bench


def listings(bench: ScanHarness) -> Iterator[tuple[str, Listing]]:
    """Of the folder, the repository, the index and a commit."""
    yield "folder", list_files(bench.root, None)
    run_git(bench.root, "add", "-A")
    yield "work tree", bench.listing()
    yield "staged", list_staged(bench.root, bench.repository(), [])
    yield "staged alone", list_staged(bench.root, bench.repository(), sorted(LINKS))
    run_git(bench.root, "commit", "-q", "-m", "x")
    repository = bench.repository()
    assert repository is not None
    yield "commit", list_commit(bench.root, repository, "HEAD")


@pytest.mark.integration
def test_a_link_has_the_type_of_its_name_and_the_bytes_of_its_end(bench: ScanHarness) -> None:
    for source, listing in listings(bench):
        found = identify_targets(listing, LIMIT)
        read = found.reader(found.targets, LIMIT)
        facts = {target.path: (target.content_type, read(target).decode()) for target in found.targets if target.path in LINKS}
        wanted = {
            "run.py": ("python", PAYLOAD),
            "Dockerfile": ("dockerfile", FILES["recipe"]),
            "deep/tool": ("python", FILES["deep/er/script"]),
            "deep/up.py": ("python", PAYLOAD),
            "deep/chain.py": ("python", PAYLOAD),
            "through.py": ("python", FILES["deep/er/script"]),
            "copy.py": ("python", FILES["same.py"]),
        }
        if source != "commit":  # it does not have what is ignored
            wanted |= {"app.py": ("python", "bad(3)\n"), "key.py": ("python", "bad(5)\n")}
        assert facts == wanted, source
        assert {left.path: left.reason for left in found.summary.skipped_paths if left.path in LINKS} == {
            "folder": SkipReason.LINK_WITHIN_TREE
        }
        broken = {**BROKEN, **({"app.py": "", "key.py": ""} if source == "commit" else {})}
        expected = {} if source == "staged alone" else dict.fromkeys(broken, GapKind.UNREADABLE)
        assert {gap.path: gap.kind for gap in found.summary.gaps} == expected, source


@pytest.mark.integration
def test_a_link_is_part_of_a_change_of_what_it_leads_to(bench: ScanHarness) -> None:
    for name in BROKEN:
        (bench.root / name).unlink()
    run_git(bench.root, "add", "-A")
    run_git(bench.root, "commit", "-q", "-m", "x")
    write_files(bench.root, {"payload.txt": "bad(8)\n"})
    (bench.root / "deep/up.py").unlink()
    (bench.root / "deep/up.py").symlink_to("../recipe")
    run_git(bench.root, "add", "-A")
    repository = bench.repository()
    assert repository is not None
    staged = list_staged(bench.root, repository, [])
    assert {target.path for target in staged.targets} == {"payload.txt", "run.py", "deep/up.py", "deep/chain.py"}
    assert {target.path for target in list_staged(bench.root, repository, ["payload.txt"]).targets} == {"payload.txt"}
    assert {target.path for target in list_staged(bench.root, repository, [], "deep").targets} == {"deep/up.py", "deep/chain.py"}
    before = run_git(bench.root, "rev-parse", "HEAD").strip()
    run_git(bench.root, "commit", "-q", "-m", "y")
    after = run_git(bench.root, "rev-parse", "HEAD").strip()
    changed = list_range(bench.root, repository, before, after)
    assert [target.path for target in changed.targets] == [target.path for target in staged.targets]


def scanned(bench: ScanHarness, exclusions: tuple[ExcludedPaths, ...] = (), *, splits: bool = True) -> set[str]:
    scanner = PythonScanner("python", splits=splits)
    result, targets = bench.run(scanner, exclusions=exclusions)
    assert set(scanner.given) == set(result.analyzed_files)
    skipped = {left.path for left in targets.skipped_paths if left.reason is SkipReason.LINK_WITHIN_TREE}
    of_python = next(each.paths for each in targets.content if each.content_type == "python")
    assert skipped.isdisjoint(of_python)
    return set(scanner.given)


@pytest.mark.integration
def test_a_link_that_would_repeat_its_end_is_scanned_once(bench: ScanHarness) -> None:
    python = {"run.py", "deep/up.py", "deep/chain.py", "app.py", "key.py", "same.py", "deep/er/script"}
    assert scanned(bench) == python
    assert scanned(bench, splits=False) == python | {"copy.py", "deep/tool", "through.py"}


@pytest.mark.integration
def test_a_link_to_an_excluded_file_is_scanned(bench: ScanHarness) -> None:
    assert "copy.py" in scanned(bench, (ExcludedPaths("same.py", "not ours"),))
    assert "copy.py" in scanned(bench, (ExcludedPaths("same.py", "not ours", ("plugin",)),))
    assert "copy.py" not in scanned(bench, (ExcludedPaths("*.py", "not ours"),))


@pytest.mark.integration
def test_a_link_to_a_folder_that_is_ignored_has_its_files(bench: ScanHarness) -> None:
    for name, end in (("package", "ignored"), ("inner", "ignored/more"), ("self", "."), ("part", "deep")):
        (bench.root / name).symlink_to(end)
    (bench.root / "ignored/loop").symlink_to("../ignored")
    listing = bench.listing()
    below = {target.path for target in listing.targets if target.path.startswith(("package/", "inner/", "self/", "part/"))}
    assert below == {"package/app.txt", "package/more/mod.py", "inner/mod.py"}
    read = listing.reader(listing.targets, LIMIT)
    assert {read(target) for target in listing.targets if target.path == "inner/mod.py"} == {b"bad(4)\n"}
    assert {"self", "part"} <= {left.path for left in listing.summary.skipped_paths}


@pytest.mark.integration
def test_a_link_to_our_own_output_is_left_out(bench: ScanHarness) -> None:
    write_files(bench.root, {"reports/verdict.json": "{}"})
    (bench.root / "latest.json").symlink_to("reports/verdict.json")
    listing = list_files(bench.root, None, (bench.root / "reports",))
    left = {skipped.path: skipped.reason for skipped in listing.summary.skipped_paths}
    assert left["latest.json"] is left["reports/verdict.json"] is SkipReason.OWN_OUTPUT
