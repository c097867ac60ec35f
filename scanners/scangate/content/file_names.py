"""What a file's name says about its content type: identify's tables, and our own for what these do not have.

https://github.com/pre-commit/identify
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from identify.extensions import EXTENSIONS, EXTENSIONS_NEED_BINARY_CHECK, NAMES

from scangate.content.catalog import calls_for_more, rendered_type
from scangate.content.identify_tags import expand, type_of_tags


class NameMatch(msgspec.Struct, frozen=True):
    """What a name says.

    ``content_type`` is empty if the name says nothing. ``decides``: the content cannot change it. ``is_template``: the name has
    the suffix of a template engine, and ``content_type`` is what the rest of the name says. ``is_whole``: the whole name says it,
    as ``go.mod`` does, not the suffix alone.
    """

    content_type: str = ""
    decides: bool = False
    is_template: bool = False
    is_whole: bool = False


SUFFIXES: Mapping[str, str] = {
    **{suffix: type_of_tags(tags) for suffix, tags in {**EXTENSIONS_NEED_BINARY_CHECK, **EXTENSIONS}.items()},
    **expand(
        {
            "abap": "abap",
            "ada": "adb ads ada",
            "agda": "agda lagda",
            "apex": "apex trigger",
            "applescript": "applescript scpt",
            "archive": "7z apk cab cpio crate deb dmg egg gem iso lz4 lzma nupkg rar rpm tbz txz xz zst z phar aar ipa vsix xpi",
            "aspnet": "aspx ascx asax ashx asmx axd",
            "assembly": "nasm",
            "audio": "aac aif aiff flac m4a mid midi mp3 ogg opus wma",
            "autohotkey": "ahk ahkl ahk2",
            "autoit": "au3",
            "awk": "awk gawk mawk",
            "ballerina": "bal",
            "bicep": "bicep bicepparam",
            "binary": "bin dat hdf5 npy npz onnx pb pickle pkl pt pth h5 parquet arrow feather avro mo gmo",
            "brightscript": "brs",
            "bundler-manifest": "gemfile",
            "cairo": "cairo",
            "certificate": "asc cer csr der gpg jks keystore p7b p8 pfx pub",
            "chapel": "chpl",
            "cobol": "cbl cob cpy",
            "coldfusion": "cfm cfc",
            "common-lisp": "asd cl lisp lsp",
            "cpp": "ipp txx tcc",
            "css": "pcss postcss",
            "d": "d di",
            "database": "db mdb accdb sqlite sqlite3",
            "delphi": "dpr dpk",
            "dockerfile": "docker",
            "dylan": "dylan dyl",
            "document": "doc docx odp ods odt pages pps ppt pptx rtf xls xlsm xlsx xlsb epub",
            "erb": "rhtml",
            "elixir": "eex heex leex",
            "emacs-lisp": "el",
            "factor": "factor",
            "fennel": "fnl fnlm",
            "fish": "fish",
            "forth": "4th fth frt",
            "foxpro": "prg",
            "fsharp": "fsi",
            "fortran": "f f77 for ftn",
            "gettext": "pot",
            "gradle": "gradle",
            "gsp": "gsp",
            "haml": "haml",
            "haxe": "hx",
            "haskell-manifest": "cabal",
            "hcl": "hcl sentinel",
            "hy": "hy",
            "ini": "cfg cnf conf config inf reg desktop theme",
            "janet": "janet",
            "java": "jav",
            "javascript": "es6 es jscad jsm gs",
            "json": "jsonc jsonl ndjson har webmanifest tfstate topojson arb",
            "jsp": "jsp jspf jspx tagx",
            "julia": "jl",
            "jupyter": "ipynb",
            "just": "just",
            "log": "log out trace",
            "maven-manifest": "pom",
            "mako": "mako mao",
            "nginx": "nginx nginxconf vhost",
            "nomad": "nomad",
            "lua": "luau wlua",
            "lua-manifest": "rockspec",
            "m4": "ac",
            "makefile": "am mak",
            "mojo": "mojo",
            "moonscript": "moon",
            "move": "move",
            "msbuild": "proj pubxml",
            "nsis": "nsi nsh",
            "ocaml": "mll mly",
            "ocaml-manifest": "opam",
            "odin": "odin",
            "os-installation": "ign preseed ks",
            "diff": "rej",
            "nuget-manifest": "csproj fsproj vbproj nuspec",
            "perl": "plx psgi t pod perl",
            "pike": "pike pmod",
            "pony": "pony",
            "python": "py2 py3 sage smk pyde",
            "php": "php3 php4 php5 php7 php8 phps phpt pht ctp",
            "plsql": "pkb pks plb pls plsql",
            "program": "a class com dex dylib elf exe ko lib msi o obj pyc pyd pyo sys wasm",
            "prolog": "prolog",
            "qsharp": "qs",
            "r-markdown": "rmd rnw",
            "racket": "rkt",
            "raku": "raku rakumod p6 pl6 pm6",
            "razor": "cshtml razor vbhtml",
            "reasonml": "re rei",
            "rego": "rego",
            "rexx": "rexx arexx",
            "ruby": "gemspec podspec ru thor rbi rbw rbx",
            "scheme": "sld sps",
            "shell": "ash bash command csh ebuild eclass ksh mksh tcsh zsh",
            "sed": "sed",
            "slim": "slim",
            "smali": "smali",
            "sourcepawn": "sp",
            "squirrel": "nut",
            "standard-ml": "sml",
            "starlark": "star sky",
            "stata": "do ado",
            "svg": "svg",
            "systemd-unit": "service socket timer mount automount slice",
            "tcl": "tcl tk itcl",
            "terraform": "tf tfvars tofu",
            "text": "edn text lst list license notes readme changes news todo",
            "tsql": "tsql",
            "typescript": "cts mts",
            "vala": "vapi",
            "vbscript": "vbs wsf asp",
            "vcl": "vcl",
            "verilog": "verilog",
            "vhdl": "vhdl",
            "video": "avi flv m4v mkv mov mp4 mpeg mpg ogv webm wmv",
            "visual-basic": "bas frm",
            "vyper": "vy",
            "webassembly-text": "wat wast",
            "wolfram": "wl wls",
            "wren": "wren",
            "xtend": "xtend",
            "zeek": "zeek bro",
            "zeppelin": "zpln",
            "xml": "xmi rss atom kmz storyboard xib fxml jrxml jnlp dita xsd",
            "image": "cur dds heic heif jfif jp2 jxl pbm pcx pgm pnm psd tga xcf",
        }
    ),
}
"""By suffix, in lower case and without the dot."""

_AMBIGUOUS_SUFFIXES = frozenset({
    "bash", "cl", "command", "config", "csh", "d", "do", "docker", "gs", "inc", "ks", "ksh", "master", "pl", "prg", "pro", "proj",
    "re", "service", "sh", "sp", "st", "t", "tag", "ts", "wl", "zsh",
})  # fmt: skip
"""Suffixes of languages that other files have, too, or whose files say in the first line which program runs them."""

_SERVER_NAMES = """applicationhost.config caddyfile haproxy.cfg lighttpd.conf mongod.conf mosquitto.conf my.cnf mysqld.cnf
    named.conf pg_hba.conf php-fpm.conf php.ini postgresql.conf proftpd.conf rabbitmq.conf redis.conf
    sentinel.conf slapd.conf smb.conf squid.conf supervisord.conf traefik.toml traefik.yaml traefik.yml
    uwsgi.ini vsftpd.conf web.config"""
_FILE_NAMES: Mapping[str, str] = expand(
    {
        "appspec": "appspec.yml appspec.yaml",
        "appveyor": "appveyor.yml appveyor.yaml .appveyor.yml",
        "android-manifest": "androidmanifest.xml network_security_config.xml",
        "azure-pipelines": "azure-pipelines.yml azure-pipelines.yaml",
        "bitbucket-pipelines": "bitbucket-pipelines.yml bitbucket-pipelines.yaml",
        "cdk": "cdk.json",
        "tox": "tox.ini",
        "bundler-manifest": "gemfile gemfile.lock gems.rb gems.locked",
        "cargo-manifest": "cargo.toml cargo.lock",
        "ci-configuration": ".build.yml .cirrus.yml .cirrus.yaml .gitpod.yml .lefthook.yml .lefthook.yaml .taskcluster.yml"
        " .vela.yml .vela.yaml .zuul.yaml .zuul.yml amplify.yml amplify.yaml apprunner.yaml apprunner.yml"
        " bitrise.yml codefresh.yml codefresh.yaml codemagic.yaml earthfile heroku.yml lefthook.yml"
        " lefthook.yaml netlify.toml nixpacks.toml screwdriver.yaml snapcraft.yaml taskfile.yml taskfile.yaml"
        " taskfile.dist.yml taskfile.dist.yaml wercker.yml zuul.yaml",
        "clojure-manifest": "deps.edn shadow-cljs.edn",
        "cocoapods-manifest": "podfile podfile.lock cartfile cartfile.resolved",
        "composer-manifest": "composer.json composer.lock",
        "conan-manifest": "conanfile.txt conan.lock vcpkg.json",
        "crystal-manifest": "shard.yml shard.lock",
        "dart-manifest": "pubspec.yaml pubspec.lock",
        "devcontainer": "devcontainer.json .devcontainer.json",
        "drone-ci": ".drone.yml .drone.yaml",
        "elm-manifest": "elm.json",
        "firebase-rules": "firestore.rules storage.rules database.rules database.rules.json",
        "github-action": "action.yml action.yaml",
        "gitlab-ci": ".gitlab-ci.yml .gitlab-ci.yaml",
        "go-manifest": "go.mod go.sum go.work go.work.sum gopkg.lock gopkg.toml glide.yaml glide.lock",
        "haskell-manifest": "cabal.project cabal.project.freeze stack.yaml stack.yaml.lock",
        "helm-chart": "chart.yaml chart.yml chart.lock",
        "helm-values": "values.yaml values.yml",
        "hex-manifest": "mix.exs mix.lock rebar.config rebar.lock",
        "maven-manifest": "pom.xml gradle.lockfile buildscript-gradle.lockfile libs.versions.toml ivy.xml",
        "npm-manifest": "package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bower.json deno.lock"
        " deno.json deno.jsonc import_map.json pnpm-workspace.yaml",
        "nix-manifest": "flake.lock",
        "nuget-manifest": "packages.config packages.lock.json directory.packages.props paket.dependencies paket.lock"
        " project.assets.json",
        "os-installation": "ks.cfg anaconda-ks.cfg kickstart.cfg preseed.cfg autounattend.xml unattend.xml",
        "perl-manifest": "cpanfile cpanfile.snapshot",
        "pulumi": "pulumi.yaml pulumi.yml",
        "python-manifest": "pyproject.toml setup.cfg pipfile pipfile.lock poetry.lock uv.lock pdm.lock pixi.lock pixi.toml",
        "r-manifest": "renv.lock packrat.lock",
        "server-configuration": _SERVER_NAMES,
        "serverless": "serverless.yml serverless.yaml serverless.json",
        "sshd-config": "sshd_config",
        "sudoers": "sudoers",
        "swift-manifest": "package.swift package.resolved",
        "semaphore-ci": "semaphore.yml",
        "woodpecker-ci": ".woodpecker.yml .woodpecker.yaml",
        "travis-ci": ".travis.yml .travis.yaml",
        "apache": ".htaccess httpd.conf apache2.conf",
        "nginx": "nginx.conf",
        "ini": ".npmrc .yarnrc .netrc _netrc .pgpass .my.cnf .s3cfg .boto .curlrc .wgetrc .dockercfg credentials",
        "json": ".dockerconfigjson",
        "shell": ".bash_history .bash_logout .zsh_history .xinitrc .xsession .kshrc .login .logout gradlew mvnw configure",
        "makefile": "makefile gnumakefile bsdmakefile",
        "just": "justfile .justfile",
        "starlark": "tiltfile",
        "text": "manifest.in metadata pkg-info record wheel codeowners license licence copying notice readme changelog changes"
        " authors contributors news",
        "vim-script": ".vimrc _vimrc",
        "jenkinsfile": "jenkinsfile",
        "gradle": "build.gradle.kts settings.gradle.kts",
        "kubernetes": "kustomization.yaml kustomization.yml",
        "ruby": "berksfile capfile guardfile puppetfile dangerfile appfile deliverfile",
    }
)
"""By the whole name, in lower case. These decide, but for data and prose."""

_IDENTIFY_NAMES: Mapping[str, str] = {
    **{name: type_of_tags(tags) for name, tags in NAMES.items()},
    **dict.fromkeys(("ChangeLog", "HACKING", "INSTALL", "THANKS", "TODO", "VERSION"), "text"),
}
"""By the whole name; ``install`` in small letters is a script."""

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("dockerfile", r"(?:.*[._-])?(?:docker|container)file|(?:docker|container)file[._-].+"),
    ("procfile", r"procfile(?:[._-].+)?"),
    ("compose", r"(?:docker-|podman-)?compose(?:[._-].+)?\.ya?ml"),
    ("buildspec", r"(?:.*[._-])?buildspec(?:[._-].*)?\.ya?ml"),
    ("cloud-build", r"cloudbuild(?:[._-].*)?\.ya?ml"),
    ("azure-pipelines", r"azure-pipelines?(?:[._-].*)?\.ya?ml"),
    ("gitlab-ci", r".+\.gitlab-ci\.ya?ml"),
    ("helm-values", r"values(?:[._-].+)?\.ya?ml"),
    ("python-manifest", r"pylock(?:\.[^.]+)?\.toml|pdm\.[^.]+\.lock|.+\.py\.lock|(?:conda-)?environment(?:[._-].+)?\.ya?ml"),
    ("python-manifest", r"(?:.*[._-])?(?:requirements?|constraints?)(?:[._-].*)?\.(?:txt|in|lock|pip)"),
    ("packer", r".+\.pkr\.hcl|.+\.pkr\.json"),
    ("terraform", r".+\.(?:tf|tofu)\.json|.+\.tftest\.hcl|terragrunt\.hcl|\.terraform\.lock\.hcl"),
    ("dotenv", r"\.env(?:[._-].*)?|.+\.env"),
    ("npm-manifest", r"npm-shrinkwrap\.json"),
    ("bundler-manifest", r".+\.gemspec|gemfile[._-].+"),
    ("maven-manifest", r".+\.versions\.toml"),
    ("server-configuration", r"(?:uwsgi|supervisord?)[._-].*\.(?:ini|conf)|.+[._-]uwsgi\.ini|.+\.caddyfile"),
    ("firebase-rules", r"(?:firestore|storage|database)[._-].+\.rules(?:\.json)?"),
    ("jenkinsfile", r"jenkinsfile[._-].+"),
    ("makefile", r"makefile[._-].+"),
)
"""By the whole name, in lower case, as regular expressions."""

_OPEN_NAMES = frozenset({"bundler-manifest", "dockerfile", "jenkinsfile", "makefile", "procfile"})
"""Types whose patterns allow any ending: Makefile.linux is one, and makefile_parser.py is what its suffix says."""
_SUFFIXES_OF_OPEN_NAMES = frozenset({"containerfile", "dockerfile", "gemspec", "groovy", "inc", "lock"})

_NAME_PATTERN = re.compile("|".join(f"({pattern})" for _, pattern in _PATTERNS), re.DOTALL)

_PATHS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?:^|/){pattern}\Z", re.DOTALL))
    for name, pattern in (
        ("github-workflow", r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml"),
        ("circleci", r"\.circleci/[^/]+\.ya?ml"),
        ("gitlab-ci", r"\.gitlab/(?:ci|.*/ci)/.+\.ya?ml"),
        ("woodpecker-ci", r"\.woodpecker/.+\.ya?ml"),
        ("buildkite", r"\.buildkite/.+\.ya?ml"),
        ("ebextensions", r"\.ebextensions/.+\.config"),
        ("ansible", r"(?:roles/[^/]+/(?:tasks|handlers)/.+|playbooks/[^/]+)\.ya?ml"),
        ("python-manifest", r"requirements/[^/]+\.(?:txt|in)"),
        ("go-manifest", r"vendor/modules\.txt"),
        ("nginx", r"(?:nginx|sites-available|sites-enabled)/[^/]+(?:\.conf)?"),
        ("apache", r"(?:apache2?|httpd)/[^/]+\.conf"),
        ("sudoers", r"sudoers\.d/[^/]+"),
        ("sshd-config", r"sshd_config\.d/[^/]+\.conf"),
        ("server-configuration", r"supervisor/(?:conf\.d/)?[^/]+\.(?:conf|ini)"),
        ("ci-configuration", r"\.(?:builds|zuul\.d)/[^/]+\.ya?ml"),
        ("shell", r"\.husky/[^/.]+"),
        ("npm-manifest", r"\.yarn/[^/]+\.lock"),
        ("helm-values", r"(?:charts?|helm)/(?:.+/)?[^/]+[._-]values(?:[._-][^/]+)?\.ya?ml"),
    )
)
_PATH_HINT = re.compile(
    r"\.(?:github|gitea|forgejo|circleci|gitlab|woodpecker|buildkite|ebextensions|yarn|builds|zuul\.d|husky)/"
    r"|(?:^|/)(?:roles|playbooks|charts?|helm|requirements|vendor|nginx|sites-(?:available|enabled)|apache2?|httpd|sudoers\.d|sshd_config\.d"
    r"|supervisor)/"
)

_TEMPLATE_SUFFIXES = frozenset({
    "ejs", "epp", "erb", "ftl", "ftlh", "gotmpl", "handlebars", "hbs", "in", "j2", "jinja", "jinja2", "liquid", "mako",
    "mustache", "njk", "template", "tmpl", "tpl", "tt", "tt2", "twig", "vm",
})  # fmt: skip
"""Suffixes of template engines, and those that projects use for files with places to fill in."""
_COPY_SUFFIXES = frozenset(
    ("bak", "backup", "default", "disabled", "dist", "example", "inactive", "off", "old", "orig", "sample", "save", "tmp")
)
"""A file with one of these suffixes is a copy of what the rest of the name says."""
_CODE_ENGINES = {"erb": "erb", "ejs": "ejs", "mako": "mako"}
"""Template engines whose templates contain code of a programming language."""
_MAX_DOTS = 9
"""A name with more of them than this is not taken apart suffix by suffix."""
_PROSE_NAME = re.compile(
    r"(?:licen[cs]e|copying|notice|readme|changelog|changes|authors|contributors|third.party|owners)\b|py\.typed\Z"
    r"|\.(?:[\w.-]*ignore|nvmrc|[\w-]+-version|tool-versions|keep|gitkeep)\Z"
)


def match_name(path: str) -> NameMatch:
    """What the name says, its suffix in any case. Takes some microseconds."""
    if "{{" in path:  # of a project template: what it is called depends on who uses it
        return msgspec.structs.replace(_match_name(path), decides=False, is_template=True)
    return _match_name(path)


def _match_name(path: str) -> NameMatch:
    name = path.rpartition("/")[2]
    lower = name.lower()
    found = _FILE_NAMES.get(lower) or _IDENTIFY_NAMES.get(name)
    if found is None:
        suffix = lower.rpartition(".")[2] if "." in lower else ""
        if suffix in _TEMPLATE_SUFFIXES or suffix in _COPY_SUFFIXES:
            return _match_derived_name(path, suffix)
        found = _match_patterns(path, lower)
        if found is None or (found in _OPEN_NAMES and suffix in SUFFIXES and suffix not in _SUFFIXES_OF_OPEN_NAMES):
            found = SUFFIXES.get(suffix) or ("text" if _PROSE_NAME.match(lower) else "")
            return NameMatch(found, decides=_decides(found) and suffix not in _AMBIGUOUS_SUFFIXES)
    return NameMatch(found, decides=_decides(found), is_whole=True)


def usual_name(content_type: str, stem: str) -> str:
    """A file name with this stem by which tools recognize the type: ``x.py`` for ``python``."""
    suffix = _USUAL_SUFFIXES.get(rendered_type(content_type))
    if suffix is None:
        suffix = next((suffix for suffix, name in SUFFIXES.items() if name == content_type), "txt")
    return stem if stem.lower().endswith(f".{suffix}".lower()) else f"{stem}.{suffix}"


def _decides(content_type: str) -> bool:
    """A name decides for a language, an infrastructure file or a manifest; for data and prose, the content may say better."""
    if content_type in ("", *_REFINED):
        return False
    return content_type in ("jupyter", "zeppelin") or calls_for_more(content_type)


STRUCTURED = frozenset({
    "ansible", "appspec", "appveyor", "azure-pipelines", "bitbucket-pipelines", "buildkite", "buildspec", "ci-configuration",
    "circleci", "cloud-build", "compose", "devcontainer", "drone-ci", "github-action", "github-workflow", "gitlab-ci", "helm-chart",
    "helm-values", "kubernetes", "pulumi", "semaphore-ci", "serverless", "travis-ci", "woodpecker-ci",
})  # fmt: skip
"""Types of YAML and JSON files that a name suggests; the structure of the content can show another one."""
_USUAL_SUFFIXES: Mapping[str, str] = {
    **dict.fromkeys(STRUCTURED | {"cloud-init", "cloudformation", "ebextensions", "helm-template", "yaml"}, "yaml"),
    **dict.fromkeys(("arm-template", "devcontainer", "ecs-task-definition", "iam-policy", "json"), "json"),
    "cpp": "cpp",
    "csharp": "cs",
    "dockerfile": "Dockerfile",
    "html": "html",
    "javascript": "js",
    "markdown": "md",
    "perl": "pl",
    "php": "php",
    "python": "py",
    "python-script-header": "toml",
    "r": "r",
    "ruby": "rb",
    "scala": "scala",
    "shell": "sh",
    "sql": "sql",
    "terraform": "tf",
    "text": "txt",
    "typescript": "ts",
}
_REFINED = STRUCTURED | {"shell"}
"""Types that a name suggests and the content can refine or refute."""


def _match_patterns(path: str, lower: str) -> str | None:
    path = path.lower()
    if _PATH_HINT.search(path):
        for name, pattern in _PATHS:
            if pattern.search(path):
                return name
    match = _NAME_PATTERN.fullmatch(lower)
    return _PATTERNS[match.lastindex - 1][0] if match and match.lastindex else None


def _match_derived_name(path: str, suffix: str) -> NameMatch:
    """A template or a copy: what the name without the suffix says."""
    is_template = suffix in _TEMPLATE_SUFFIXES
    rest = path[: -len(suffix) - 1]
    if suffix == "in" and (found := _match_patterns(path, path.rpartition("/")[2].lower())):
        return NameMatch(found, decides=True, is_whole=True)
    name = rest.rpartition("/")[2]
    inner = match_name(rest) if name and name.count(".") <= _MAX_DOTS else NameMatch()
    if inner.content_type == "" and is_template:
        return NameMatch(_CODE_ENGINES.get(suffix, ""), is_template=True)
    if suffix in _CODE_ENGINES and not calls_for_more(inner.content_type):
        return NameMatch(_CODE_ENGINES[suffix])
    return NameMatch(inner.content_type, is_template=is_template or inner.is_template)
