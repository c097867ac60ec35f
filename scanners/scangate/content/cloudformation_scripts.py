"""Code inside CloudFormation and SAM templates: buildspecs, inline functions, user data, commands of documents and of cfn-init."""

from __future__ import annotations

from collections.abc import Iterator

from scangate.content.documents import Document, Place, script_of, texts_of, walk
from scangate.content.embedded import Embedded, embed, script_content_type
from scangate.content.positions import MappedText, join
from scangate.content.python_text import looks_like_python
from scangate.content.structure import config_type
from scangate.content.types import identify
from scangate.content.yaml_tree import Node

_RUNTIMES = {"python": "python", "nodejs": "javascript", "ruby": "ruby", "java": "java", "dotnet": "csharp", "go": "go"}
_DEPTH = 8


def cloudformation_pieces(document: Document) -> Iterator[Embedded | None]:
    """The pieces of a template."""
    for place in walk(document):
        match place.key:
            case "BuildSpec":
                text = intrinsic_text(document, place.node)
                if config_type(text.text) == "buildspec":
                    yield embed(place.name, "buildspec", text)
            case "ZipFile" | "InlineCode" | "FunctionCode":
                text = intrinsic_text(document, place.node)
                yield embed(place.name, _function_language(place, text.text), text)
            case "UserData":
                text = intrinsic_text(document, place.node)
                yield embed(place.name, script_content_type(text.text, "shell"), text)
            case "runCommand":
                usual = "powershell" if "PowerShell" in _action(place) else "shell"
                yield embed(place.name, usual, script_of(document, place.node))
            case "command" if "commands" in place.path:
                yield embed(place.name, "shell", intrinsic_text(document, place.node))
            case "content" if "files" in place.path and place.above is not None:
                text = intrinsic_text(document, place.node)
                yield embed(place.name, identify(place.above.key, text.text.encode("utf-8", "replace")), text)


def _function_language(place: Place, text: str) -> str:
    if place.key == "FunctionCode":
        return "javascript"  # CloudFront functions have no other language
    for above in (place, *place.ancestors()):
        runtime = above.sibling("Runtime")
        for prefix, content_type in _RUNTIMES.items():
            if runtime.startswith(prefix):
                return content_type
    return "python" if looks_like_python(text) else "javascript"


def _action(place: Place) -> str:
    return next((above.sibling("action") for above in place.ancestors() if above.sibling("action")), "")


def intrinsic_text(document: Document, node: Node) -> MappedText:
    """The text that intrinsic functions make (Base64, Sub, Join), as far as it is in the template; references are ``${Name}``."""
    return join(_parts(document, node, 0))


def _parts(document: Document, node: Node, depth: int) -> Iterator[MappedText | str]:
    node = node.target or node
    function, argument = node.tag.removeprefix("!"), node
    if node.kind == "mapping":
        function, argument = next(iter(node.items()), ("", node))
        function = function.removeprefix("Fn::")
    if depth > _DEPTH:
        return
    if function == "Join" and argument.kind == "sequence" and len(argument.children) == 2:
        separator, values = argument.children
        for index, value in enumerate((values.target or values).children):
            yield from [separator.value] if index else []
            yield from _parts(document, value, depth + 1)
    elif function == "Sub" and argument.kind == "sequence":
        yield from _parts(document, argument.children[0], depth + 1) if argument.children else []
    elif function in ("Ref", "GetAtt", "ImportValue", "FindInMap", "Select", "If", "Split", "GetAZs"):
        yield "${" + (argument.value if argument.kind == "scalar" else function) + "}"
    elif argument is not node:
        yield from _parts(document, argument, depth + 1)
    else:
        yield from texts_of(document, node)[:1]
