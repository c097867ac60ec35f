"""Where a package of npm, Yarn, pnpm or Bun comes from: a registry, a repository, a folder or a URL."""

from __future__ import annotations

from urllib.parse import urlsplit

from scangate.advisories.origins import Origin

PUBLIC_HOSTS = frozenset({"registry.npmjs.org", "registry.yarnpkg.com", "registry.npmmirror.com", "registry.npmjs.com"})
_REPOSITORY_HOSTS = frozenset({"github.com", "codeload.github.com", "gitlab.com", "bitbucket.org", "gist.github.com"})
_REPOSITORY_PREFIXES = ("git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:", "ssh:")
_PATH_PREFIXES = ("file:", "link:", "portal:", "./", "../", "/")


def find_npm_origin(source: str) -> Origin:
    """The origin of a package by where its lock file says it is from; a URL without a known form is a registry's."""
    if source.startswith(_REPOSITORY_PREFIXES) or (_host(source) in _REPOSITORY_HOSTS):
        return Origin.VCS
    return Origin.PATH if source.startswith(_PATH_PREFIXES) else Origin.INDEX


def find_index(source: str) -> str:
    """The host of a registry, empty for the public one."""
    host = _host(source)
    return "" if host in PUBLIC_HOSTS else host


def _host(source: str) -> str:
    if "://" not in source:
        return ""
    try:
        return urlsplit(source).hostname or ""
    except ValueError:
        return "unknown"
