"""Archives that may write outside the folder."""

import tarfile

with tarfile.open("upload.tar") as archive:
    archive.extractall("/srv/files")  # expect: python-tar-extract-unfiltered

archive = tarfile.open("upload.tar")
archive.extractall()  # expect: python-tar-extract-unfiltered
archive.extract("name", filter="fully_trusted")  # expect: python-tar-extract-unfiltered
tarfile.open("upload.tar").extractall("/srv/files")  # expect: python-tar-extract-unfiltered
