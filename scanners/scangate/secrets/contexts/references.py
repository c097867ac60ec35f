"""Recognizes values that name where a secret is: a variable, a template, a call, a secret store."""

from __future__ import annotations

import re

MAX_LENGTH = 1024
"""A longer value is none of these forms."""

_NAME = r"[A-Za-z_][\w.-]*"
_FORMS = re.compile(
    rf"""
      \$\(.*\) | `.*`                                            # a shell's substitution
    | \$\{{?[A-Za-z_!#*@][\w.:/-]*\}}?(?:\[.*\])?                # a variable: $X, ${{X}}, $env:X, ${{x.y}}
    | \$\{{.*\}} | \$\$?[0-9@*]                                  # ${{{{ secrets.X }}}}, ${{X:-default}}; a parameter
    | %[A-Z_][A-Z_0-9]*% | ![A-Z_]+! | @{_NAME}@ | %%[A-Z_]+%% | __{_NAME}__ | \#{_NAME}\#
    | %(?:\({_NAME}\))?[-+0-9.$]*[sdrvq@] | \{{[A-Za-z_][^{{}}]*\}} | \{{\d*\}}
    | \{{\{{.*\}}\}} | \{{%.*%\}} | <%.*%> | \[\[.*\]\] | \(\(.*\)\) | \#\{{.*\}} | \\\(.*\)
    | <[^<>]*> | \[[A-Za-z_ -]+\]                                # a blank to fill in
    | !(?:Ref|Sub|GetAtt|ImportValue|Join|secret|env_var|vault|include|Select|FindInMap)\b.*
    | [A-Za-z_$][\w.:>-]*\(.*\)?;?                               # a call
    | (?:os\.)?environ\[.*\]? | process\.env\b.* | import\.meta\.env\b.* | ENV\[.*\]? | \$_(?:ENV|SERVER|GET|POST)\[.*\]?
    | (?:self|this|cls|args|opts?|options|config|conf|cfg|settings|params?|request|req|props|env|var|local|data|module|each|
        secrets?|values|context|ctx|app|os|random_password|aws_\w+|azurerm_\w+|google_\w+)[.\[][\w.\[\]"'-]*
    | (?:op|vault|ssm|secretsmanager|keyvault|gcp-?sm|gsm|awssm|akv|env|file|ref\+\w+|secretref|bao)://?.*
    | (?:vault|env|file|ssm|secretsmanager|resolve|parameterStore|keyring|keychain):[\w./@$\{{-].*
    | arn:[\w-]+:[\w-]+:.* | (?:/var)?/run/secrets/.* | projects/[^/]+/secrets/.*
    | @Microsoft\.KeyVault\(.*\)
    """,
    re.VERBOSE | re.DOTALL,
)
_CHEAP = re.compile(r"[$`%!@_#{<\[(:./]")


def is_reference(value: str) -> bool:
    """Whether a value is clearly no secret itself: all of it is a variable, a template, a call or a name in a secret store."""
    text = value.strip()
    if not text:
        return True
    return len(text) <= MAX_LENGTH and _CHEAP.search(text) is not None and _FORMS.fullmatch(text) is not None
