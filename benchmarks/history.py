"""Measures `scangate history` over a repository that is built of the successive source distributions of one project.

    python benchmarks/history.py FOLDER [COMMITS]

FOLDER has the archives, such as ``pip download --no-deps --no-binary :all: pip==24.0`` fetches them, one for each version. Every
version becomes commits of a few files each, so that there are COMMITS in all (by default 10,000); where the versions have fewer
changes, a file is changed in two steps. The history is compared with a
scan of a directory that has each distinct blob as a file, once: time, CPU and memory, without a cache. A second run with the cache
shows what is left to do, and one over half of the commits whether the memory grows with their number.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import Cost, clean_environment, run

SCANGATE = Path(sys.executable).parent / "scangate"
POLICY = (
    "version: 1\nextends: baseline\nscanners: {bandit: {enabled: false}, semgrep: {enabled: false}, pip-audit: {enabled: false}}\n"
)
IDENTITY = "Example <example@example.org>"
RATIO_LIMIT = 1.5
CODES = (0, 1, 3)

Changes = list[tuple[str, bytes | None]]
"""Paths and contents; None for a file that is gone."""


def main(folder: Path, commits: int) -> int:
    """Builds, measures and prints; 1 if the history costs more than RATIO_LIMIT times the scan."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        work = Path(name)
        repository, blobs = work / "repository", work / "blobs"
        versions = list(list_changes(sorted(folder.glob("*.tar.gz"), key=version_key)))
        count = build_repository(repository, versions, commits)
        size = write_blobs(repository, blobs)
        print(f"{len(versions)} versions, {count:,} commits, {len(list(blobs.iterdir())):,} blobs, {size / 1e6:.1f} MB")
        (work / "policy.yaml").write_text(POLICY)
        scan, history = cost(work, "scan", blobs), cost(work, "history", "--path", repository)
        half = cost(work, "history", f"HEAD~{count // 2}", "--path", repository)
        cost(work, "history", "--path", repository, cache=True)
        again = cost(work, "history", "--path", repository, cache=True)
        rows = {"scan of the blobs": scan, "history": history, "history, half of it": half, "history, cached": again}
        for label, each in rows.items():
            print(f"{label:<20} {each.wall:8.1f} s {each.cpu:8.1f} s CPU {each.memory / 1e6:8.0f} MB")
        ratios = history.wall / scan.wall, history.cpu / scan.cpu, history.memory / scan.memory
        print("history / scan       {:8.2f}   {:8.2f}       {:8.2f}".format(*ratios))
        return int(max(ratios[:2]) > RATIO_LIMIT)


def cost(work: Path, command: str, *arguments: str | Path, cache: bool = False) -> Cost:
    """What a command of scangate costs."""
    kept = () if cache else ("--no-cache",)
    argv = [
        SCANGATE,
        command,
        *arguments,
        "--policy",
        work / "policy.yaml",
        "--quiet",
        "--report",
        f"json={work / 'v.json'}",
        *kept,
    ]
    return run(argv, cwd=work, env=clean_environment(work / "home"), codes=CODES)


def version_key(archive: Path) -> list[int]:
    """The numbers in an archive's name, for sorting."""
    return [int(number) for number in re.findall(r"\d+", archive.name)]


def list_changes(archives: list[Path]) -> Iterator[Changes]:
    """What each version changes, by path."""
    before: dict[str, bytes] = {}
    for archive in archives:
        with tarfile.open(archive) as packed:
            members = [member for member in packed.getmembers() if member.isfile() and "/" in member.name]
            files = {member.name.partition("/")[2]: packed.extractfile(member).read() for member in members}  # type: ignore[union-attr]
        changed: Changes = [(path, data) for path, data in sorted(files.items()) if before.get(path) != data]
        yield changed + [(path, None) for path in sorted(before.keys() - files.keys())]
        before = files


def in_two_steps(version: Changes, before: dict[str, bytes]) -> Changes:
    """The changes with half of each file's lines changed first. Brings ``before`` up to date."""
    steps: Changes = []
    for path, data in version:
        old, new = before.get(path, b"").splitlines(keepends=True), (data or b"").splitlines(keepends=True)
        half = b"".join(new[: len(new) // 2] + old[len(old) // 2 :])
        if old and half not in (b"", data, before[path]):
            steps.append((path, half))
        steps.append((path, data))
        before[path] = data or b""
    return steps


def build_repository(root: Path, versions: list[Changes], commits: int) -> int:
    """Writes the repository with ``git fast-import``; the number of its commits."""
    total = sum(map(len, versions))
    if total < commits:
        before: dict[str, bytes] = {}
        versions = [in_two_steps(version, before) for version in versions]
        total = sum(map(len, versions))
    size = max(1, total // commits)
    parts = [version[at : at + size] for version in versions for at in range(0, len(version), size)][:commits]
    root.mkdir()
    subprocess.run(["git", "init", "--quiet", "--bare", str(root / ".git")], check=True)
    subprocess.run(["git", "-C", str(root), "config", "core.bare", "false"], check=True)
    with subprocess.Popen(["git", "-C", str(root), "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        for number, changes in enumerate(parts):
            when = 1_000_000_000 + 3600 * number
            importer.stdin.write(f"commit HEAD\ncommitter {IDENTITY} {when} +0000\ndata 1\nx\n".encode())
            for path, data in changes:
                name = path.encode().replace(b'"', b'\\"')
                if data is None:
                    importer.stdin.write(b'D "%s"\n' % name)
                else:
                    importer.stdin.write(b'M 100644 inline "%s"\ndata %d\n%s\n' % (name, len(data), data))
    if importer.returncode:
        raise RuntimeError(f"git fast-import ended with {importer.returncode}")
    return len(parts)


def write_blobs(repository: Path, folder: Path) -> int:
    """Writes each blob of the repository to a file with the suffix that it has there; their size in bytes."""
    folder.mkdir()
    listed = subprocess.run(
        ["git", "-C", str(repository), "rev-list", "--objects", "HEAD"], check=True, capture_output=True, text=True
    )
    names = dict(line.split(" ", 1) for line in listed.stdout.splitlines() if " " in line)
    feed = "".join(f"{name}\n" for name in names).encode()
    reader = subprocess.run(["git", "-C", str(repository), "cat-file", "--batch"], input=feed, check=True, capture_output=True)
    at = total = 0
    while at < len(reader.stdout):
        end = reader.stdout.index(b"\n", at)
        name, kind, size = reader.stdout[at:end].decode().split(" ")
        data = reader.stdout[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)
        if kind == "blob":
            (folder / name).mkdir()
            (folder / name / Path(names[name]).name).write_bytes(data)
            total += len(data)
    return total


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000))
