"""A name without a file."""

import tempfile

name = tempfile.mktemp(suffix=".txt")  # expect: python-mktemp
