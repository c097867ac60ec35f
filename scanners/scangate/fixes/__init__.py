"""Changes that fix a finding in its file: what to edit, and why some findings are left to a person."""
