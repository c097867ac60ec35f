"""Code inside CloudFormation and SAM templates: buildspecs, inline functions, user data, commands of documents and of cfn-init."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
        language = _LANGUAGES.get(place.key)
        if language is not None and not (place.key in _LISTS and place.node.kind != "sequence"):
            is_list = place.key in _LISTS
            text = script_of(document, place.node) if is_list else intrinsic_text(document, place.node)
            yield embed(place.name, language(place, text.text), text)


def _buildspec_language(_: Place, text: str) -> str:
    return "buildspec" if config_type(text) == "buildspec" else "text"  # a file's name


def _appsync_language(place: Place, _: str) -> str:
    resource = next((above.sibling("Type") for above in place.ancestors() if above.key == "Properties"), "")
    return "javascript" if place.node.kind == "scalar" and resource.startswith("AWS::AppSync") else "text"


def _document_language(place: Place, _: str) -> str:
    """The language of the commands of a document of Systems Manager."""
    action = next((above.sibling("action") for above in place.ancestors() if above.sibling("action")), "")
    return "powershell" if "PowerShell" in action else "shell"


def _command_language(place: Place, _: str) -> str:
    return "shell" if "commands" in place.path else "text"


def _file_type(place: Place, text: str) -> str:
    """The type of a file that cfn-init writes, by its name."""
    name = place.above.key if place.above is not None and "files" in place.path else ""
    return identify(name, text.encode("utf-8", "replace")) if name else "text"


def _function_language(place: Place, text: str) -> str:
    if place.key == "FunctionCode":
        return "javascript"  # CloudFront functions have no other language
    for above in (place, *place.ancestors()):
        runtime = above.sibling("Runtime")
        for prefix, content_type in _RUNTIMES.items():
            if runtime.startswith(prefix):
                return content_type
    return "python" if looks_like_python(text) else "javascript"


_LANGUAGES: Mapping[str, Callable[[Place, str], str]] = {
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
_LISTS = frozenset({"Commands", "runCommand"})


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
