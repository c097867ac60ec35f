"""The loader of another library."""

from ruamel.yaml import YAML

yaml = YAML(typ="safe")
yaml.load(stream)
