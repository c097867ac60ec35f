"""Loaders that build plain values."""

import yaml

yaml.safe_load(stream)
yaml.load(stream, Loader=yaml.SafeLoader)
yaml.load(stream, Loader=yaml.CSafeLoader)
yaml.load(stream, Loader=StrictLoader)
