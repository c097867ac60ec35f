"""The content types of the scripts that a program runs: identify's table, and our own for what it does not have."""

from __future__ import annotations

from collections.abc import Mapping

from identify.interpreters import INTERPRETERS

from scangate.content.identify_tags import expand, type_of_tags

_INTERPRETERS: Mapping[str, str] = {
    **{name: type_of_tags(tags) for name, tags in INTERPRETERS.items()},
    **expand(
        {
            "ansible": "ansible-playbook",
            "batch": "cmd",
            "clojure": "clojure clj bb",
            "common-lisp": "sbcl clisp ecl",
            "elixir": "elixir iex",
            "fish": "fish",
            "go": "gorun",
            "groovy": "groovy",
            "haskell": "runghc runhaskell stack",
            "javascript": "bun qjs",
            "java": "java jbang",
            "julia": "julia",
            "just": "just",
            "kotlin": "kotlin kotlinc",
            "lua": "lua luajit luau",
            "makefile": "make gmake bmake",
            "nix": "nix",
            "ocaml": "ocaml ocamlrun",
            "perl": "suidperl",
            "php": "php-cgi php5 phpdbg",
            "powershell": "pwsh powershell",
            "python": "pypy pypy3 ipython ipython3 pythonw jython micropython sage xonsh python2.7",
            "r": "rscript r littler",
            "racket": "racket",
            "raku": "raku perl6",
            "ruby": "jruby irb rake",
            "scala": "scala amm scala-cli",
            "scheme": "guile csi chez",
            "shell": "busybox mksh pdksh rbash rc yash oksh openrc-run",
            "swift": "swift",
            "tcl": "tclsh expectk",
            "applescript": "osascript",
            "typescript": "deno ts-node tsx",
            "awk": "gawk mawk nawk",
        }
    ),
    "wish": "tcl",
}


def interpreter_type(program: str) -> str:
    """The content type of the scripts that a program runs, by its file name; empty if it is not known."""
    name = program.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    while name:
        if name in _INTERPRETERS:
            return _INTERPRETERS[name]
        if name.rstrip("0123456789") in _INTERPRETERS and name[-1].isdigit():
            return _INTERPRETERS[name.rstrip("0123456789")]
        name = name.rpartition(".")[0]
    return ""
