"""Finds a policy's files and reads the chain of policies that extend one another; knows which are in the scanned tree."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

import msgspec

from scangate import assets
from scangate.errors import PolicyError
from scangate.files import FileTooLargeError, NotRegularFileError, describe_os_error, read_regular_file
from scangate.judge.decode import decode_node
from scangate.judge.error_text import shorten, suggest
from scangate.judge.policy_address import is_policy_address, label_address
from scangate.judge.policy_schema import PolicyDocument
from scangate.judge.policy_toml import PYPROJECT_FILE, has_policy_table, is_pyproject, parse_policy_toml
from scangate.judge.policy_yaml import MAX_BYTES, Node, Position, make_policy_error, parse_policy_yaml, too_large_error
from scangate.printable import replace_unprintable

DEFAULT_POLICY_FILE = "scangate.yaml"
MISNAMED_FILES = ("scangate.yml", ".scangate.yaml", ".scangate.yml", "Scangate.yaml", "Scangate.yml")
"""Names that are easily taken for the policy's; a file that has one is an error where there is no policy."""
OWN_POLICY_NAMES = (DEFAULT_POLICY_FILE, *MISNAMED_FILES, PYPROJECT_FILE)
"""The names of files that are looked for in a folder, to find its policy."""
WORKFLOWS = ".github/workflows"
MAX_CHAIN = 10  # files in a chain of `extends`


class PolicyRevision(msgspec.Struct, frozen=True):
    """Another revision of the repository, whose policy files are laid out below ``top``; messages call them ``name:path``."""

    name: str
    top: Path


class PolicySource(msgspec.Struct, frozen=True):
    """A policy file before it is read; ``label`` is its name in messages, ``in_tree`` whether it is in the scanned tree,
    ``in_revision`` whether git has it there in a revision, as the label says. ``remote``: it is at an address, and ``file`` is only
    a name."""

    file: Path
    label: str
    bundled: bool = False
    in_tree: bool = False
    in_revision: bool = False
    remote: bool = False


class PolicyFile(msgspec.Struct, frozen=True):
    """One file of a policy, checked by itself."""

    source: PolicySource
    node: Node
    document: PolicyDocument

    @property
    def name(self) -> str:
        """The name in the file, else the file's name."""
        return self.document.name if isinstance(self.document.name, str) else self.source.file.stem


def list_bundled_policies() -> tuple[str, ...]:
    """The names of the policies that come with the package."""
    return tuple(sorted(file.stem for file in assets.folder("policies").glob("*.yaml")))


def load_chain(
    spec: str | None, root: Path, revision: PolicyRevision | None = None, content: bytes | None = None
) -> tuple[PolicyFile, ...]:
    """The files of a policy, the one that extends nothing first and the requested one last.

    Where a ``revision`` is given, ``root`` and a file of the repository are below its ``top``. ``content``: what to read instead of
    the file asked for; without it, no policy at an address can be read.
    """
    source = _default_source(root, revision) if spec is None else _requested_source(spec, root, revision)
    layers: list[PolicyFile] = []
    blame: Position | None = None
    while True:
        if source.in_tree:
            _refuse_escape(source, root, blame)
        _refuse_cycle(source, layers, blame)
        layer = _read(source, blame, content if not layers else None)
        layers.append(layer)
        if not isinstance(layer.document.extends, str):
            return tuple(reversed(layers))
        blame = layer.node.value["extends"].position if isinstance(layer.node.value, dict) else None
        source = _extended_source(layer.document.extends, source, root, revision, blame or layer.node.position)


def load_nested_chains(
    chain: tuple[PolicyFile, ...], root: Path, scope: str, revision: PolicyRevision | None = None
) -> Iterator[tuple[PolicyFile, ...]]:
    """For each policy file in a folder between ``root`` and ``scope``, the outermost first, its chain.

    One that extends nothing extends the policy that holds in the folder above it: the root's, whose files are ``chain``, or that of
    another folder.
    """
    for folder in _folders_down_to(scope):
        file = find_own_policy(root / folder, root, revision)
        if file is None:
            continue
        source = _source(file, root, revision, in_tree=True)
        _refuse_escape(source, root, None)
        layer = _read(source, None, None)
        chain = load_chain(str(file), root, revision) if isinstance(layer.document.extends, str) else (*chain, layer)
        yield chain


def list_policy_names(scope: str) -> tuple[str, ...]:
    """The paths at which the policies would be that hold for ``scope``, a folder or a file, and files of a similar name."""
    folders = (PurePosixPath(), *_folders_down_to(scope))
    return tuple((folder / name).as_posix() for folder in folders for name in OWN_POLICY_NAMES)


