"""Files for their owner and group."""

import os
import stat
from pathlib import Path

os.chmod("/srv/program", 0o755)
os.chmod("/srv/key", 0o600)
os.chmod("/srv/shared", 0o1777)
os.chmod("/srv/key", mode & ~stat.S_IWOTH)
os.chmod("/srv/key", stat.S_IRUSR | stat.S_IWUSR)
Path("/srv/key").chmod(mode)
