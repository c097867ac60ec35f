"""Comments that may waive a finding, in every spelling that a tool could read another way; a case a line, whatever its length."""
# ruff: noqa: E501

from __future__ import annotations

from tests.support.fake_secrets import fake_secret

__all__ = ["SEMGREP_RULES", "bandit_corpus", "secrets_corpus", "semgrep_corpus"]

CALL = "subprocess.call(command, shell=True)"

# Comments behind a call of which bandit says B602; where the name says so, they waive it.
BANDIT_COMMENTS = (
    *("# nosec", "#nosec", "#  nosec", "# NOSEC", "# Nosec", "# nosec ", "#\tnosec", "## nosec", "# # nosec", "# noqa # nosec"),
    *(
        "# nosec B602",
        "#nosec: B602,B404",
        "# nosec:B602",
        "# nosec B404",
        "# nosec B404,B602",
        "# nosec B404 B602",
        "# nosec b602",
    ),
    *("# nosec subprocess_popen_with_shell_equals_true", "# nosec: any_other_function_with_shell_equals_true"),
    *("# nosec B999", "# nosec B999,B602", "# nosec because it is safe", "# nosec: because B602", "# nosec - B404", "# nosec-B602"),
    *("# nosec B602 # and why", "# nosec # B404", "# nosecurity", "# nosec,B404", "# nosec B602;B404", "# pragma: no cover, nosec"),
    *(
        "# nosec(B404)",
        "# nosec [B602]",
        "# type: ignore # nosec B404",
        "# nosec blacklist",
        "# nosec import_subprocess",
        "# no sec",
    ),
    *(
        "# nosec\u00a0B602",
        "# nosec B602\x0c",
        "# nosec B404\u2028B602",
        "# \u200bnosec",
        "# NOSEC B602",
        "#nosec#",
        "# nosec:",
        "# nosec::B404",
    ),
)

BANDIT_SHAPES = {
    "string.py": f'import subprocess\nx = "# nosec"; {CALL}\n{CALL}; y = "#nosec"\n',
    "above.py": f"import subprocess\n# nosec\n{CALL}\n{CALL}\n# nosec\n",
    "lines.py": "import subprocess\nsubprocess.call(\n    command,\n    shell=True,  # nosec\n)\nsubprocess.call(  # nosec\n    command,\n"
    "    shell=True,\n)\nsubprocess.call(\n    command,\n    shell=True,\n)  # nosec\n",
    "named_lines.py": "import subprocess\nsubprocess.call(  # nosec B404\n    command,\n    shell=True,  # nosec B602\n)\n"
    "subprocess.call(  # nosec B404\n    command,  # nosec B602\n    shell=True,\n)\nsubprocess.call(  # nosec\n    command,\n    shell=True,  # nosec B404\n)\n",
    "text.py": 'import subprocess\nsubprocess.call("""\n# nosec\n""", shell=True)\nsubprocess.call(f"""\n{command}\n""", shell=True)  # nosec\n',
    "function.py": 'def f(password="hunter2"):  # nosec\n    pass\n\n\ndef g(\n    password="hunter2",  # nosec B107\n):\n    pass\n\n\n'
    'def h(password="hunter2"):\n    token = "hunter2"  # nosec B105\n    assert token  # nosec\n    return token\n',
    "with.py": 'import tarfile\nwith tarfile.open("x") as archive:  # nosec\n    archive.extractall()\nwith tarfile.open("x") as archive:\n'
    "    archive.extractall()  # nosec B202\ntry:  # nosec\n    pass\nexcept Exception:\n    pass\ntry:\n    pass\nexcept Exception:  # nosec\n    pass\n",
    "imports.py": "import subprocess, pickle  # nosec\nimport pickle  # nosec B403\nimport subprocess  # nosec B403\nfrom subprocess import (  # nosec\n    call,\n)\n"
    "from subprocess import (\n    call,  # nosec B404\n)\n",
    "crlf.py": f"import subprocess\r\n{CALL}  # nosec\r\n{CALL}  # nosec B602\r\n{CALL}\r\n",
    "semicolon.py": f"import subprocess; {CALL}; exec(command)  # nosec B602\n",
    "continued.py": f"import subprocess\nx = 1 + \\\n    {CALL}  # nosec\n{CALL} or \\\n    exec(command)  # nosec B602\n",
}


def bandit_corpus() -> dict[str, bytes | str]:
    """A file a comment, and the shapes."""
    files = {f"comment_{number:02}.py": f"import subprocess\n{CALL}  {comment}\n" for number, comment in enumerate(BANDIT_COMMENTS)}
    return {**files, **BANDIT_SHAPES}


SEMGREP_RULES = """
rules:
- {id: no-eval, languages: [python], severity: ERROR, message: m, pattern: eval(...)}
- {id: no-exec, languages: [python], severity: ERROR, message: m, pattern: exec(...)}
- {id: no-curl, languages: [dockerfile], severity: ERROR, message: m, pattern: RUN curl $X}
- {id: no-public, languages: [yaml], severity: ERROR, message: m, pattern: "Acl: Public"}
- {id: no-open, languages: [json], severity: ERROR, message: m, pattern: '"open": true'}
"""

