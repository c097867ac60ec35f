"""The commands of shell scripts: words, expansions, pipes, here-documents, functions; and no script that cannot be read."""

from __future__ import annotations

import pytest

from scangate.content.shell_commands import Command, Script, program_words, read_script
from tests.support.growth import grows_linearly


def commands(script: Script) -> list[Command]:
    return [command for pipeline, _ in script.walk() for command in pipeline.commands]


def values(text: str) -> list[list[str]]:
    """The words of each command."""
    script = read_script(text)
    assert script.problem is None
    return [[word.value for word in command.words] for command in commands(script)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b  c", [["a", "b", "c"]]),
        ("a 'b c' \"d $e\" f\\ g", [["a", "b c", "d $e", "f g"]]),
        ("a \\\n  b # no\n# no\nc", [["a", "b"], ["c"]]),
        ("a | b && c || d; e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("while ! a; do b; done < x", [["a"], ["b"], []]),
        ("case $1 in a|b) c ;; *) d;; esac; e", [["case", "$1", "in", "a"], ["b"], ["c"], ["*"], ["d"], ["e"]]),
        ("x=1 y='2 3' a b=4", [["a", "b=4"]]),
        ("files=(a 'b c' -k) ; d", [[], ["d"]]),
        ("a#b c", [["a#b", "c"]]),
        ("a ${b:-'}'} $((1 + (2 * 3))) c", [["a", "${b:-'}'}", "$((1 + (2 * 3)))", "c"]]),
        ("a $'it\\'s' b", [["a", "it\\'s", "b"]]),
        ("cat <<EOF | b\nc 'd\nEOF\ne", [["cat"], ["b"], ["e"]]),
        ("cat <<A <<-'B'\nc\nA\n\td\n\tB\ne", [["cat"], ["e"]]),
        ("(a; b) | c", [["a"], ["b"], ["c"]]),
        ("[[ $a =~ ^(b|c)$ ]] && d", [["[[", "$a", "=~", "^"], ["b"], ["c"], ["$", "]]"], ["d"]]),
        ('a "$(b "c)" \'d\')" e', [["a", "$(b \"c)\" 'd')", "e"], ["b", "c)", "d"]]),
        ("a `b \\`c\\` d`", [["a", "`b \\`c\\` d`"], ["b", "`c`", "d"]]),
        ("a <(b c) > d", [["a", "<(b c)"], ["b", "c"]]),
        ("x=$(case a in b) c;; esac)", [[], ["case", "a", "in", "b"], ["c"]]),
    ],
)
def test_words_of_commands(text: str, words: list[list[str]]) -> None:
    assert values(text) == words


def test_offsets_are_those_of_the_text() -> None:
    text = "x\n  curl -k \\\n  'u r' | sh\n"
    curl = read_script(text).pipelines[1].commands[0]
    assert text[curl.start : curl.end] == "curl -k \\\n  'u r'"
    assert [text[word.start : word.end] for word in curl.words] == ["curl", "-k", "'u r'"]


def test_pipelines_know_what_reads_from_what() -> None:
    found = read_script("a | \n b |& c; d").pipelines
    assert [[command.words[0].value for command in each.commands] for each in found] == [["a", "b", "c"], ["d"]]


def test_expansions_say_whether_they_are_quoted() -> None:
    word = read_script('"$a"$b${c:-1}"$1$@"').pipelines[0].commands[0].words[0]
    assert [(each.name, each.is_quoted) for each in word.expansions] == [
        ("a", True),
        ("b", False),
        ("c", False),
        ("1", True),
        ("@", True),
    ]


def test_here_documents_and_redirections_belong_to_their_command() -> None:
    cat = read_script("cat > /etc/x <<EOF 2>&1\none\nEOF\n").pipelines[0].commands[0]
    assert [(each.operator, each.target.value, each.body) for each in cat.redirections] == [
        (">", "/etc/x", ""),
        ("<<", "EOF", "one\n"),
        (">&", "1", ""),
    ]


def test_a_command_knows_its_function() -> None:
    text = "a\nf() {\n  b\n  { c; }\n}\nfunction g {\n  d\n}\ne"
    assert {command.words[0].value: command.function for command in commands(read_script(text))} == {
        "a": "",
        "b": "f",
        "c": "f",
        "d": "g",
        "e": "",
    }


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("sudo -u root -E curl x", ["curl", "x"]),
        ("env -u A B=1 curl x", ["curl", "x"]),
        ("timeout -k 5 30 curl x", ["curl", "x"]),
        ("exec nohup /usr/bin/curl x", ["/usr/bin/curl", "x"]),
        ("sudo", []),
        ("A=1", []),
    ],
)
def test_what_a_command_runs_in_the_end(text: str, program: list[str]) -> None:
    assert [word.value for word in program_words(read_script(text).pipelines[0].commands[0])] == program


@pytest.mark.parametrize("text", ["a\n'b", 'a\n"b', "a\n`b", "a\n$(b", "a\n${b", 'a\n"$(b'])
def test_what_has_no_end_is_a_problem_from_there(text: str) -> None:
    assert read_script(text).problem == 2


@pytest.mark.parametrize("part", ["$(", "`", '"$(', "${", "((", "(", "<<E\n", "'", '"', "a=(", "$((", "case x in ", "{ ", "\\"])
def test_repeated_openings_are_read_in_linear_time(part: str) -> None:
    assert grows_linearly(lambda size: read_script(part * size), 5_000)
