"""Writes the bundled advisories anew from an export: ``python -m tests.support.bundled_advisories all.zip > bundled.json``.

What it chooses: packages that many Python services use, named below; faults with a date and a CVE, whose affected versions are
given as ranges. Of each package those that are fixed and rated come before the others, then the latest published, three of them; of
Django, all that affect the release which the demonstration pins, too. Facts alone are taken: names, ranges, vectors, dates.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

from scangate.advisories.importer import import_osv
from scangate.advisories.osv import AdvisoryRecord, Interval, affects
from scangate.advisories.store import Store

RECORDS_PER_PACKAGE = 3
PINNED = {"django": Version("1.11.1")}  # tests/weak_app/requirements.txt
# fmt: off
PACKAGES = (
    "aiohttp", "babel", "bleach", "celery", "certifi", "cryptography", "django", "djangorestframework", "dnspython", "ecdsa",
    "fastapi", "flask", "flask-caching", "flask-cors", "gitpython", "gradio", "gunicorn", "h2", "httplib2", "httpx", "idna",
    "jinja2", "jupyter-server", "langchain", "lxml", "mako", "mlflow", "nltk", "notebook", "numpy", "oauthlib", "onnx",
    "paramiko", "pillow", "pip", "protobuf", "pyarrow", "pygments", "pyjwt", "pymongo", "pyopenssl", "pysaml2", "python-jose",
    "python-multipart", "pyyaml", "redis", "reportlab", "requests", "rsa", "sanic", "scikit-learn", "scrapy", "sentry-sdk",
    "setuptools", "sqlalchemy", "sqlparse", "starlette", "streamlit", "tensorflow", "torch", "tornado", "tqdm", "transformers",
    "twisted", "ujson", "urllib3", "uvicorn", "waitress", "werkzeug", "zipp",
)
# fmt: on


def choose(store: Store) -> Iterator[tuple[str, AdvisoryRecord]]:
    """The records of the bundled advisories, by package and time of publication."""
    for package in PACKAGES:
        able = [record for record in store.query(package) if record.published and not record.versions and has_cve(record)]
        able.sort(key=lambda record: (has_fix(record), bool(record.vectors), record.published, record.id), reverse=True)
        pinned = PINNED.get(package)
        kept = [
            record for number, record in enumerate(able) if number < RECORDS_PER_PACKAGE or (pinned and affects(record, pinned))
        ]
        yield from ((package, record) for record in sorted(kept, key=lambda record: (record.published, record.id)))


def has_cve(record: AdvisoryRecord) -> bool:
    """Whether a CVE is among its names."""
    return any(name.startswith("CVE-") for name in (record.id, *record.aliases))


def has_fix(record: AdvisoryRecord) -> bool:
    """Whether there is a release without the fault."""
    return any(span.end and not span.closed for span in record.intervals)


def format_entry(package: str, record: AdvisoryRecord) -> str:
    """An entry as it is in the file."""
    facts = {
        "package": package,
        "ids": [record.id, *(name for name in record.aliases if name.startswith(("CVE-", "GHSA-")))],
        "affected": [format_interval(span) for span in record.intervals],
        "cvss": list(record.vectors),
        "published": record.published[:10],
        "modified": record.modified[:10],
    }
    return json.dumps({key: value for key, value in facts.items() if value})


def format_interval(span: Interval) -> str:
    """An interval as people write one."""
    ends = ((">=", span.start), ("<=" if span.closed else "<", span.end))
    return ",".join(sign + version for sign, version in ends if version) or "*"


def main(export: Path) -> None:
    """Prints the file."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "store.sqlite")
        facts = import_osv(export, target, lambda *_: None, imported="")
        with Store.open(target) as store:
            lines = [format_entry(package, record) for package, record in choose(store)]
    about = "facts from the Python Packaging Advisory Database, by way of OSV: a first help, never a substitute for the store"
    print(f'{{"version": 1, "about": {json.dumps(about)}, "until": "{facts.newest[:10]}", "advisories": [')
    print(",\n".join(lines))
    print("]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
