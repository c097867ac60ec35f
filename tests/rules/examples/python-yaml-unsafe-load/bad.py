"""Loaders that run code."""

import yaml
from yaml import Loader, load

yaml.load(stream)  # expect: python-yaml-unsafe-load
yaml.load(stream, Loader=yaml.Loader)  # expect: python-yaml-unsafe-load
yaml.load(stream, yaml.UnsafeLoader)  # expect: python-yaml-unsafe-load
yaml.unsafe_load(stream)  # expect: python-yaml-unsafe-load
load(stream, Loader=Loader)  # expect: python-yaml-unsafe-load
