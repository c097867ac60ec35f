"""Every reader of text that an attacker may have written: how it is called, what it may raise, and inputs to begin with.

The fuzzer looks for inputs that make one fail, the search for slow inputs for those that make one slow. A reader for several kinds
of files takes the kind from the first byte of its input.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scangate.advisories.manifest_reader import read_manifests
from scangate.advisories.osv import InvalidRecordError, parse_record
from scangate.advisories.package_files import read_package_files
from scangate.content.catalog import CONTENT_TYPES
from scangate.content.extraction import extract, has_pieces
from scangate.content.identification import identify
from scangate.content.shell_commands import read_script
from scangate.errors import AttestationRejected, PolicyError, ScanError, UsageError
from scangate.judge.baseline import Baseline, parse_baseline, render_baseline
from scangate.judge.codeowners import find_codeowners
from scangate.judge.policy_loader import load_policy
from scangate.judge.policy_toml import parse_policy_toml
from scangate.model import FindingKind, Secret, Span
from scangate.publish.dsse import verify_envelope
from scangate.publish.statement import Subject, create_statement, decode_statement, encode_statement
from scangate.report.schema import parse_report
from scangate.report.verdict_json import render
from scangate.scan.ignore_comments import find_ignore_comments
from scangate.scan.literals import exact_secrets
from scangate.scan.masking import mask_tokens
from scangate.scan.shard_file import parse_shard_file
from scangate.secrets.assessment import assess
from scangate.secrets.detectors import find_secrets
from scangate.secrets.text import ScannedText
from scangate.source_text import decode, split_lines
from scangate.tools.betterleaks_output import read_parts
from scangate.tools.dockerfile import check_dockerfile, normalize_dockerfile
from scangate.tools.document_rules.checking import check_script, check_text
from scangate.tools.document_rules.pack import load_document_rules
from scangate.tools.sarif_log import INVALID, read_log
from scangate.tools.semgrep_input import prepare_source
from tests.endurance import reader_samples as samples
from tests.endurance.journal import ROOT
from tests.support.baseline_builders import entry
from tests.support.lock_file_samples import LOCKS, lock_files
from tests.support.policy_builders import SCANNERS, TODAY, CommandOptions, Options
from tests.support.sample_reports import failing_report
from tests.support.taint_pairs import PAIRS, follow, read_pair

CORPUS = Path(__file__).with_name("corpus")
NOWHERE = Path("/nonexistent")
EXAMPLES = ROOT / "tests" / "rules" / "examples"
MANIFESTS = (
    *("requirements.txt", "requirements.in", "pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock"),
    *("pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "conda-lock.yml", "pixi.toml", "pixi.lock", "script.py"),
)
PACKAGES = (
    *("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "package.json", "go.mod", "go.sum", "go.work", "Cargo.lock"),
    *("Cargo.toml", "Gemfile.lock", "Gemfile", "composer.lock", "composer.json", "packages.lock.json", "a.csproj"),
    *("gradle.lockfile", "pom.xml", "pubspec.lock", "pubspec.yaml", "mix.lock", "mix.exs"),
)
DATA = ("yaml", "json")
NAMES = (
    "a",
    "a.py",
    "a.j2",
    "a.yaml",
    "a.json",
    "a.ipynb",
    "Dockerfile",
    "a.sh",
    "a.tf",
    "t.template",
    ".env",
    "a.xml",
    "a.md",
    "a.sql",
)
SCRIPT_RULES = tuple(name for name in load_document_rules() if name.startswith("shell/"))
DOCUMENT_RULES = tuple(load_document_rules().keys() - set(SCRIPT_RULES))
PIECES = tuple(sorted(filter(has_pieces, CONTENT_TYPES)))
Read = Callable[[bytes], object]


def corpus_files(name: str) -> Sequence[Path]:
    """Inputs of a reader that failed once."""
    return sorted((CORPUS / name.replace(" ", "-")).glob("*"))


@dataclass(frozen=True, slots=True)
class Reader:
    """``raises``: the errors that its documentation names. ``kinds``: what the first byte of an input chooses from, if anything."""

    name: str
    read: Read
    seeds: Callable[[], Iterable[bytes]]
    raises: tuple[type[Exception], ...] = ()
    kinds: Sequence[str] = field(default=())

    def run(self, data: bytes) -> None:
        """Read an input. Raises what is a fault of the reader."""
        with contextlib.suppress(*self.raises):
            self.read(data)


def of_kind(kinds: Sequence[str], read: Callable[[str, bytes], object]) -> Read:
    """A reader that takes the kind from the first byte."""
    return lambda data: read(kinds[data[0] % len(kinds)], data[1:]) if data else None


def _text(data: bytes) -> str:
    return decode(data)[0]


def _find_secrets(name: str, data: bytes) -> None:
    text = ScannedText(name, identify(name, data), _text(data))
    list(assess(text, list(find_secrets(text))))


def _redact(name: str, data: bytes) -> None:
    lines = split_lines(_text(data))
    found = [Secret((Span(number, 1, number, len(line) + 1),)) for number, line in enumerate(lines[:200], start=1) if line]
    exact_secrets(name, lines, found, identify(name, data))
    mask_tokens(_text(data))
    find_ignore_comments(name, lines, lambda: lines)


def _check_document(kind: str, data: bytes) -> None:
    check_text(_text(data), DOCUMENT_RULES, kind)


def _read_sarif(data: bytes) -> None:
    read_log(json.loads(data), "tool", FindingKind.CODE, NOWHERE, _Context())  # type: ignore[arg-type]


class _Context:
    """As much of a scan's context as a SARIF log needs: all files are in the tree."""

    working_directory = NOWHERE

    def repository_path(self, name: str) -> str:
        """The path below the root."""
        return name.removeprefix(f"{NOWHERE}/")


