"""A filter, and a kind that needs none."""

import shutil

shutil.unpack_archive("upload.tar.gz", "folder", filter="data")
shutil.unpack_archive("upload.zip", "folder", "zip")
