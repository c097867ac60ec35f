"""Files that are made at once."""

import tempfile

handle, name = tempfile.mkstemp()
folder = tempfile.mkdtemp()
with tempfile.NamedTemporaryFile() as stream:
    stream.write(b"text")
