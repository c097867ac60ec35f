"""Code inside CloudFormation and SAM templates: buildspecs, inline functions, user data, commands of documents and of cfn-init."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from scangate.content.document_types import config_type
from scangate.content.documents import Document, Entry, script_of, texts_of, walk
from scangate.content.embedded import Embedded, Failure, embed, script_content_type
from scangate.content.identification import identify_text
from scangate.content.position_maps import MappedText, join
from scangate.content.python_text import looks_like_python
from scangate.content.yaml_scripts import may_be_document, type_of_document
from scangate.content.yaml_tree import Node

_RUNTIMES = {"python": "python", "nodejs": "javascript", "ruby": "ruby", "java": "java", "dotnet": "csharp", "go": "go"}


def cloudformation_pieces(document: Document) -> Iterator[Embedded | Failure | None]:
    """The pieces of a template. Code that is only a reference is a failure: what it refers to may be set elsewhere."""
    joined: set[int] = set()
    for entry in walk(document):
        language = _LANGUAGES.get(entry.key)
        if language is None:
            if id(entry.node) not in joined and (_is_join(entry.node) or _is_json(entry)):
                joined.update(_nodes_below(entry.node))
                text = _quote_references(intrinsic_text(document, entry.node))
                yield embed(entry.name, type_of_document(text.text), text) if may_be_document(text.text) else None
            continue
        if entry.key not in _LISTS:
            for node in _alternatives(entry.node):
                text = intrinsic_text(document, node)
                if entry.key in _CODE and _ONE_REFERENCE.fullmatch(text.text.strip()):
                    yield Failure(node.start, f"the code of {entry.key} is a reference, which is not followed")
                    continue
                yield embed(entry.name, language(entry, text.text), text)
        elif entry.node.kind == "sequence":
            text = script_of(document, entry.node)
            yield embed(entry.name, language(entry, text.text), text)


def _is_join(node: Node) -> bool:
    return node.kind in ("mapping", "sequence") and _function(node)[0] == "Join"


def _is_json(entry: Entry) -> bool:
    """Whether a scalar is a text of ``Fn::Sub`` that is JSON but for a reference without quotes; other JSON is read as it is."""
    node = entry.node
    parent = entry.parent
    if node.kind != "scalar" or node.value.lstrip()[:1] not in ("{", "["):
        return False
    is_argument = parent is not None and (parent.node.tag == "!Sub" or "Fn::Sub" in (entry.key, parent.key))
    return (node.tag == "!Sub" or is_argument) and any(match[1] for match in _STRING_OR_REFERENCE.finditer(node.value))


def _quote_references(text: MappedText) -> MappedText:
    """A text that begins as JSON does, with quotes around the references that are no part of a string: they are values or lists."""
    if text.text.lstrip()[:1] not in ("{", "["):
        return text
    parts: list[MappedText | str] = []
    end = 0
    for match in _STRING_OR_REFERENCE.finditer(text.text):
        if match[1]:
            parts += [text.slice(end, match.start()), '"', text.slice(*match.span()), '"']
            end = match.end()
    return join([*parts, text.slice(end, len(text.text))]) if parts else text


def _nodes_below(node: Node) -> Iterator[int]:
    """The ids of a node's descendants, without what aliases name."""
    todo = list(node.children)
    while todo:
        item = todo.pop()
        yield id(item)
        todo += item.children


def _alternatives(node: Node) -> list[Node]:
    """The values of which a condition selects one, else the node itself."""
    found: list[Node] = []
    todo = [node]
    seen: set[int] = set()  # an alias may be in what it names
    while todo:
        item = todo.pop()
        item = item.target or item
        if id(item) in seen:
            continue
        seen.add(id(item))
        function, argument = _function(item)
        if function == "If" and argument.kind == "sequence" and len(argument.children) == 3:
            todo += [argument.children[2], argument.children[1]]
        elif function == "Base64" and argument is not item:
            todo.append(argument)
        else:
            found.append(item)
    return found


def _buildspec_language(_: Entry, text: str) -> str:
    return "buildspec" if config_type(text) == "buildspec" else "text"  # a file's name


