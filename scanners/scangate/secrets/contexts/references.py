"""Recognizes values that name where a secret is: a variable, a template, a call, a secret store."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.places import is_quoted, keys_around
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_drawn, is_random, is_words, strip_escaped_spaces

MAX_LENGTH = 1024
"""A longer value is none of these forms."""

_NAME = r"[A-Za-z_][\w.-]*"
_FORMS = re.compile(
    rf"""
      \$\(.*\) | `.*`                                            # a shell's substitution
    | \$\{{?[A-Za-z_!#*@][\w.:/-]*\}}?(?:\[.*\])?                # a variable: $X, ${{X}}, $env:X, ${{x.y}}
    | \$\{{.*\}} | \$\$?[0-9@*]                                  # ${{{{ secrets.X }}}}, ${{X:-default}}; a parameter
    | %[A-Z_][A-Z_0-9]*% | ![A-Z_]+! | @{_NAME}@ | %%[A-Z_]+%% | __{_NAME}__ | \#{_NAME}\#
    | ![a-z][\w-]*/[\w/.-]+                                         # a tag of YAML, of what follows
    | %(?:\({_NAME}\))?[-+0-9.$]*[sdrvq@] | \{{[A-Za-z_][^{{}}]*\}} | \{{\d*\}}
    | \{{\{{.*\}}\}} | \{{%.*%\}} | <%.*%> | \[\[.*\]\] | \(\(.*\)\) | \#\{{.*\}} | \\\(.*\)
    | (?:<[^<>]*>[:@/.-]?)+ | \[[A-Za-z_ -]+\]                                # a blank to fill in
    | !(?:Ref|Sub|GetAtt|ImportValue|Join|secret|env_var|vault|include|Select|FindInMap)\b.*
    | [A-Za-z_$][\w.:>-]*\(.*\)?;?                               # a call
    | (?:os\.)?environ\[.*\]? | process\.env\b.* | import\.meta\.env\b.* | ENV\[.*\]? | \$_(?:ENV|SERVER|GET|POST)\[.*\]?
    | (?:self|this|cls|args|opts?|options|config|conf|cfg|settings|params?|request|req|props|env|var|local|data|module|each|
        secrets?|values|context|ctx|app|os|random_password|aws_\w+|azurerm_\w+|google_\w+)[.\[][\w.\[\]"'-]*
    | (?:op|vault|ssm|secretsmanager|keyvault|gcp-?sm|gsm|awssm|akv|env|file|ref\+\w+|secretref|bao)://?.*
    | (?:vault|env|file|ssm|secretsmanager|resolve|parameterStore|keyring|keychain):[\w./@$\{{-].*
    | arn:[\w-]+:[\w-]+:[\w-]*:[\w*]*:.* | (?:/var)?/run/secrets/.* | projects/[^/]+/secrets/.*
    | @Microsoft\.KeyVault\(.*\)
    """,
    re.VERBOSE | re.DOTALL,
)
# What a store made up may be in the address of an entry, never in the name of a variable or in what is its default.
_ADDRESS = re.compile(r"arn:.*|[\w+-]+://.*|\{\{resolve:.*", re.DOTALL)
MAX_DISTANCE = 200
_LITERAL = re.compile(r"([\"'])((?:(?!\1).){16,200})\1")
_SYMBOLS = re.compile(r"[!#^*~&()+=]")
MIN_SYMBOLS = 4
MIN_LITERAL_LENGTH = 6  # characters outside the interpolations that may be a secret by themselves
# Each replaces a part of a text when it is used: shells, templates of many engines, CloudFormation, format strings.
_MARKED = (  # nothing else looks like these
    r"\$\{\{.{0,200}?\}\}|\$\{[^{}]{0,200}\}|\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|<%.{0,200}?%>|\$\([^()]{0,200}\)|%\(\w+\)[sd]"
    r"|#\{[^{}]{0,200}\}|\{[A-Za-z_][\w.\[\]()'\"-]{0,100}(?:![rsa])?(?::[^{}]{0,20})?\}|\{\d*\}|\[\[.{0,80}?\]\]"
)
_INTERPOLATION = re.compile(
    rf"(?P<marked>{_MARKED})|\$[A-Za-z_]\w*|%[A-Z_]{{3,}}%|%[sdv]|@[A-Z_]{{2,}}@|__[A-Z_]{{2,60}}__|<[A-Za-z][\w .:|/-]{{0,80}}>"
)
_ALWAYS_REPLACED = re.compile(_MARKED)
_PATH = re.compile(r"~[/\\][\w.@+-]{1,80}|(?:[\w.-]{1,40}:)?(?:[.~]{0,2}[/\\])?(?:[\w.@+-]{1,80}[/\\]){1,30}[\w.@+-]{0,80}")
_FILE = re.compile(
    r"[\w.-]{1,80}\.(?:pem|key|crt|cer|p12|pfx|jks|keystore|txt|json|ya?ml|env|ini|conf|cfg|toml|properties|py|js|ts|php|rb|sh|go|"
    r"java|html?|xml|enc|gpg)"
)
_EXPRESSION = re.compile(
    r"(?:[A-Za-z_$][\w$]*(?:\.|->|::|\?\.))+[A-Za-z_$][\w$]*(?:[\[(].*)?|[A-Za-z_$][\w$.]*\(.*|[A-Za-z_$][\w$.]*\[.*|new\s+\w+.*|await\s+.*|&?\*?[a-z_$][\w$]*"
    r"|(?:true|false|null|none|nil|undefined|True|False|None|NULL)",
    re.DOTALL,
)
_ITEM = re.compile(
    r"[A-Za-z_$][\w$.]*\[(?:[\w$.+ -]+|'[\w.-]+'|\"[\w.-]+\")\]"
)  # of a list or a mapping, in code inside a text too
_OPENS = frozenset("{<%$#@_[`")
_NOT_IN_WORD = re.compile(r"[^A-Za-z0-9]+")
_WORDS = re.compile(r"[^\W\d_]*(?:[\s_.:/@?=&-]+[^\W\d_]+)*[\s_.:/@?=&-]*")
_REFERRING_TAG = re.compile(r"!(?:Ref|GetAtt|ImportValue|FindInMap|reference|secret|env|env_var|vault|file)\s+[\"']?\Z")
_BOUND = re.compile(r":'?[A-Za-z_]\w*'?|@[A-Za-z_]\w*|\?")  # a parameter of a statement
_AUTH_SCHEME = re.compile(r"(?i)\s*(?:basic|bearer|token|digest|apikey|api-key|aws4-hmac-sha256)?\s*")
_REFERRING_KEYS = re.compile(
    r"(?i)secrets-manager|parameter-store|valueFrom|\w*KeyRef|secretRefs?|remoteRef|existingSecret\w*|secretName|externalSecrets?|"
    r"secretProviderClass|imagePullSecrets|envFrom|from_secret|secretKeyName|userPasswordSecret|credentialsId"
)
_ASSIGNMENT = re.compile(r"[\w.]{1,80}\s{0,4}=\s{0,4}(?P<value>[^=].{0,400})", re.DOTALL)
_UNCLOSED = re.compile(r"\$[{(][A-Za-z_]\S*")  # the begin of an expression, up to a space or a quote in it
_DECLARED = re.compile(r"\b(?:var|let|const)[ \t]{1,8}[\w$]{1,80}[ \t]{0,8}=[ \t]{0,8}\Z")  # code in a text
_MEMBER = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+")
# What follows a string in minified code, where the end of the string was taken for the begin of another
_CODE = re.compile(
    r"[+,)\]};:?&|]+[\w$.]+[\w$.]*[()\[\]{};,:].{0,400}\b(?:throw|return|else|const|let|var|if|for|function|new|await|case|this|catch|void)\b.*",
    re.DOTALL,
)
# What follows a string in any code: its bracket is closed, and something is called or looked up
_AFTER_STRING = re.compile(r"(?:[)\]]|\+(?=[^(]*\())[?.,;:&|+ )\]]*[A-Za-z_$][\w$]*(?:[.?:()\[\]+]+[\w$]*)*")
_CUT_OFF = re.compile(r"[&?]?(?P<name>[A-Za-z_][\w.-]{1,80})[ \t]{0,4}[=:][ \t]{0,4}|\{[A-Za-z_][\w.]{0,80}(?:\[[^\]{}]{0,80})?")
_JOINED = re.compile(
    r"[\"'`]?[ ]?[+.][ ]?[A-Za-z_$][\w$.]*(?:\([\w$., ]*\))?[ ]?[+.][ ]?[\"'`]?"
)  # what is put between two strings
_ESCAPED = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[nrtab0])|[\x00-\x1f]")
_CHEAP = re.compile(r"[$`%!@_#{<\[(:./]")


def has_reference_form(value: str) -> bool:
    """Whether a value is clearly no secret itself: all of it is a variable, a template, a call or a name in a secret store."""
    text = strip_escaped_spaces(value.strip())
    if not text:
        return True
    if len(text) > MAX_LENGTH or _CHEAP.search(text) is None or _FORMS.fullmatch(text) is None:
        return False
    return _ADDRESS.fullmatch(text) is not None or not is_drawn(text)


_HCL = frozenset({"terraform", "packer", "nomad", "hcl"})
"""Types of files whose strings are in quotes: https://developer.hashicorp.com/terraform/language/expressions/strings"""


def is_reference(detection: Detection, text: ScannedText) -> bool:
    """Whether the secret is elsewhere, by the value or by what is around it."""
    before = text.text[max(text.line_start(detection.start), detection.start - MAX_DISTANCE) : detection.start]
    is_tagged = _REFERRING_TAG.search(before) is not None and not is_drawn(detection.value)
    if is_tagged or _is_made_at_run_time(detection.value) or _is_inside_interpolation(detection, text):
        return True
    if detection.secret_class in (SecretClass.TOKEN, SecretClass.KEY):
        return False
    if _has_drawn_literal(detection.value):
        return False
    has_expressions = text.is_program or text.content_type in _HCL
    if has_expressions and not is_quoted(detection, text) and _EXPRESSION.fullmatch(detection.value.rstrip(",")):
        return detection.secret_class is not SecretClass.PASSWORD
    if is_random(detection.value):
        return False
    is_member = _MEMBER.fullmatch(detection.value) is not None and _DECLARED.search(before) is not None
    is_item = not is_quoted(detection, text) and (is_member or _ITEM.fullmatch(detection.value) is not None)
    return is_item or any(_REFERRING_KEYS.fullmatch(key) for key in keys_around(text, detection.start))


def _is_made_at_run_time(value: str) -> bool:
    """Whether a value is made when it is used, at least in part, or names a file or an entry of a secret store."""
    bare = value.strip().strip("\"'")
    if _has_drawn_literal(bare):
        return False
    if _is_cut_off(bare) or _is_mostly_replaced(bare):
        return True
    if is_drawn(bare) and _ADDRESS.fullmatch(bare) is None:
        return False
    is_assigned = (match := _ASSIGNMENT.fullmatch(bare)) is not None and has_reference_form(match["value"])  # code in a string
    if is_assigned or has_reference_form(bare) or _is_path(bare) or _BOUND.fullmatch(bare) or _is_code(bare):
        return True
    found = _INTERPOLATION.search(bare)
    if found is None or (found["marked"] is None and len(_SYMBOLS.findall(bare)) >= MIN_SYMBOLS):
        return False  # no text with a variable in it has so many symbols
    rest = _AUTH_SCHEME.sub("", _literal_part(bare), count=1)
    is_marked = found["marked"] is not None and not is_random(rest)
    return is_marked or len(_NOT_IN_WORD.sub("", rest)) < MIN_LITERAL_LENGTH or _WORDS.fullmatch(rest) is not None


def _is_cut_off(value: str) -> bool:
    """Whether a value is the begin of an assignment or of an expression, whose rest is in another string."""
    match = _CUT_OFF.fullmatch(value)
    return match is not None and (match["name"] is None or is_words(match["name"]))


def _is_mostly_replaced(value: str) -> bool:
    """Whether what is clearly replaced when the value is used leaves less than a secret of it, and is no secret itself."""
    replaced = [match[0] for match in _ALWAYS_REPLACED.finditer(value)]
    rest = _ESCAPED.sub("", _ALWAYS_REPLACED.sub("", value))
    if not replaced or ":-" in value or any(map(is_drawn, replaced)):
        return False
    return len(_NOT_IN_WORD.sub("", rest)) < MIN_LITERAL_LENGTH


def _literal_part(value: str) -> str:
    """What is left of a value without what is replaced when it is used, and without escapes."""
    return _ESCAPED.sub("", _INTERPOLATION.sub("", value))


def _has_drawn_literal(value: str) -> bool:
    """Whether a string in an expression was drawn: the fallback of a variable, the argument of a call."""
    return any(is_drawn(match[2]) for match in _LITERAL.finditer(value, 0, MAX_LENGTH))


def _is_code(value: str) -> bool:
    """Whether a value is a part of an expression, and nothing in it was drawn."""
    if _UNCLOSED.fullmatch(value):
        return value.count("{") + value.count("(") > value.count("}") + value.count(")") and not is_random(value)
    return any(form.fullmatch(value) for form in (_CODE, _AFTER_STRING, _JOINED)) and not any(
        map(is_random, _NOT_IN_WORD.split(value))
    )


def _is_inside_interpolation(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a part of an expression that is replaced, as in ``{{resolve:secretsmanager:db:SecretString:key}}``."""
    start = max(text.line_start(detection.start), detection.start - MAX_DISTANCE)
    if _OPENS.isdisjoint(text.text[start : detection.start]):
        return False
    found = _INTERPOLATION.finditer(text.text, start, min(detection.start + MAX_DISTANCE, len(text.text)))
    return any(match.start() < detection.start < match.end() for match in found)


def _is_path(value: str) -> bool:
    if _FILE.fullmatch(value):
        return not is_drawn(value)
    if not _PATH.fullmatch(value):
        return False
    pieces = [piece for piece in re.split(r"[/\\]", value) if piece]
    return (
        not any(is_random(piece) for piece in pieces)
        and not is_random(value.replace("/", ""))
        and any(len(piece) > 2 for piece in pieces)
    )