SEMGREP_COMMENTS = (
    *(
        "# nosemgrep",
        "#nosemgrep",
        "# nosem",
        "# NOSEMGREP",
        "# NoSem",
        "#  nosemgrep",
        "# \tnosemgrep",
        "# xnosemgrep",
        "# nosemgrepx",
    ),
    *("# nosemgrep: no-eval", "# nosemgrep:no-eval", "# nosem: no-eval", "# nosemgrep: no-exec", "# nosemgrep: no-eval, no-exec"),
    *(
        "# nosemgrep: no-exec,no-eval",
        "# nosemgrep: no-exec no-eval",
        "# nosemgrep: no-eval because",
        "# nosemgrep: because no-eval",
    ),
    *("# nosemgrep:  no-eval", "# nosemgrep : no-eval", "# nosemgrep no-exec", "# nosemgrep=no-eval", "# nosemgrep= no-exec"),
    *(
        "# nosemgrep: rules.no-eval",
        "# nosemgrep: a.b.no-eval",
        "# nosemgrep: no-eval.x",
        "# nosemgrep: NO-EVAL",
        "# nosemgrep: no-ev",
    ),
    *(
        "# nosemgrep: no-eval # why",
        "# nosemgrep # no-exec",
        "# nosemgrep:",
        "# nosemgrep: ,",
        "# nosemgrep: ,no-eval",
        "# nosemgrep: no-exec,",
    ),
    *(
        "# ok: nosemgrep",
        "# noqa nosemgrep",
        "# nosemgrep: no-exec nosemgrep: no-eval",
        "# nosemgrep: no-exec # nosemgrep",
        "#nosem",
    ),
    *(
        "// nosemgrep",
        "# nosemgrep: no-exec\x0cno-eval",
        "# nosemgrep:\u00a0no-exec",
        "# nosemgrep: 'no-eval'",
        "# nosemgrep: no-exec;no-eval",
    ),
    *(
        "# nosemgrep: no-eval\tno-exec",
        "# nosemgrep:no-exec: no-eval",
        "# - nosemgrep",
        "# nosemgrep-no-exec",
        "# nosemgrep: no_eval",
    ),
    *("# nosem nosemgrep: no-exec", "# nosem nosem: no-eval", "# nosemgrep_nosemgrep: no-exec", "# nosemgrep: no-exec ,no-eval"),
    *(
        "# nosemgrep: no-exec,\tno-eval",
        "# nosemgrep: no-exec why, no-eval",
        "# nosemgrep = no-exec",
        "#nosemgrep # nosemgrep: no-exec",
    ),
    *(
        "# nosemgrep:\tno-eval",
        "# nosemgrep:  no-exec",
        "# nosemgrep: no-exec,,no-eval",
        "#-nosemgrep",
        "# _nosemgrep",
        "#x nosemgrep",
    ),
    *("# nosemgrep: no-eval\u00a0x", "# nosemgrep:\u00a0no-eval", "# nosemgrep: no-eval\x0c", "# \u00e9 nosemgrep", "#:nosem"),
)

SEMGREP_SHAPES = {
    "string.py": 'x = eval(a) + " nosemgrep"\nx = " nosem"; eval(a)\n',
    "two_lines.py": "eval(\n    a\n)  # nosemgrep\neval(  # nosemgrep\n    a\n)\neval(\n    a  # nosemgrep\n)\n",
    "after.py": "eval(a)\n# nosemgrep\n",
    "two_before.py": "# nosemgrep\n\neval(a)\n# nosemgrep\n# other\neval(a)\n",
    "before_code.py": "x = 1  # nosemgrep\neval(a)\nprint(' nosemgrep')\neval(a)\n() # nosemgrep\neval(a)\n",
    "before_indent.py": "if a:\n    # nosemgrep: no-eval\n    eval(a)\n    #   nosemgrep: no-exec\n    eval(a)\n",
    "both.py": "# nosemgrep: no-exec\neval(a)  # nosemgrep: no-eval\n# nosemgrep: no-eval\neval(a)  # nosemgrep: no-exec\neval(a); exec(a)  # nosemgrep: no-exec\n",
    "first.py": "eval(a) # nosemgrep\neval(a)",
    "crlf.py": "eval(a) # nosemgrep\r\neval(a) # nosemgrep: no-eval\r\n# nosemgrep: no-eval\r\neval(a)\r\neval(a) # nosemgrep: no-exec\r\n# nosemgrep\r\neval(a)\r\n",
    "unicode.py": "x = 'é\u2028é'; eval(a)  # nosemgrep\n# é nosemgrep\neval(a)\n# \u4e00 nosemgrep: no-eval\neval(a)\n",
    "Dockerfile": "FROM a\nRUN curl x # nosemgrep\n# nosemgrep\nRUN curl y\n# nosemgrep: no-curl\nRUN curl z\n# nosemgrep: no-eval\nRUN curl w\n",
    "a.yaml": "a:\n  Acl: Public # nosemgrep\nb:\n  # nosemgrep: no-public\n  Acl: Public\nc:\n  Acl: Public # nosem: no-eval\nd:\n  - Acl: Public\n",
    "a.json": '{"a": {"open": true}, "c": " nosemgrep",\n"b": {"open": true}}\n',
}