def _read_shard(data: bytes) -> None:
    """A shard file whose digest is right, so that its content is read."""
    content = data.decode("utf-8", "replace").replace("\n", " ")
    parse_shard_file(f'{{"digest":"{hashlib.sha256(content.encode()).hexdigest()}"}}\n{content}\n', "shard")


def _read_policy(data: bytes) -> None:
    """As a policy that is named; what it extends is looked for where nothing is."""
    load_policy(
        "policy.yaml",
        NOWHERE,
        scanner_options=dict.fromkeys((*SCANNERS, "betterleaks", "credsweeper", "osv", "zizmor"), Options),
        command_options=CommandOptions,
        today=TODAY,
        content=data,
    )


def _read_package(name: str, data: bytes) -> None:
    read_package_files({name: _text(data)})


def _baselines() -> Iterable[bytes]:
    return [render_baseline(Baseline(bytes(16), (entry(content="0" * 32, context="0" * 32),))).encode()]


def _read_manifest(name: str, data: bytes) -> None:
    read_manifests({name: _text(data)}, ["acme-*"], {name: name} if name == "script.py" else {})


def _seed_files(names: Sequence[str], samples: Mapping[str, str]) -> Iterable[bytes]:
    for number, name in enumerate(names):
        yield bytes([number]) + samples.get(name, "a==1\n").encode()


def _lock_samples() -> Mapping[str, str]:
    return {name: text for tool in LOCKS for name, text in lock_files(tool).items()} | samples.FILES


def _examples(kinds: Sequence[str] = (), suffixes: Sequence[str] = ()) -> Iterable[bytes]:
    """The examples of rules: with ``kinds``, those of these content types after their byte; with ``suffixes``, those files."""
    for file in sorted(EXAMPLES.glob("*/bad*")):
        data = file.read_bytes() if file.is_file() else b""
        kind = identify(file.name, data) if kinds else ""
        if kind in kinds:
            yield bytes([kinds.index(kind)]) + data
        elif file.suffix in suffixes:
            yield data


