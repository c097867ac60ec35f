"""Members that the archive extracts, or whose path is checked."""

import os
import zipfile
from pathlib import Path


def unpack(archive: zipfile.ZipFile, folder: str) -> None:
    for member in archive.infolist():
        archive.extract(member, folder)
    for name in archive.namelist():
        path = os.path.join(folder, name)
        if not Path(path).resolve().is_relative_to(folder):
            raise ValueError(name)
        with open(path, "wb") as file:
            file.write(archive.read(name))
    for member in archive.infolist():
        with open(os.path.join(folder, os.path.basename(member.filename)), "wb") as file:
            file.write(archive.read(member))
