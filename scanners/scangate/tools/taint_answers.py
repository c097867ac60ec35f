"""Keeps what taint found in the cache, and finds out whether it is still true of other files.

Kept for each file by its content: whether it can have a source. Kept for the files with a source: the answer, with what it
depends on. It is still true if

- the files that were read have the same content;
- no file was added that an import could mean instead;
- no other file that changed calls a function that returns request data.

Only digests of paths are stored, since a path may contain a secret.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from scangate.assets import folder
from scangate.model import FlowRole
from scangate.plugin import ScanContext, SourceFile
from scangate.source_text import decode
from scangate.taint.project import may_call, may_derive, module_name
from scangate.taint.stores import list_stores

KEPT_SECONDS = 30 * 86_400.0
KEPT_ANSWERS = 4
"""For the same files with a source: several branches of a project, and the base of a change."""
DIGEST_BYTES = 16


class Rule(msgspec.Struct, frozen=True):
    """A rule of the pack."""

    id: str
    message: str
    metadata: dict[str, object]


class Step(msgspec.Struct, frozen=True):
    """A place on the way of request data."""

    path: str
    line: int
    end_line: int
    column: int
    end_column: int
    role: FlowRole


class Flow(msgspec.Struct, frozen=True):
    """Request data that reaches a sink. ``is_assumed``: it is not known that it gets there."""

    rule: Rule
    steps: tuple[Step, ...]
    is_assumed: bool = False


class Output(msgspec.Struct, frozen=True):
    """What the runner prints. ``with_source``: the files that can have a source. ``read``: those that were parsed.

    ``names``: the last names of the modules that were looked for. ``creators`` and ``bases``: the functions whose
    callers, and the classes whose subclasses, were looked for. ``fixed``: the variables and fields that are assigned only once.
    """

    flows: tuple[Flow, ...] = ()
    unparsable: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    with_source: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """An answer with digests in the place of paths. ``read``: the digests of the contents that were read, by those of their paths.
    ``seen``: digests of path and content of all files."""

    output: Output
    read: dict[bytes, bytes]
    seen: set[bytes]
    names: set[bytes]


class Answers:
    """What is kept of the files of a call."""

    def __init__(self, sources: Sequence[SourceFile], context: ScanContext) -> None:
        self._sources = {source.path: source for source in sources}
        self._context = context
        self._contents = {path: hashlib.sha256(source.read_bytes()).digest() for path, source in self._sources.items()}
        keys = {path: self._key("source", content) for path, content in self._contents.items()}
        kept = context.load_values(set(keys.values()))
        self.may_have_source = {path: kept[key] == b"1" for path, key in keys.items() if key in kept}
        """What is known of files."""
        self._source_keys = keys

    @property
    def unknown(self) -> list[SourceFile]:
        """The files of which it is not known whether they can have a source."""
        return [source for path, source in self._sources.items() if path not in self.may_have_source]

    def learn(self, with_source: Collection[str]) -> None:
        """Notes which of the unknown files can have a source."""
        self.may_have_source |= {source.path: source.path in with_source for source in self.unknown}

    def find(self) -> Output | None:
        """The kept answer that is true of the files; None if there is none, or if it is not known which files have a source."""
        if self.unknown:
            return None
        holders = [path for path, may in self.may_have_source.items() if may]
        if not holders:
            return Output()
        paths = {_digest(path): path for path in self._sources}
        for kept in self._load(holders):
            if self._is_true(kept, paths):
                return _with_paths(kept.output, {digest.hex(): path for digest, path in paths.items()})
        return None

    def save(self, output: Output) -> None:
        """Keeps what the runner found; of an answer that was kept, what was learned about files."""
        if self.unknown:
            self.learn(output.with_source)
        holders = {path for path, may in self.may_have_source.items() if may}
        facts = {key: b"1" if path in holders else b"0" for path, key in self._source_keys.items()}
        if output.with_source:
            kept = _Kept(
                _with_paths(output, {path: _digest(path).hex() for path in self._sources}),
                {_digest(path): self._contents[path] for path in output.read},
                {self._digest_file(path) for path in self._sources},
                set(map(_digest, output.names)),
            )
            older = self._load(sorted(holders))[: KEPT_ANSWERS - 1]
            facts[self._answer_key(holders)] = msgspec.msgpack.encode([kept, *older])
        self._context.save_values(facts, KEPT_SECONDS)

    def _load(self, holders: Iterable[str]) -> list[_Kept]:
        key = self._answer_key(holders)
        value = self._context.load_values([key]).get(key)
        try:
            return msgspec.msgpack.decode(value, type=list[_Kept]) if value is not None else []
        except msgspec.MsgspecError:
            return []

    def _is_true(self, kept: _Kept, paths: Mapping[bytes, str]) -> bool:
        if any(paths.get(path) is None or self._contents[paths[path]] != content for path, content in kept.read.items()):
            return False
        others = [path for digest, path in paths.items() if digest not in kept.read]
        new = [path for path in others if self._digest_file(path) not in kept.seen]
        if any(_digest(module_name(path).rpartition(".")[2]) in kept.names for path in new):
            return False
        return not any(_concerns(decode(self._sources[path].read_bytes())[0], kept.output) for path in new)

    def _digest_file(self, path: str) -> bytes:
        return _digest(path, self._contents[path])

    def _answer_key(self, holders: Iterable[str]) -> str:
        return self._key("answer", *(self._digest_file(path) for path in sorted(holders)))

    @staticmethod
    def _key(kind: str, *digests: bytes) -> str:
        return f"{kind} {_digest(_program_digest(), *digests).hex()}"


def _concerns(text: str, output: Output) -> bool:
    """Whether a new file with this text may change what was found without it."""
    return (
        any(may_call(text, name) for name in output.creators)
        or any(may_derive(text, name) for name in output.bases)
        or not set(output.fixed).isdisjoint(list_stores(text))
    )


def _with_paths(output: Output, names: Mapping[str, str]) -> Output:
    """The output with other names for the paths of flows and gaps."""
    flows = tuple(
        msgspec.structs.replace(flow, steps=tuple(msgspec.structs.replace(step, path=names[step.path]) for step in flow.steps))
        for flow in output.flows
    )
    gaps = [tuple(names[path] for path in paths) for paths in (output.unparsable, output.unfinished)]
    return Output(flows, gaps[0], gaps[1], creators=output.creators, bases=output.bases, fixed=output.fixed)


def _digest(first: str | bytes, *more: bytes) -> bytes:
    digest = hashlib.sha256(first if isinstance(first, bytes) else first.encode("utf-8", "surrogatepass"))
    for each in more:
        digest.update(each)
    return digest.digest()[:DIGEST_BYTES]


@functools.cache
def _program_digest() -> bytes:
    """The digest of all that an answer depends on except the files: the rules, and the code of the package."""
    package = Path(__file__).parents[1]
    files = [*(package / "taint").rglob("*.py"), *package.glob("*.py"), *(package / "tools").glob("*.py")]
    files += (folder("policies") / "rules" / "python").rglob("*.yaml")
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in sorted(files))).digest()
