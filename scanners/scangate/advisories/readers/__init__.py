"""One reader per manifest format: parses the text of a manifest; none of them reads the file system."""
