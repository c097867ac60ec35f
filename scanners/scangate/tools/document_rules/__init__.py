"""Rules on the structure of a YAML or JSON document, and on the commands of a shell script.

`pack` has what they are made of, `checking` what they find.

semgrep compares text, so it cannot follow a parameter to its default, a condition to its two values, or notice what is missing. Its
parser for bash reports a syntax error in one of nine scripts that are installed on a system, each of which would be a gap.
These rules are in the rule pack with the others, with ``mode: document`` instead of patterns.
"""