def semgrep_corpus() -> dict[str, bytes | str]:
    """A file a comment, on the line and alone before it, and the shapes."""
    files = {f"comment_{number:02}.py": f"eval(a)  {comment}\n" for number, comment in enumerate(SEMGREP_COMMENTS)}
    before = {
        f"before_{number:02}.py": f"x = 1\n{comment}\neval(a)\n"
        for number, comment in enumerate(SEMGREP_COMMENTS)
        if "//" not in comment
    }
    files = {name: text for name, text in files.items() if "//" not in text}
    return {**files, **before, **SEMGREP_SHAPES}


PRAGMAS = (
    *("# pragma: allowlist secret", "#pragma: allowlist secret", "# pragma:allowlist secret", "# pragma: whitelist secret"),
    *("# pragma: allowlist-secret", "# PRAGMA: allowlist secret", "#  \t pragma: allowlist secret", "# pragma: allowlist  secret"),
    *(
        "# pragma: allowlist secret because",
        "# because pragma: allowlist secret",
        "# pragma: allowlist secrets",
        "# pragma allowlist secret",
    ),
    *(
        "// pragma: allowlist secret",
        "/* pragma: allowlist secret */",
        "/* pragma: allowlist secret */ ;",
        "/*pragma: allowlist secret*/",
    ),
    *(
        "' pragma: allowlist secret",
        "-- pragma: allowlist secret",
        "<!-- pragma: allowlist secret -->",
        "<!-- # pragma: allowlist secret -->",
    ),
    *(
        "<!-- pragma: allowlist secret",
        "<!--pragma: allowlist secret-->",
        "# pragma: allowlist secret   ",
        "# pragma: allowlist secret\t",
    ),
    *("# pragma: allowlist nextline secret", "; pragma: allowlist secret", "# nosec", "# pragma: allowlist secret # nosec"),
)
NEXT_LINES = (
    *(
        "# pragma: allowlist nextline secret",
        "    # pragma: allowlist nextline secret",
        "x = 1  # pragma: allowlist nextline secret",
    ),
    *("# pragma: whitelist nextline secret", "// pragma: allowlist nextline secret", "/* pragma: allowlist nextline secret */"),
    *("<!-- pragma: allowlist nextline secret -->", "-- pragma: allowlist nextline secret", "' pragma: allowlist nextline secret"),
    *("#pragma: allowlist-nextline-secret", "# pragma: allowlist nextline secret  ", "# pragma: allowlist secret", ""),
)


def secrets_corpus() -> dict[str, bytes | str]:
    """Every pragma in every syntax, on the line, on the line before and two before; the values are made here."""
    key = iter(range(10_000))

    def value() -> str:
        return fake_secret(f"inline-{next(key)}")

    files: dict[str, bytes | str] = {}
    for ending, shape in (
        ("py", 'password = "{}"  {}'),
        ("yaml", "password: {} {}"),
        ("js", 'const password = "{}"; {}'),
        ("ini", "password = {} {}"),
    ):
        head = "[a]\n" if ending == "ini" else ""
        for number, pragma in enumerate(PRAGMAS):
            files[f"{ending}/line_{number:02}.{ending}"] = (
                head + shape.format(value(), pragma) + "\n" + shape.format(value(), "") + "\n"
            )
        for number, pragma in enumerate(NEXT_LINES):
            files[f"{ending}/next_{number:02}.{ending}"] = (
                head + f"{pragma}\n" + "\n".join(shape.format(value(), "") for _ in "ab") + "\n"
            )
    files["crlf.py"] = (
        f'password = "{value()}"  # pragma: allowlist secret\r\n# pragma: allowlist nextline secret\r\npassword = "{value()}"\r\n'
    )
    files["flow.yaml"] = f"a: {{password: {value()}, token: {value()}}} # pragma: allowlist secret\nb:\n  - password: {value()}\n"
    files["eager.yaml"] = f"password: {value()} # pragma: allowlist secret\nplain: text\n"
    files["eager.ini"] = f"[a]\npassword = {value()} # pragma: allowlist secret\n"
    files["many.py"] = "\n".join(f'password_{number} = "{value()}"  {pragma}' for number, pragma in enumerate(PRAGMAS)) + "\n"
    files["Dockerfile"] = (
        f"FROM a\nENV PASSWORD={value()} # pragma: allowlist secret\n# pragma: allowlist nextline secret\nENV API_KEY={value()}\n"
    )
    files["last.py"] = f'password = "{value()}"  # pragma: allowlist secret'
    return files
