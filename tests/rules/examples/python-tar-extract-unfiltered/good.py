"""Archives with a filter or chosen members, and archives of another kind."""

import tarfile
import zipfile

with tarfile.open("upload.tar") as archive:
    archive.extractall("/srv/files", filter="data")
    archive.extractall("/srv/files", members=safe(archive))

with zipfile.ZipFile("upload.zip") as bundle:
    bundle.extractall("/srv/files")
