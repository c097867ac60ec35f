"""Members that are written where they say."""

import os
import zipfile


def unpack(archive: zipfile.ZipFile, folder: str) -> None:
    for member in archive.infolist():
        with open(os.path.join(folder, member.filename), "wb") as file:  # expect: python-archive-member-path
            file.write(archive.read(member))
    for name in archive.namelist():
        path = os.path.join(folder, name)
        with open(path, "wb") as file:  # expect: python-archive-member-path
            file.write(archive.read(name))
