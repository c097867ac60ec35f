"""One reader, one format: from the text of a manifest to its pins and holes; none of them reads the file system."""
