"""The built-in scanners, one module each; unexpected output of a tool is an error."""
