"""Small inputs of each format, for the fuzzer to begin with."""

from __future__ import annotations

FILES = {
    "setup.py": "from setuptools import setup\nsetup(install_requires=['a>=1'], **more)\n",
    "setup.cfg": "[options]\ninstall_requires =\n  a>=1\n",
    "environment.yml": "dependencies:\n- numpy=1.2\n- pip:\n  - a==1\n  - -r requirements.txt\n",
    "conda-lock.yml": "package:\n- {name: a, version: '1', manager: pip}\n",
    "pixi.toml": '[pypi-dependencies]\nb = "==1"\nc = {path = "."}\n',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0", "resolved": "https://x"}}}',
    "yarn.lock": '# yarn lockfile v1\n\n"a@^1", b@2:\n  version "1.0.0"\n  dependencies:\n    c "^1"\n',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {resolution: {integrity: x}}\nsnapshots:\n  a@1.0.0: {}\n",
    "bun.lock": '{"lockfileVersion": 1, "workspaces": {"": {}}, "packages": {"a": ["a@1.0.0", "", {}, "sha512-x"],}}',
    "go.mod": "module x\ngo 1.22\nrequire (\n\ta.b/c v1.0.0 // indirect\n)\nreplace a.b/c => ./c\n",
    "go.sum": "a.b/c v1.0.0 h1:x=\n",
    "Cargo.lock": 'version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://x"\n',
    "Gemfile.lock": "GEM\n  remote: https://x/\n  specs:\n    a (1.0.0)\n      b (~> 1)\n\nDEPENDENCIES\n  a\n",
    "composer.lock": '{"packages": [{"name": "a/b", "version": "1.0"}], "packages-dev": []}',
    "packages.lock.json": '{"version": 1, "dependencies": {"net6.0": {"A": {"type": "Direct", "resolved": "1.0.0"}}}}',
    "gradle.lockfile": "a.b:c:1.0=compileClasspath\nempty=x\n",
    "pom.xml": "<project><properties><v>1</v></properties><dependencies><dependency><groupId>a</groupId>"
    "<artifactId>b</artifactId><version>${v}</version></dependency></dependencies></project>",
    "pubspec.lock": 'packages:\n  a:\n    dependency: "direct main"\n    source: hosted\n    version: "1.0.0"\n',
    "mix.lock": '%{\n  "a": {:hex, :a, "1.0.0", "abc", [:mix], [], "hexpm", "def"},\n}\n',
}
SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {"name": "t", "rules": [{"id": "r", "properties": {"security-severity": "7.5", "tags": ["cwe-79"]}}]}
            },
            "results": [
                {
                    "ruleId": "r",
                    "ruleIndex": 0,
                    "level": "error",
                    "message": {"text": "m", "id": "x", "arguments": ["a"]},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "a.py", "uriBaseId": "R", "index": 0},
                                "region": {"startLine": 1, "startColumn": 1, "endLine": 2, "charOffset": 1},
                            }
                        }
                    ],
                }
            ],
            "artifacts": [{"location": {"uri": "a.py"}}],
            "originalUriBaseIds": {"R": {"uri": "file:///x/"}},
            "invocations": [
                {"executionSuccessful": True, "toolExecutionNotifications": [{"level": "note", "message": {"text": "m"}}]}
            ],
        }
    ],
}
OSV_RECORD = {
    "id": "PYSEC-1",
    "modified": "2024-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "a", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0"}, {"limit": "2"}]}],
            "versions": ["0.1"],
        }
    ],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
}
POLICY = (
    b"version: 1\nextends: baseline\nbudgets: {high: 0, overrides: [{path: a/, high: 1}]}\nexceptions:\n- {rule: 'bandit:B1*', "
    b"path: a.py, reason: r, owner: o, expires: 2027-01-01}\nenvironments:\n  production: {budgets: {low: 1}}\n"
)
DOCKERFILE = b'FROM a AS b\nENV X=1 \\\n  Y=2\nONBUILD run ["sh", "-c", "x"]\nRUN <<EOF\nx\nEOF\nCOPY --chown=a b c\n'
CODE_OWNERS = b"* @a\n/docs/ @b c@d.e # x\n[S][2] @z\n"
ENVELOPE = {"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": [{"keyid": "k", "sig": "eA=="}]}
SHARD = {
    "schema": 3,
    "number": 1,
    "header": {
        "scangate": "0.1.0",
        "python": "3.11",
        "commit": "",
        "policy": "",
        "environment": "",
        "only": [],
        "skip": [],
        "rules": {},
        "files": 1,
        "inventory": "",
        "shards": 2,
    },
    "scanners": [
        {"scanner": "bandit", "version": "1", "reports": [{"file": 0}], "gaps": [{"gap": {"scanner": "bandit", "kind": "crash"}}]}
    ],
}
BETTERLEAKS = {"scan": {"state": "complete"}, "findings": []}
PYPROJECT = b"[tool.scangate]\nversion = 1\n[tool.scangate.budgets]\nhigh = 0\n"