def _named(names: Sequence[str]) -> Iterable[bytes]:
    """Examples after the byte of a name with their suffix."""
    for file in sorted(EXAMPLES.glob("*/bad*")):
        number = next((at for at, name in enumerate(names) if file.suffix and name.endswith(file.suffix)), 0)
        yield bytes([number]) + (file.read_bytes() if file.is_file() else b"")


def _as_json(*documents: object) -> Iterable[bytes]:
    return (json.dumps(each).encode() for each in documents)


def _pairs() -> Iterable[bytes]:
    for file in sorted(PAIRS.glob("*.txt")):
        yield from (text.encode() for text in read_pair(file.stem)["weak"].values())


def _statement() -> bytes:
    subject, expires = Subject("tree", {"sha256": "0" * 64}), dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    return encode_statement(create_statement(failing_report(), "0" * 64, subject, expires=expires))


def _select(*suffixes: str) -> Callable[[], Iterable[bytes]]:
    return lambda: _examples(suffixes=suffixes)


_CONTENT = (
    Reader("content types", of_kind(NAMES, identify), lambda: _named(NAMES), kinds=NAMES),
    Reader("pieces", of_kind(PIECES, extract), lambda: _examples(PIECES), kinds=PIECES),
    Reader("shell", lambda data: read_script(_text(data)), _select(".sh")),
    Reader("shell rules", lambda data: check_script(_text(data), SCRIPT_RULES), _select(".sh")),
    Reader(
        "document rules", of_kind(DATA, _check_document), lambda: map(b"\0".__add__, _examples((), (".yaml", ".yml"))), kinds=DATA
    ),
    Reader("dockerfile", lambda data: (check_dockerfile(data), normalize_dockerfile(data)), lambda: [samples.DOCKERFILE]),
    Reader("semgrep input", of_kind(NAMES, prepare_source), lambda: _named(NAMES), (ScanError,), NAMES),
    Reader("secrets", of_kind(NAMES, _find_secrets), lambda: _named(NAMES), kinds=NAMES),
    Reader("redaction", of_kind(NAMES, _redact), lambda: _named(NAMES), kinds=NAMES),
    Reader("taint", lambda data: follow({"app.py": _text(data)}), _pairs),
)
_DEPENDENCIES = (
    Reader("manifests", of_kind(MANIFESTS, _read_manifest), lambda: _seed_files(MANIFESTS, _lock_samples()), kinds=MANIFESTS),
    Reader("packages", of_kind(PACKAGES, _read_package), lambda: _seed_files(PACKAGES, samples.FILES), kinds=PACKAGES),
    Reader("advisories", parse_record, lambda: _as_json(samples.OSV_RECORD), (InvalidRecordError,)),
)
_DOCUMENTS = (
    Reader("policy", _read_policy, lambda: [samples.POLICY], (PolicyError, UsageError)),
    Reader("pyproject", lambda data: parse_policy_toml(data, "pyproject.toml"), lambda: [samples.PYPROJECT], (PolicyError,)),
    Reader("baseline", lambda data: parse_baseline(_text(data), "b"), _baselines, (UsageError,)),
    Reader("verdict", lambda data: parse_report(_text(data)), lambda: [render(failing_report()).encode()], (UsageError,)),
    Reader("shard", _read_shard, lambda: _as_json(samples.SHARD), (UsageError,)),
    Reader("envelope", lambda data: verify_envelope(_text(data), []), lambda: _as_json(samples.ENVELOPE), (AttestationRejected,)),
    Reader("statement", decode_statement, lambda: [_statement()], (AttestationRejected,)),
    Reader("sarif", _read_sarif, lambda: _as_json(samples.SARIF), (ScanError, *INVALID)),
    Reader("betterleaks", lambda data: list(read_parts(data)), lambda: _as_json(samples.BETTERLEAKS), (ScanError,)),
    Reader("codeowners", lambda data: find_codeowners(lambda _: _text(data), "a"), lambda: [samples.CODE_OWNERS]),
)
READERS: Mapping[str, Reader] = {reader.name: reader for reader in (*_CONTENT, *_DEPENDENCIES, *_DOCUMENTS)}
