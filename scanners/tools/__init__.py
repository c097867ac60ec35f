"""The scanners that come with scangate, one file each."""
