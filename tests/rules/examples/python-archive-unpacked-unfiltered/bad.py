"""An archive of any kind."""

import shutil

shutil.unpack_archive("upload.tar.gz", "folder")  # expect: python-archive-unpacked-unfiltered