def _folders_down_to(scope: str) -> list[PurePosixPath]:
    """The folders below the root in which the policies for ``scope`` can be, the outermost first."""
    folders = [*reversed(PurePosixPath(scope).parents), PurePosixPath(scope)][1:] if scope else []
    return [folder for folder in folders if may_have_policy(folder.as_posix())]


def may_have_policy(folder: str) -> bool:
    """Whether a folder can have a policy of its own. GitHub reads each YAML file of WORKFLOWS as a workflow, also scangate.yml."""
    return folder != WORKFLOWS


def parse_policy(data: bytes, name: str | PurePath, label: str) -> Node:
    """The tree of a policy file's bytes, by the file's ``name``; ``label`` is what messages call it. Raises PolicyError."""
    return parse_policy_toml(data, label) if is_pyproject(name) else parse_policy_yaml(data, label)


def find_extended_file(data: bytes, name: str) -> str:
    """The file that the policy file ``name`` extends, from its own folder; empty where it extends none, or cannot be read."""
    try:
        spec = parse_policy(data, name, "").value
    except PolicyError:
        return ""
    found = spec["extends"].value if isinstance(spec, dict) and "extends" in spec else ""
    return found if isinstance(found, str) and is_policy_path(found) else ""


def _default_source(root: Path, revision: PolicyRevision | None) -> PolicySource:
    """The root's own policy where anything of its name is there at all, else the bundled ``baseline``."""
    own = find_own_policy(root, root, revision)
    return _source(own, root, revision, in_tree=True) if own is not None else _bundled_source("baseline")


def find_own_policy(folder: Path, root: Path, revision: PolicyRevision | None = None) -> Path | None:
    """The file that has the policy of a folder: scangate.yaml, or a pyproject.toml with the table; None if there is none.

    Raises PolicyError if both are there, and for a file of a similar name where none is.
    """
    own, project = folder / DEFAULT_POLICY_FILE, folder / PYPROJECT_FILE
    has_own, has_table = os.path.lexists(own), _has_policy_table(project, _label(project, root, revision))
    if has_own and has_table:
        what = (
            f"{_label(project, root, revision)}:1:1: [tool.scangate]: a second policy, in addition to {_label(own, root, revision)}"
        )
        raise PolicyError(what, f"keep one of them: remove the table, or git rm {shlex.quote(own.relative_to(root).as_posix())}")
    if has_own:
        return own
    if has_table:
        return project
    _refuse_misnamed(folder, root, revision)
    return None


def _has_policy_table(file: Path, label: str) -> bool:
    """Whether a pyproject.toml has a policy. One that cannot be opened has none: the scan reports it as not analyzed."""
    try:
        data = read_regular_file(file, MAX_BYTES, follow_links=True)
    except FileTooLargeError:
        raise too_large_error(label) from None
    except (NotRegularFileError, OSError):
        return False
    return has_policy_table(data, label)


def _refuse_misnamed(folder: Path, root: Path, revision: PolicyRevision | None) -> None:
    """Raises PolicyError if a folder without a policy has a file that was probably meant as one."""
    near = next((folder / name for name in MISNAMED_FILES if os.path.lexists(folder / name)), None)
    if near is not None:
        old, new = (shlex.quote(file.relative_to(root).as_posix()) for file in (near, folder / DEFAULT_POLICY_FILE))
        what = f"{_label(near, root, revision)}:1:1: this file is not read: a policy is named {DEFAULT_POLICY_FILE}"
        raise PolicyError(what, f"git mv {old} {new}")


def _bundled_source(name: str) -> PolicySource:
    return PolicySource(assets.folder("policies") / f"{name}.yaml", f"policies/{name}.yaml", bundled=True)


def is_policy_path(spec: str) -> bool:
    """Whether a policy's name means a file: it has a slash, a YAML suffix or is a pyproject.toml.

    All else is the name of a bundled one, or the address of one that is elsewhere.
    """
    return not is_policy_address(spec) and ("/" in spec or spec.endswith((".yaml", ".yml")) or is_pyproject(spec))


def _requested_source(spec: str, root: Path, revision: PolicyRevision | None) -> PolicySource:
    if spec in list_bundled_policies():
        return _bundled_source(spec)
    if is_policy_address(spec):
        label = label_address(spec)
        return PolicySource(Path(label), label, remote=True)
    if not is_policy_path(spec):
        raise PolicyError(
            f"no policy is named `{shorten(spec)}`",
            f"{suggest(spec, list_bundled_policies())}; a file is given as ./{DEFAULT_POLICY_FILE}",
        )
    file = Path(spec)
    return _source(file, root, revision, in_tree=_is_in_tree(file, root))


