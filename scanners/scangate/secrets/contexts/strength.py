"""Recognizes values that protect nothing: well-known defaults, the user's own name, services of this machine, words in tests."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import MAX_DISTANCE, assigned_name
from scangate.secrets.places import is_in_comment, is_in_tests, is_prose, is_sample_file
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_random, is_weak, word_set, words_of

# What images, databases and brokers are installed with, and what their documentation starts them with.
DEFAULTS = word_set(
    """postgres postgresql root guest admin administrator mysql mariadb mongo mongodb redis rabbitmq minio minioadmin elastic
    changeme sa oracle system manager tomcat user username test testing tests dev development local localhost example demo
    toor default public nopassword none empty airflow grafana keycloak jenkins sonar neo4j cassandra influxdb vagrant docker
    app django flask rails laravel wordpress symfony scott tiger api secret password passwd pass pwd pw"""
)
# The examples of RFC 5849, RFC 6749, RFC 6750, RFC 7009 and RFC 7662, and of OAuth Core 1.0, which many files quote; the key of
# every emulator of Azure Storage: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite; and that of
# https://github.com/google/google-authenticator/wiki/Key-Uri-Format
STANDARD_EXAMPLES = word_set(
    """dpf43f3p2l4k3l03 kd94hf93k423kf44 nnch734d00sl2jdk pfkkdhi9sl3r4s00 hh5s93j4hdidpola hdhd0244k9j7ao03
    kkk9d7dh3k39sjv7 jd83jd92dhsh93js 2YotnFZFEjr1zCsicMWpAA tGzv3JOkF0XG5Qx2TlKWIA gX1fBat3bV 7Fjfp0ZBr1KtDRbnfVdmIw
    SplxlOBeZQQYbYS6WxSbIA mF_9.B5f-4.1JqM 45ghiukldjahdnhzdauz
    Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
    9djdj82h48djs9d2 0685bd9184jfhq22 ad180jjd733klru7 h480djs93hd8
    JBSWY3DPEHPK3PXP"""
)
_LOCAL = re.compile(
    r"(?i)(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|[\w-]+\.(?:local|localhost|test|example|invalid|localdomain|internal\.test)|"
    r"(?:[\w-]+\.)*example\.(?:com|org|net)|host|hostname|server|domain|your[\w.-]*)(?::(?:\d+|port))?"
)
# https://www.rfc-editor.org/rfc/rfc1918#section-3: reached from its own network only
_PRIVATE = re.compile(r"(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?::\d+)?")
_SERVICE = re.compile(r"(?i)[a-z][\w-]*(?::\d+)?")  # a name without a dot: a service of compose or of a CI job
_CONTAINER_START = re.compile(r"\b(?:docker|podman)[ \t]+run\b[^;&|]*$")
_USER = re.compile(
    r"(?i)(?<![a-z])(?:user|name|user_?name|login|e?mail|account)[\"']?\s{0,4}[=:,]>?\s{0,4}u?[\"'](?P<user>[^\"'\n]{2,80})[\"']"
)
_GUESSED = (SecretClass.ASSIGNMENT, SecretClass.PASSWORD)


def is_default(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is what a product starts with, unless it is for a host somewhere else."""
    if detection.secret_class not in _GUESSED or (detection.host and not _is_near(detection.host)):
        return False
    words = words_of(detection.value)
    if not words or not set(words) <= DEFAULTS or re.search(r"\d{2,}", detection.value):
        return False
    return bool(detection.host) or detection.value.lower() in DEFAULTS or words_of(assigned_name(detection, text)) == words


def is_same_as_user(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the name of the user, as the format says, or as an argument before it on the line does."""
    if is_random(detection.value) or not detection.value:
        return False
    if detection.user or detection.secret_class is not SecretClass.ASSIGNMENT:
        return detection.user.lower() == detection.value.lower()
    begin = max(text.line_start(detection.start), detection.start - MAX_DISTANCE)
    users = _USER.finditer(text.text, begin, detection.start)
    return any(found["user"].lower() == detection.value.lower() for found in users)


def is_local(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is for a service of this machine, of a job or of an example, and not strong by itself."""
    if detection.secret_class in _GUESSED and not is_random(detection.value) and _is_for_service_of_job(detection, text):
        return True
    host = detection.host
    if detection.secret_class is not SecretClass.PASSWORD or not host or is_random(detection.value):
        return False
    return _LOCAL.fullmatch(host) is not None or (_SERVICE.fullmatch(host) is not None and is_weak(detection.value))


def _is_for_service_of_job(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is set for a container that a job of a workflow starts, and that is gone with the job."""
    entry = text.entry_at(detection.start) if text.content_type == "github-workflow" else None
    if entry is None:
        return False
    if "services" in entry.path and "env" in entry.path:
        return True
    before = text.text[entry.start : detection.start].replace("\\\n", " ").rpartition("\n")[2]
    return _CONTAINER_START.search(before) is not None


def _is_near(host: str) -> bool:
    return any(form.fullmatch(host) for form in (_LOCAL, _PRIVATE, _SERVICE))


def is_made_up_for_test(detection: Detection, text: ScannedText) -> bool:
    """Whether a weak value is in a test."""
    return detection.secret_class in _GUESSED and is_in_tests(text) and is_weak(detection.value)


def is_in_documentation(detection: Detection, text: ScannedText) -> bool:
    """Whether a value is from a standard, or a weak one in a text for people or in a sample."""
    if detection.value.removeprefix("AccountKey=") in STANDARD_EXAMPLES:
        return True
    is_for_people = is_prose(text) or is_sample_file(text) or is_in_comment(detection, text)
    return detection.secret_class in _GUESSED and is_for_people and is_weak(detection.value)
