"""Files that every user may change."""

import os
import stat
from pathlib import Path

os.chmod("/srv/key", 0o777)  # expect: python-world-writable
os.chmod("/srv/key", 0o666)  # expect: python-world-writable
os.chmod("/srv/key", stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)  # expect: python-world-writable
Path("/srv/key").chmod(0o602)  # expect: python-world-writable
