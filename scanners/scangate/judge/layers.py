"""Finds a policy's files, reads the chain of what extends what, and says which of them lie in the scanned tree."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from scangate import assets
from scangate.errors import PolicyError
from scangate.judge.blocks import Document
from scangate.judge.document import LARGEST, Node, Place, error, parse
from scangate.judge.hints import nearest, shown
from scangate.judge.typed import cast_to

__all__ = ["DEFAULT", "LONGEST", "Layer", "Revision", "bundled", "chain", "extended", "is_file"]

DEFAULT = "scangate.yaml"
LONGEST = 10  # files in a chain of `extends`


class Revision(msgspec.Struct, frozen=True):
    """Another revision of the repository, whose policy files are laid out below ``top``; messages call them ``name:path``."""

    name: str
    top: Path


class Source(msgspec.Struct, frozen=True):
    """A policy file before it is read; ``shown`` is what messages call it, ``inside`` whether it lies in the scanned tree."""

    file: Path
    shown: str
    bundled: bool = False
    inside: bool = False


class Layer(msgspec.Struct, frozen=True):
    """One file of a policy, checked by itself."""

    source: Source
    node: Node
    document: Document

    @property
    def name(self) -> str:
        """The name the file gives itself, else the file's own."""
        return self.document.name if isinstance(self.document.name, str) else self.source.file.stem


def bundled() -> tuple[str, ...]:
    """The names of the policies that come with the package."""
    return tuple(sorted(file.stem for file in assets.folder("policies").glob("*.yaml")))


def chain(spec: str | None, root: Path, revision: Revision | None = None) -> tuple[Layer, ...]:
    """The files of a policy, the one that extends nothing first and the one asked for last.

    Where a ``revision`` is given, ``root`` and a file of the repository lie below its ``top``.
    """
    source = _default(root, revision) if spec is None else _asked(spec, root, revision)
    layers: list[Layer] = []
    blame: Place | None = None
    while True:
        if source.inside:
            _refuse_escape(source, root, blame)
        _refuse_cycle(source, layers, blame)
        layer = _read(source, blame)
        layers.append(layer)
        if not isinstance(layer.document.extends, str):
            return tuple(reversed(layers))
        blame = layer.node.value["extends"].place if isinstance(layer.node.value, dict) else None
        source = _extended(layer.document.extends, source, root, revision, blame or layer.node.place)


def extended(data: bytes) -> str:
    """The file that a policy file extends, from its own folder; empty where it extends none, or cannot be read."""
    try:
        spec = parse(data, "").value
    except PolicyError:
        return ""
    found = spec["extends"].value if isinstance(spec, dict) and "extends" in spec else ""
    return found if isinstance(found, str) and is_file(found) else ""


def _default(root: Path, revision: Revision | None) -> Source:
    """The root's own policy where anything of its name is there at all, else the bundled ``baseline``."""
    own = root / DEFAULT
    if os.path.lexists(own):
        return Source(own, _called(own, root, revision), inside=True)
    near = root / "scangate.yml"
    if os.path.lexists(near):
        raise PolicyError(
            f"{_called(near, root, revision)}:1:1: the name of a policy is {DEFAULT}", f"git mv scangate.yml {DEFAULT}"
        )
    return _bundled("baseline")


def _bundled(name: str) -> Source:
    return Source(assets.folder("policies") / f"{name}.yaml", f"policies/{name}.yaml", bundled=True)


def is_file(spec: str) -> bool:
    """Whether a policy's name means a file: it has a slash or a YAML suffix; everything else is the name of a bundled one."""
    return "/" in spec or spec.endswith((".yaml", ".yml"))


def _asked(spec: str, root: Path, revision: Revision | None) -> Source:
    if spec in bundled():
        return _bundled(spec)
    if not is_file(spec):
        raise PolicyError(f"no policy is named `{shown(spec)}`", f"{nearest(spec, bundled())}; a file is given as ./{DEFAULT}")
    file = Path(spec)
    return Source(file, _called(file, root, revision), inside=_inside(file, root))


def _extended(spec: str, source: Source, root: Path, revision: Revision | None, place: Place) -> Source:
    if not is_file(spec):
        if spec not in bundled():
            raise error(
                place, "extends", f"no policy is named `{shown(spec)}`", f"{nearest(spec, bundled())}; a file ends in .yaml"
            )
        return _bundled(spec)
    file = Path(os.path.normpath(source.file.parent / spec))
    inside = _inside(file, root)
    if source.inside and not inside:
        raise error(
            place, "extends", "a policy in the scanned tree cannot extend a file outside it", "extend a bundled policy instead"
        )
    return Source(file, _called(file, root, revision), inside=inside)


def _called(file: Path, root: Path, revision: Revision | None) -> str:
    """The path from the root where the file lies below it, else as it was given; a revision's as git writes it."""
    if revision is not None and file.is_relative_to(revision.top):
        return f"{shown_path(Path(revision.name))}:{shown_path(file.relative_to(revision.top))}"
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- resolve() would follow links, which messages should not
    top = Path(os.path.abspath(root))  # noqa: PTH100 -- as above
    return shown_path(absolute.relative_to(top) if absolute.is_relative_to(top) else file)


def shown_path(file: Path) -> str:
    """A path for a message: whole, on one line."""
    return "".join(sign if sign.isprintable() else "?" for sign in file.as_posix())


def _inside(file: Path, root: Path) -> bool:
    """Whether a file lies in the tree by its name or by what its name leads to: either makes it the tree's word."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- the name itself, before links are followed
    return absolute.is_relative_to(os.path.abspath(root)) or _real(file).is_relative_to(_real(root))  # noqa: PTH100 -- as above


def _real(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return file.absolute()


def _refuse_escape(source: Source, root: Path, blame: Place | None) -> None:
    if not _real(source.file).is_relative_to(_real(root)):
        raise error(
            blame or Place(source.shown),
            "extends" if blame else "",
            "a link that leads out of the scanned tree",
            "put the file itself there",
        )


def _refuse_cycle(source: Source, layers: list[Layer], blame: Place | None) -> None:
    names = [layer.source.shown for layer in layers] + [source.shown]
    place = blame or Place(source.shown)
    if any(_real(layer.source.file) == _real(source.file) for layer in layers):
        raise error(place, "extends", f"a circle: {' -> '.join(names)}", "one of them must extend nothing")
    if len(names) > LONGEST:
        raise error(place, "extends", f"more than {LONGEST} files in a row", "extend a policy nearer to the root")


def _read(source: Source, blame: Place | None) -> Layer:
    node = parse(_bytes(source, blame), source.shown)
    return Layer(source, node, cast_to(node, Document))


def _bytes(source: Source, blame: Place | None) -> bytes:
    """The bytes of a regular file, at most one more than allowed; whatever else stands there is an error, never an absence."""
    place, path = blame or Place(source.shown), "extends" if blame else ""
    try:
        descriptor = os.open(source.file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO would wait for its writer
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise error(place, path, f"{source.shown} is not a file" if blame else "not a file", f"ls -ld {source.shown}")
            return _all(descriptor)
        finally:
            os.close(descriptor)
    except OSError as trouble:
        what = f"cannot be read: {(trouble.strerror or 'unknown error').lower()}"
        raise error(place, path, f"{source.shown} {what}" if blame else what, f"ls -l {source.shown}") from None


def _all(descriptor: int) -> bytes:
    data = b""
    while len(data) <= LARGEST and (piece := os.read(descriptor, LARGEST + 1)):
        data += piece
    return data
