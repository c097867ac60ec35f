"""Fix suggestions for rules of other tools whose own messages only describe the problem."""

from __future__ import annotations

import functools
import re
import shlex
from fnmatch import fnmatchcase

from scangate.model import Finding, FindingKind, Introduction

FIXES = {
    "bandit:B101": "raise an exception if the check must always run: python -O removes assert statements",
    "bandit:B102": "call the function directly, or look its name up in a dictionary of allowed functions",
    "bandit:B103": "grant permissions only to the owner (0o600 for a file, 0o700 for a directory), unless others need them",
    "bandit:B104": "bind to 127.0.0.1, or read the address from a setting if a load balancer or a container needs another one",
    "bandit:B10[567]": "read the password from the environment or a secret store at run time, and rotate the committed one",
    "bandit:B108": "use the tempfile module: TemporaryDirectory, NamedTemporaryFile or mkstemp",
    "bandit:B11[02]": "catch the exceptions you expect, and log what you catch",
    "bandit:B113": "pass timeout=, in seconds, with every request",
    "bandit:B201": "read debug from a setting that is off by default, and serve with a WSGI server",
    "bandit:B202": "pass filter='data' to extract and extractall",
    "bandit:B30[12]": "exchange data as JSON; if the format must stay, verify a signature of the bytes before loading them",
    "bandit:B30[345]": "use SHA-256 for digests and AES-GCM, from the cryptography package, for encryption",
    "bandit:B306": "use tempfile.mkstemp or NamedTemporaryFile, which create the file atomically",
    "bandit:B307": "use ast.literal_eval for literals, json.loads for data",
    "bandit:B308": "let the template escape the value, or escape each part with format_html",
    "bandit:B310": "check that the URL's scheme is https before opening it",
    "bandit:B311": "use the secrets module for tokens, passwords and keys; simulation and sampling may keep random",
    "bandit:B312": "use SSH, or an interface of the device that runs over HTTPS",
    "bandit:B31[3-9]": "parse with defusedxml, which refuses entities and external references",
    "bandit:B321": "use SFTP or HTTPS",
    "bandit:B323": "use ssl.create_default_context(), with cafile= for a private certificate authority",
    "bandit:B324": "use hashlib.sha256, for passwords hashlib.scrypt; if it protects nothing, pass usedforsecurity=False",
    "bandit:B4*": "an import alone does no harm: review the calls; if they are safe, rate the rule as info in the policy",
    "bandit:B50[1]": "keep verify enabled; for a private certificate authority, pass the path of its certificate",
    "bandit:B50[234]": "use ssl.create_default_context(), or require at least TLS 1.2",
    "bandit:B505": "use RSA keys of 3072 bits or more, or elliptic curves of 256 bits or more",
    "bandit:B506": "use yaml.safe_load",
    "bandit:B507": "load the known host keys and keep paramiko's RejectPolicy",
    "bandit:B50[89]": "use SNMP 3 with keys for authentication and privacy: UsmUserData(user, auth_key, privacy_key)",
    "bandit:B601": "keep the command constant, quote values by shlex.quote, or copy files over SFTP",
    "bandit:B60[2-7]": "pass a list without shell=True, use the program's full path, and validate untrusted values",
    "bandit:B608": "keep the SQL text constant, and pass values as parameters to execute",
    "bandit:B609": "list the files in Python, and put -- or ./ before names that are not constant",
    "bandit:B61[01]": "use the query methods of the ORM, or pass values in params",
    "bandit:B612": "read the configuration from a file, or pass verify= to check what arrives",
    "bandit:B613": "remove the characters, or write them as escapes: \\u202e",
    "bandit:B614": "pass weights_only=True, or store weights as safetensors",
    "bandit:B615": "pass revision= with the full id of a commit",
    "bandit:B701": "pass autoescape=select_autoescape() to the environment",
    "bandit:B702": "use default_filters=['h'] for every template, or Jinja2 with autoescape",
    "bandit:B70[34]": "let the template escape the value, or escape each part by format_html or Markup.format",
    "detect-secrets:*": "revoke the secret, as the git history keeps it; read its replacement from a secret store at run time",
}


SENTENCE_END = re.compile(r"(?<=[\w)\]'\"`])\.\s+(?=[A-Z])")
OUR_RULES = ("semgrep:", "taint:")


def split_message(rule: str, message: str) -> tuple[str, str]:
    """What is wrong, and how to fix it: the last sentence of a rule of ours, all after the first sentence of another tool's.

    A message of one sentence has no fix: then the second text is empty.
    """
    sentences = SENTENCE_END.split(message) if rule.startswith(OUR_RULES) else SENTENCE_END.split(message, maxsplit=1)
    *first, last = sentences
    return (". ".join(first) + ".", last) if first else (message, "")


def suggest_fix(rule: str, finding: Finding | None = None) -> str:
    """How to fix a rule's finding, in one sentence; empty if the rule's own message says it."""
    if finding is not None and finding.kind is FindingKind.DEPENDENCY:
        return _suggest_upgrade(finding)
    if finding is not None and finding.introduction is not None:
        return _suggest_rotation(finding.location.path, finding.introduction)
    return _find_advice(rule)


@functools.lru_cache(maxsize=4096)
def _find_advice(rule: str) -> str:
    return next((how for pattern, how in FIXES.items() if fnmatchcase(rule, pattern)), "")


def _suggest_rotation(path: str, introduction: Introduction) -> str:
    """What to do about a secret in the history. https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/\
removing-sensitive-data-from-a-repository, and git-filter-repo(1) for the command."""
    first = "replace it in the files by a reference to a secret store; " if introduction.in_head else ""
    return (
        "rotate it where it is issued, because every clone has it: create a new one in a secret store, and revoke the old one; "
        f"{first}if it has to leave the history as well, rewrite that in a fresh clone, which changes the id of every commit since "
        f"{introduction.commit[:12]}: git filter-repo --sensitive-data-removal --invert-paths --path {shlex.quote(path)} (removes "
        "the file from every commit), or --replace-text FILE (removes the value; keep FILE out of the repository); then push all "
        "branches and tags by force, and ask the host to delete what it cached"
    )


def _suggest_upgrade(finding: Finding) -> str:
    package = finding.affected_package
    if package is None:
        return ""
    if package.upgrade:
        return (
            f"upgrade {package.name} from {package.version} to {package.upgrade}, the nearest release without a known vulnerability"
        )
    if package.fixed_in:
        return f"upgrade {package.name} from {package.version} to one of {', '.join(package.fixed_in)}"
    return f"no fixed release of {package.name} is known: replace the package, or accept the risk for a limited time"