def _extended_source(spec: str, source: PolicySource, root: Path, revision: PolicyRevision | None, place: Position) -> PolicySource:
    if is_policy_address(spec):
        what, hint = (
            "a policy extends no address",
            f"name it on the command line of the build: --floor {label_address(spec)}#sha256=HEX",
        )
        raise make_policy_error(place, "extends", what, hint)
    if not is_policy_path(spec):
        if spec not in list_bundled_policies():
            raise make_policy_error(
                place,
                "extends",
                f"no policy is named `{shorten(spec)}`",
                f"{suggest(spec, list_bundled_policies())}; a file ends in .yaml",
            )
        return _bundled_source(spec)
    if source.remote:
        what = "a policy from an address has no other files"
        raise make_policy_error(place, "extends", what, "extend a bundled policy instead")
    file = Path(os.path.normpath(source.file.parent / spec))
    inside = _is_in_tree(file, root)
    if source.in_tree and not inside:
        raise make_policy_error(
            place, "extends", "a policy in the scanned tree cannot extend a file outside it", "extend a bundled policy instead"
        )
    return _source(file, root, revision, in_tree=inside)


def _source(file: Path, root: Path, revision: PolicyRevision | None, *, in_tree: bool) -> PolicySource:
    in_revision = revision is not None and file.is_relative_to(revision.top)
    return PolicySource(file, _label(file, root, revision), in_tree=in_tree, in_revision=in_revision)


def _label(file: Path, root: Path, revision: PolicyRevision | None) -> str:
    """The path from the root where the file is below it, else as it was given; a revision's as git writes it."""
    if revision is not None and file.is_relative_to(revision.top):
        return f"{printable_path(Path(revision.name))}:{printable_path(file.relative_to(revision.top))}"
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- resolve() would follow links, which messages should not
    top = Path(os.path.abspath(root))  # noqa: PTH100 -- as above
    return printable_path(absolute.relative_to(top) if absolute.is_relative_to(top) else file)


def printable_path(file: Path) -> str:
    """A path for a message: whole, on one line."""
    return replace_unprintable(file.as_posix())


def _is_in_tree(file: Path, root: Path) -> bool:
    """Whether a file is in the tree, by its name or by the target of its links."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- the name itself, before links are followed
    lexically_inside = absolute.is_relative_to(os.path.abspath(root))  # noqa: PTH100 -- as above
    return lexically_inside or _resolve_links(file).is_relative_to(_resolve_links(root))


def _resolve_links(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return file.absolute()


def _refuse_escape(source: PolicySource, root: Path, referrer: Position | None) -> None:
    if not _resolve_links(source.file).is_relative_to(_resolve_links(root)):
        raise make_policy_error(
            referrer or Position(source.label),
            "extends" if referrer else "",
            "a link that leads out of the scanned tree",
            "replace the link with the file",
        )


def _refuse_cycle(source: PolicySource, layers: list[PolicyFile], referrer: Position | None) -> None:
    names = [layer.source.label for layer in layers] + [source.label]
    place = referrer or Position(source.label)
    if any(_resolve_links(layer.source.file) == _resolve_links(source.file) for layer in layers):
        raise make_policy_error(
            place, "extends", f"policies extend each other in a circle: {' -> '.join(names)}", "remove `extends` from one of them"
        )
    if len(names) > MAX_CHAIN:
        raise make_policy_error(
            place, "extends", f"a chain of more than {MAX_CHAIN} policies", "extend a policy that is earlier in the chain"
        )


def _read(source: PolicySource, referrer: Position | None, content: bytes | None) -> PolicyFile:
    data = _read_bytes(source, referrer) if content is None else content
    node = parse_policy(data, source.file, source.label)
    return PolicyFile(source, node, decode_node(node, PolicyDocument))


def _look_hint(source: PolicySource) -> str:
    """A command that shows what is at the place of a policy: a file, or what git has in a revision."""
    return f"{'git show' if source.in_revision else 'ls -ld'} {shlex.quote(source.label)}"


def _read_bytes(source: PolicySource, referrer: Position | None) -> bytes:
    """The bytes of a regular file, at most one more than allowed. Anything else at the path is an error, not an absence."""
    place, path = referrer or Position(source.label), "extends" if referrer else ""
    if source.remote:  # reading it is not this module's
        raise make_policy_error(place, path, "an address is not read here", "name a file")
    try:
        return read_regular_file(source.file, MAX_BYTES, follow_links=True)
    except FileTooLargeError:
        raise too_large_error(source.label) from None
    except NotRegularFileError:
        what = f"{source.label} is not a file" if referrer else "not a file"
        raise make_policy_error(place, path, what, _look_hint(source)) from None
    except OSError as error:
        what = f"cannot be read: {describe_os_error(error).lower()}"
        raise make_policy_error(place, path, f"{source.label} {what}" if referrer else what, _look_hint(source)) from None
