"""A small weak tree, scans of it in folders of their own, and the judgement of what a scan left."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.endurance.journal import ROOT
from tests.support.command import TIMEOUT
from tests.support.linked_environment import LinkedEnvironment
from tests.support.normalized_reports import VOLATILE
from tests.support.planted_secrets import PlantedSecrets, read_tree

POLICY = "version: 1\nextends: baseline\nscanners:\n  pip-audit: {enabled: true, advisories: local}\n"
LAUNCHER = ROOT / "scanners" / "scangate" / "cli" / "launcher.py"
PASSES = (0, 5)
ALLOWED = {1, 2, 3}
END_SECONDS = 30  # in which what a killed scan had started has to end by itself


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what a scan runs: variables, and a shell's ``limits`` such as ``ulimit -n 40``. ``codes``: exit codes that are right in
    addition to those of a verdict; ``detail``: how strong the fault is."""

    env: Mapping[str, str] = field(default_factory=dict)
    limits: str = ""
    codes: frozenset[int] = frozenset()
    detail: str = ""


class Site:
    """Everything of one scan below ``root``: tree, policy, cache, reports, temporary files, and an environment with the tools."""

    def __init__(self, root: Path) -> None:
        self.root, self.secrets = root, PlantedSecrets()
        self.tree, self.cache, self.out, self.temp = (root / name for name in ("tree", "cache", "out", "temp"))
        self.touched: set[str] = set()
        self.files = {name: text for name, text in self.secrets.files.items() if name != "src/broken.py"}
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        self.tools = LinkedEnvironment(root / "environment")
        self.tools.write("scangate", LAUNCHER.read_text("utf-8").partition("\n")[2])  # as an installer does
        (root / "policy.yaml").write_text(POLICY, "utf-8")

    def reset(self) -> None:
        """Restore the tree; remove what a scan left. The cache stays."""
        for folder in (self.out, self.temp):
            shutil.rmtree(folder, ignore_errors=True)
        self.temp.mkdir()
        self.touched.clear()
        self.restore_tree()

    def restore_tree(self) -> None:
        """Write all files of the tree anew, which is a repository without a commit."""
        shutil.rmtree(self.tree, ignore_errors=True)
        subprocess.run(["git", "init", "--quiet", self.tree], check=True)
        for name, text in self.files.items():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def start(self, conditions: Conditions) -> subprocess.Popen[bytes]:
        """Start a scan; what it prints goes to a file."""
        command = [str(self.tools.command), "scan", str(self.tree), "--policy", str(self.root / "policy.yaml")]
        command += ["--output-dir", str(self.out), "--cache-dir", str(self.cache)]
        if conditions.limits:
            command = ["/bin/sh", "-c", f'{conditions.limits}; exec "$@"', "sh", *command]
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.root), "TMPDIR": str(self.temp), **conditions.env}
        with (self.root / "printed").open("wb") as printed:
            return subprocess.Popen(
                command, cwd=self.root, env=env, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, start_new_session=True
            )

    def finish(self, scan: subprocess.Popen[bytes]) -> int:
        """Its exit code; a scan that does not end is killed, and has the code of a time-out."""
        try:
            return scan.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            scan.kill()
            return scan.wait() and 124

    def scan(self) -> int:
        """A scan without a fault; its exit code."""
        return self.finish(self.start(Conditions()))

    @property
    def printed(self) -> bytes:
        """What the last scan printed."""
        return (self.root / "printed").read_bytes()

    def reports(self) -> dict[str, str]:
        """The reports by their names, without what differs from run to run."""
        return {file.name: VOLATILE.sub("", file.read_text("utf-8", "replace")) for file in sorted(self.out.glob("*"))}

    def verdict(self) -> dict[str, Any] | None:
        """verdict.json, None if it was not written. Raises ValueError for half of one."""
        file = self.out / "verdict.json"
        return json.loads(file.read_bytes()) if file.exists() else None

    def processes(self) -> list[int]:
        """The processes that run for a scan of this site, the scan itself among them."""
        return sorted(number for number, environ in _environments() if os.fsencode(self.temp) in environ)

    def leaks(self) -> list[str]:
        """Which secrets are in what was printed, in reports, the cache and temporary files."""
        found = set(self.secrets.leaks_in(self.printed))
        for folder in (self.out, self.cache, self.temp):
            found.update(leak for _, data in read_tree(folder) for leak in self.secrets.leaks_in(data))
        return sorted(found)


def _difference(before: str, after: str) -> str:
    """Where two texts begin to differ."""
    at = next(
        (at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), min(len(before), len(after))
    )
    return f"{before[max(at - 60, 0) : at + 60]!r} became {after[max(at - 60, 0) : at + 60]!r}"


def _environments() -> Iterator[tuple[int, bytes]]:
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield int(entry.name), (entry / "environ").read_bytes()


def judge(site: Site, code: int, conditions: Conditions, expected: Mapping[str, Any]) -> list[str]:
    """What is wrong after a scan with a fault; ``expected``: the verdict without one."""
    was_killed = code == -signal.SIGKILL
    problems = []
    if code in PASSES:
        problems.append(f"false pass: exit code {code}")
    elif code not in ALLOWED | conditions.codes and not was_killed:
        problems.append(f"exit code {code}")
    if b"Traceback" in site.printed:
        problems.append("traceback")
    try:
        verdict = site.verdict()
    except ValueError:
        problems.append("half a verdict.json")
    else:
        problems += _lost(verdict, expected, site.touched) if verdict is not None else []
    limit = time.monotonic() + END_SECONDS
    while (left := site.processes()) and time.monotonic() < limit:
        time.sleep(0.1)
    problems += [f"{len(left)} processes left"] if left else []
    if not was_killed:  # a killed process cannot clean up: the next scan does
        problems += [f"temporary files left: {len(list(site.temp.iterdir()))}"] if any(site.temp.iterdir()) else []
        problems += [f"leak: {leak}" for leak in site.leaks()]
    for number in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return problems


def _lost(verdict: Mapping[str, Any], expected: Mapping[str, Any], touched: set[str]) -> Iterator[str]:
    """A PASS, and blocking findings that are neither reported nor covered by a gap."""
    if verdict["outcome"] == "PASS":
        yield "false pass: verdict.json"
    reported = {entry["finding"]["fingerprint"] for entry in _with_members(verdict["findings"])}
    gaps = {entry["gap"]["path"] for entry in verdict["gaps"]}
    for entry in expected["findings"]:
        finding = entry["finding"]
        path = finding["location"]["path"]
        if (
            entry["outcome"] == "blocking"
            and finding["fingerprint"] not in reported
            and not gaps & {path, ""}
            and path not in touched
        ):
            yield f"lost: {finding['rule']} in {path}"


def _with_members(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield entry
        yield from entry["members"]


def judge_next(site: Site, code: int, reference: tuple[int, Mapping[str, str]]) -> list[str]:
    """What is wrong after the scan that follows, without a fault; ``reference``: its exit code and reports."""
    problems = [f"next scan: exit code {code}, not {reference[0]}"] if code != reference[0] else []
    reports = site.reports()
    names = sorted(name for name in reports.keys() | reference[1].keys() if reports.get(name) != reference[1].get(name))
    problems += [f"next scan: {name} differs: {_difference(reference[1].get(name, ''), reports.get(name, ''))}" for name in names]
    problems += ["next scan: temporary files left"] if any(site.temp.iterdir()) else []
    problems += [f"next scan: {len(left)} processes left"] if (left := site.processes()) else []
    return problems + [f"next scan: leak: {leak}" for leak in site.leaks()]
