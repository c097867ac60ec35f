# syntax=docker/dockerfile:1
# scangate in an image of its own, for AWS CodeBuild, GitLab CI, and a shell:
#   docker build --build-arg BASE=python:3.12-slim-bookworm@sha256:... --tag scangate .
#   docker run --rm --volume "$PWD:/src" scangate
# BASE is required, with a digest: a tag may name another image tomorrow. Any Debian with Python 3.11 or newer will do, such as a copy of
# python:3.12-slim-bookworm in your own registry.
ARG BASE
FROM ${BASE} AS builder
WORKDIR /build
COPY . .
ARG BASE
RUN case "${BASE}" in *@sha256:*) ;; *) echo "BASE needs a digest: name@sha256:..." >&2; exit 1 ;; esac
# The pinned releases by their hashes, then the package itself. The environment is copied as a whole, so its path is the final one.
RUN python3 -m venv /opt/scangate \
    && /opt/scangate/bin/python -m pip install --no-cache-dir --require-hashes --requirement constraints.txt \
    && /opt/scangate/bin/python -m pip install --no-cache-dir --no-deps . \
    && /opt/scangate/bin/python -m compileall -q /opt/scangate

# An advisory store for hosts without a network: the file advisories.sqlite in the build context, if there is one.
# Update it before the build: scangate advisories update --store advisories.sqlite
FROM ${BASE} AS advisories
WORKDIR /advisories
COPY LICENSE advisories.sqlite* ./

# For CodeBuild, whose agent starts as root: `--target codebuild`, and `run-as: scangate` in the buildspec.
FROM ${BASE} AS codebuild
# What CodeBuild and our buildspecs use: bash, git, tar, and certificates. Debian keeps only the newest release of a package.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bash ca-certificates git tar unzip \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 scangate \
    && useradd --uid 10001 --gid scangate --create-home --shell /bin/bash scangate \
    && mkdir /src
COPY --from=builder /opt/scangate /opt/scangate
COPY --from=advisories /advisories /opt/advisories
# SCANGATE_HOME: our buildspecs use this environment instead of a new one.
ENV PATH=/opt/scangate/bin:$PATH \
    SCANGATE_HOME=/opt/scangate \
    SCANGATE_STORE=/opt/advisories/advisories.sqlite \
    PYTHONDONTWRITEBYTECODE=1
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="scangate" \
      org.opencontainers.image.description="A security gate: bandit, semgrep, detect-secrets and pip-audit behind one policy" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /src

FROM codebuild AS scangate
USER 10001:10001
ENTRYPOINT ["scangate"]
CMD ["scan", "/src", "--no-cache"]