def _appsync_language(entry: Entry, _: str) -> str:
    resource = next((ancestor.sibling("Type") for ancestor in entry.ancestors() if ancestor.key == "Properties"), "")
    return "javascript" if entry.node.kind == "scalar" and resource.startswith("AWS::AppSync") else "text"


def _document_language(entry: Entry, _: str) -> str:
    """The language of the commands of a document of Systems Manager."""
    action = next((ancestor.sibling("action") for ancestor in entry.ancestors() if ancestor.sibling("action")), "")
    return "powershell" if "PowerShell" in action else "shell"


def _command_language(entry: Entry, _: str) -> str:
    return "shell" if "commands" in entry.path else "text"


def _file_type(entry: Entry, text: str) -> str:
    """The type of a file that cfn-init writes, by its name."""
    name = entry.parent.key if entry.parent is not None and "files" in entry.path else ""
    return identify_text(name, text) if name else "text"


def _function_language(entry: Entry, text: str) -> str:
    if entry.key == "FunctionCode":
        return "javascript"  # CloudFront functions have no other language
    for ancestor in (entry, *entry.ancestors()):
        runtime = ancestor.sibling("Runtime")
        for prefix, content_type in _RUNTIMES.items():
            if runtime.startswith(prefix):
                return content_type
    return "python" if looks_like_python(text) else "javascript"


_LANGUAGES: Mapping[str, Callable[[Entry, str], str]] = {
    "BuildSpec": _buildspec_language,
    "Code": _appsync_language,
    "Commands": lambda _, __: "shell",
    "FunctionCode": _function_language,
    "InlineCode": _function_language,
    "UserData": lambda _, text: script_content_type(text, "shell"),
    "ZipFile": _function_language,
    "command": _command_language,
    "content": _file_type,
    "runCommand": _document_language,
}
"""By key: the content type of the text that it has."""
_CODE = frozenset({"FunctionCode", "InlineCode", "ZipFile"})
_STRING_OR_REFERENCE = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)|(\$\{[^{}\n]*\})', re.DOTALL)
_ONE_REFERENCE = re.compile(r"\$\{[^}]*\}")
_LISTS = frozenset({"Commands", "runCommand"})


def intrinsic_text(document: Document, node: Node) -> MappedText:
    """The text that intrinsic functions make (Base64, Sub, Join), as far as it is in the template; references are ``${Name}``.

    Not more of it than the template has characters: aliases could name the same text again and again.
    """
    parts: list[MappedText | str] = []
    length = 0
    for part in _parts(document, node):
        parts.append(part)
        length += len(part if isinstance(part, str) else part.text)
        if length > len(document.text):
            break
    return join(parts)


def _parts(document: Document, node: Node) -> Iterator[MappedText | str]:
    """The parts of the text in order; no more than ``_STEPS`` nodes are looked at."""
    todo: list[Node | str] = [node]
    for _ in range(_STEPS):
        if not todo:
            return
        item = todo.pop()
        if isinstance(item, str):
            yield item
            continue
        item = item.target or item
        function, argument = _function(item)
        arguments = [child.target or child for child in argument.children] if argument.kind == "sequence" else []
        if function == "Join" and len(arguments) == 2:
            values = [arguments[0].value if index % 2 else value for value in arguments[1].children for index in (1, 0)][1:]
            todo += reversed(values)
        elif function == "Sub" and arguments:
            todo.append(arguments[0])
        elif function == "If" and len(arguments) == 3:
            todo += [arguments[2], "\n", arguments[1]]
        elif function in _REFERENCES:
            yield "${" + (argument.value if argument.kind == "scalar" else function) + "}"
        elif argument is not item:
            todo.append(argument)
        else:
            yield from texts_of(document, item)[:1] if item.kind == "scalar" else []


def _function(node: Node) -> tuple[str, Node]:
    """The intrinsic function and its argument, in the short or in the long form; the function is empty for anything else."""
    if node.kind == "mapping":
        name, argument = next(iter(node.items()), ("", node))
        return name.removeprefix("Fn::"), argument
    return node.tag.removeprefix("!"), node


_REFERENCES = frozenset({"Ref", "GetAtt", "ImportValue", "FindInMap", "Select", "Split", "GetAZs"})
_STEPS = 100_000
