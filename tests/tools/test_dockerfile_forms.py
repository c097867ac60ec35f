"""Forms of instructions that BuildKit accepts are no gaps, wherever they are, and hide no finding after them.

The forms are written from the reference, https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from pathlib import Path

from scangate.tools import semgrep
from tests.support.scan_harness import ScanHarness

FORMS = r"""
FROM a AS b
from a as b
FROM --platform=$BUILDPLATFORM a:1 AS b
FROM --platform=linux/amd64 a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
FROM ${A:-b}:${C}
FROM registry:5000/a/b:1.2 as x-y.z
FROM scratch
FROM "a:1"
FROM ${A}/b:${V:-1} AS ${N}
ARG A
ARG A B
ARG A=1 B=2
ARG A="x y" B='z'
ARG A=
ARG A=""
ARG A=${B:-c}
ARG A B=2 C
arg A
ENV A=1
ENV A 1
ENV A 1 2 3
ENV A "x y" z
ENV A=1 B=2 C="x y"
ENV A="x" \\\n    B='y' \\\n    C=z\\ w
ENV A=
ENV A=""
ENV PATH /a:$PATH
ENV PATH="/a:${PATH}" X=${Y:+z}
ENV A='{"x": 1}'
ENV A {"x": 1}
ENV A=a=b=c
ENV A="it's"
ENV A it's
ENV A=x#y
ENV A x # y
LABEL a=b
LABEL a="b" c="d"
LABEL "com.x"="y z"
LABEL com.x="y z" 'a'="b"
LABEL maintainer "a b <c@d>"
LABEL maintainer a b
LABEL maintainer=a@b.c
LABEL a b
LABEL "a" "b c"
LABEL a.b-c/d=e
LABEL a=${B}
LABEL a="x \\\n y"
LABEL a=b \\\n      c=d
LABEL a=''
LABEL a=
LABEL org.opencontainers.image.source https://x.y/z
LABEL description="This text \\\nillustrates \\\nmore"
LABEL a=b,c
LABEL a=b:c@d
LABEL a=$B c="$D"
MAINTAINER a b <c@d>
MAINTAINER "a b"
MAINTAINER a, b
RUN a
RUN ["a", "b"]
RUN [ "a" , "b" ]
RUN []
RUN ["a"]
RUN [ -f x ] && y
RUN [[ -f x ]] && y
RUN a \\\n [ -f x ]
RUN a && \\\n  [ "$x" = 1 ] || y
RUN a \\\n    && [ -f x ]
RUN a \\  \n  b
RUN a \\\n\n  b
RUN a \\\n# c\n  b
RUN a \\\n  # c\n  b
RUN a \\\n    # c \\\n  b
RUN --mount=type=cache,target=/x a
RUN --mount=type=secret,id=x,env=Y --mount=type=ssh a
RUN --mount=type=bind,source=.,target=/x,rw \\\n    a
RUN --mount=type=cache,target=/x\\\n    a
RUN --mount=type=cache,target=/x \\\n  --network=none a
COPY --link\\\n  a b
COPY --chown=a:b\\\n  a b
RUN --network=none a
RUN --security=insecure a
RUN --mount=type=cache,target=/x --network=none ["a", "b"]
RUN --device=x.com/y=z a
RUN <<EOF\na\nb\nEOF
RUN <<EOF bash\na\nEOF
RUN <<-EOF\n\ta\n\tEOF
RUN <<"EOF"\na $x\nEOF
RUN <<'EOF' cat > x\na\nEOF
RUN bash <<EOF\na\nEOF
RUN cat <<A > x && cat <<B > y\n1\nA\n2\nB
RUN <<EOF\nFROM x\nFOO bar\nEOF
RUN --mount=type=cache,target=/x <<EOF\na\nEOF
RUN python3 <<EOF\nprint("a")\nEOF
RUN set -ex;  \\\n    a; \\\n    b
RUN a > /dev/null 2>&1
RUN echo "a" > x; echo 'b' >> x
RUN echo "a\\\nb"
RUN echo 'a \\\n b'
RUN if [ x = y ]; then a; fi
RUN for i in a b; do c $i; done
RUN case $x in a) b ;; *) c ;; esac
RUN (a; b) && { c; }
RUN $x
RUN ${x}/a
RUN "a" b
RUN a="b" c
RUN echo $(a b) `c d`
RUN echo "$(a "b")"
RUN a | b && c
RUN ! a
RUN . /x && a
RUN a &
RUN a;
RUN \\\n  a
RUN a \\\n
RUN echo hello\\ world
RUN a <(b)
RUN x=$((1 + 2)) && a
RUN echo "# a" # b
RUN sed -i 's/a\\/b/c/g' x
RUN awk '{print $1}' x
RUN [ ! -f x ]
RUN test -f x -a -d y
RUN {a,b}
RUN a=(b c)
RUN powershell -Command a
RUN echo @x %y ^z ~
RUN a --b=c -d "e f"
RUN useradd -m a && \\\n\tb
CMD a
CMD ["a", "b"]
CMD [ "a" ]
CMD []
CMD ["a", \\\n     "b"]
CMD [\\\n "a",\\\n "b"\\\n]
CMD ["a" , "b\\"c"]
CMD ['a', 'b']
CMD ["a","b"]
CMD a $b && c
CMD ["sh", "-c", "a && b ${C:-1}"]
CMD exec a
CMD [ "a", "b",]
ENTRYPOINT ["a"]
ENTRYPOINT a b
ENTRYPOINT ["/bin/a", "--b=c"]
ENTRYPOINT [ "a", \\\n  "b" ]
ENTRYPOINT []
ENTRYPOINT exec a $B
EXPOSE 80
EXPOSE 80/tcp 443/udp
EXPOSE 80-90
EXPOSE $P
EXPOSE ${P}/tcp
EXPOSE 80 443 \\\n 8080
EXPOSE 8000-8010/tcp
EXPOSE "80"
COPY a b
COPY a b c/
COPY ["a b", "c"]
COPY --from=x a b
COPY --from=x --chown=1:2 a b
COPY --chown=a:b --chmod=755 a b
COPY --link a b
COPY --parents a/b /c
COPY --exclude=*.md --exclude=x . /y
COPY --chmod=u=rwX,go=rX a b
COPY --from=0 /a /b
COPY --from=a/b:1 /a /b
COPY --from=${X} /a /b
COPY . .
COPY *.txt ?.x [a-c] /y/
COPY <<EOF /x\na\nEOF
COPY <<a.txt <<b.txt /x/\n1\na.txt\n2\nb.txt
COPY <<"EOF" /x\na $b\nEOF
COPY --chmod=755 <<EOF /x\n#!/bin/sh\na\nEOF
COPY a\\\n b
COPY a \\\n  b \\\n  /c/
COPY ./a/${B} /c
COPY "a" "b"
COPY --chown=$U:$G a b
ADD a b
ADD https://x.y/z /w
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://x.y/z /
ADD --keep-git-dir=true https://github.com/x/y.git#v1 /z
ADD git@github.com:x/y.git /z
ADD --chown=a:b a.tar.gz /
ADD --unpack=true a.tar b
ADD --exclude=x . /y
ADD ["a", "b"]
ADD <<EOF /x\na\nEOF
ADD --link a b
VOLUME /a
VOLUME ["/a", "/b"]
VOLUME /a /b
VOLUME [ "/a" ]
VOLUME $A
VOLUME "/a"
WORKDIR /a
WORKDIR "/a b"
WORKDIR /a b
WORKDIR $A/${B}
WORKDIR C:\\\\a
WORKDIR a/
USER a
USER a:b
USER 1000
USER 1000:1000
USER $A
USER ${A:-b}:${C}
USER "a"
USER ContainerUser
STOPSIGNAL SIGTERM
STOPSIGNAL 9
STOPSIGNAL $S
STOPSIGNAL SIGRTMIN+3
SHELL ["/bin/bash", "-c"]
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
SHELL [ "powershell", "-Command", "$ErrorActionPreference = 'Stop';" ]
HEALTHCHECK NONE
HEALTHCHECK CMD a
HEALTHCHECK CMD ["a", "b"]
HEALTHCHECK --interval=5m --timeout=3s CMD curl -f http://localhost/ || exit 1
HEALTHCHECK --interval=5m \\\n  --start-period=1s --start-interval=1s --retries=3 \\\n  CMD a
HEALTHCHECK --interval=5s --timeout=3s CMD ["a"]
healthcheck none
HEALTHCHECK  --interval=5s \\\n CMD a
ONBUILD RUN a
ONBUILD COPY a b
ONBUILD ADD . /a
ONBUILD CMD ["a"]
ONBUILD ENV A=b
ONBUILD USER a
ONBUILD WORKDIR /a
ONBUILD ARG A
ONBUILD RUN a \\\n  b
onbuild run a
  RUN a
\tRUN a
run a
Run a
RUN\ta
RUN  a   b
# c
  # c
#
RUN a\n\n\n# b\nRUN c
\n\nRUN a
""".strip("\n").split("\n")
"""A form in each line, with escapes for line ends, tabs and backslashes."""
WHOLE = {
    "crlf": "FROM a\r\nRUN b \\\r\n  c\r\nLABEL a b\r\n",
    "syntax": "# syntax=docker/dockerfile:1\nFROM a\nRUN b\n",
    "escape": "# escape=`\nFROM a\nRUN b `\n c\nWORKDIR C:\\\nCOPY a C:\\b\\\nRUN c ; `\n d\n",
    "check": "# check=skip=all;error=true\nFROM a\n",
    "argument first": "ARG V=1\nFROM a:$V\nARG V\n",
    "stages": "FROM a AS b\nRUN c\n\nFROM d\nCOPY --from=b /x /y\n",
    "letters": 'FROM a\n# \u00e9\nLABEL a="\u00e9 \u00fc"\nRUN echo "\u00e9" [x]\n',
    "tabs": "FROM\ta\nRUN\tb \\\n\t\tc\n",
    "blanks": 'FROM a   \nRUN b \\   \n   c   \nCMD ["a"]   \n',
    "empty continuation": "FROM a\nRUN b \\\n  \\\n  c\n",
    "quoted label": 'FROM a\nLABEL maintainer "b c <d@e>"\nCOPY x y\nRUN z\n',
}
AFTER = 'RUN w\nRUN curl https://example.com/x | sh\nUSER u\nCMD ["v"]\n'
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"}


def unescape(form: str) -> str:
    """The text of a form."""
    return re.sub(r"\\([nt\\])", lambda match: ESCAPES[match[1]], form)


def test_valid_forms_are_no_gaps_and_hide_nothing(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {f"whole-{name}/Dockerfile": text + AFTER for name, text in WHOLE.items()}
    for number, form in enumerate(FORMS):
        text = unescape(form)
        start = "" if text.lower().startswith("from") else "FROM a\nRUN z\n"
        files[f"{number}/Dockerfile"] = f"{start}{text}\n{AFTER}"
        files[f"{number}-twice/Dockerfile"] = f"{start}{text}\n\n# note\n{text}\nCOPY x y\n{AFTER}"
    result = ScanHarness(tmp_path).result(semgrep, files)
    assert [(gap.path, gap.reason, files[gap.path or ""]) for gap in result.gaps] == []
    found = {finding.location.path for finding in result.findings if finding.rule.endswith("piped-to-shell")}
    assert {path: files[path] for path in files.keys() - found} == {}
    assert len(files) > 400


def test_a_here_document_needs_its_name_at_once(tmp_path: Path) -> None:
    result = ScanHarness(tmp_path).result(semgrep, {"Dockerfile": "FROM a\nRUN cat << EOF > x\nb\nEOF\n"})
    assert [gap.line for gap in result.gaps] == [3]
