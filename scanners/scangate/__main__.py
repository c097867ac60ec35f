"""``python -I -m scangate``: the command, on an import path that is made safe first; no ``__future__``, see `launcher`."""

from scangate.cli.launcher import start

start(__file__.rpartition("/scangate/")[0])
