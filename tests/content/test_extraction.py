"""Pieces of files: what is taken out, with which content type, and where each of its lines is in the file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scangate.content.extraction import COUNT, Extraction, Piece, extract
from scangate.content.identification import identify
from scangate.model import GapKind, Location


def pieces_of(path: str, text: str) -> dict[str, Piece]:
    found = extraction(path, text)
    assert not found.problems
    return {piece.name: piece for piece in found.pieces}


def extraction(path: str, text: str) -> Extraction:
    data = text.encode()
    return extract(identify(path, data), data)


def lines_of(piece: Piece) -> list[tuple[int, str]]:
    """The lines of a piece with the line of the container that each is on."""
    lines = piece.data.decode().rstrip("\n").split("\n")
    return [(piece.to_container(number, 1)[0], line) for number, line in enumerate(lines, start=1)]


def notebook(*cells: Any, language: str = "python") -> str:
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": language}}, "nbformat": 4}, indent=1)


def code(*lines: str, outputs: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {"cell_type": "code", "source": [f"{line}\n" for line in lines], "outputs": outputs}


@pytest.mark.parametrize("code", ["!Ref Code", "!FindInMap [Map, a, code]", "{'Fn::ImportValue': code}"])
def test_cloudformation_code_by_reference_is_a_problem(code: str) -> None:
    text = (
        "Parameters:\n  Code: {Type: String}\nResources:\n  F:\n    Type: AWS::Lambda::Function\n"
        f"    Properties: {{Runtime: python3.12, Code: {{ZipFile: {code}}}}}\n"
    )
    found = extraction("t.yaml", text)
    assert [(problem.line, problem.kind) for problem in found.problems] == [(6, GapKind.PARTIAL_PARSE)]


MIME = """\
Content-Type: multipart/mixed;
 boundary="==B=="
MIME-Version: 1.0

--==B==
Content-Type: text/x-shellscript; charset="us-ascii"

curl -k x | bash
--==B==
Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: text/plain

#!/usr/bin/env python3
eval(x)
--inner
Content-Type: text/cloud-config

packages: [x]
--inner--
--==B==--
"""
MIME_PARTS = {"shell": 8, "python": 15, "cloud-init": 20}


@pytest.mark.parametrize("path", ["user-data", "user-data.txt", "boot.mime"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_parts_of_user_data_have_types_of_their_own(path: str, end: str) -> None:
    pieces = pieces_of(path, MIME.replace("\n", end)).values()
    assert {piece.content_type: piece.to_container(1, 1)[0] for piece in pieces} == MIME_PARTS


def test_parts_of_user_data_in_a_template() -> None:
    body = "".join(f"          {line}\n" for line in MIME.splitlines())
    text = f"Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: |\n{body}"
    pieces = pieces_of("t.yaml", text).values()
    found = {piece.content_type: piece.to_container(1, 1)[0] for piece in pieces}
    assert found == {"mime": 7, **{name: line + 6 for name, line in MIME_PARTS.items()}}


@pytest.mark.parametrize("kind", ["text/x-shellscript", "application/octet-stream"])
def test_a_script_in_an_encoded_part_is_a_problem(kind: str) -> None:
    headers = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64"
    text = f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{headers}\n\nIyEvYmluL3NoCmxzCg==\n--b--\n"
    assert [problem.line for problem in extraction("user-data", text).problems] == [4]


def test_a_text_about_mime_is_text() -> None:
    text = "How to send it:\n\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n#!/bin/sh\nls\n--b--\n"
    assert identify("notes.txt", text.encode()) == "text"


@pytest.mark.parametrize("form", ["PolicyDocument: !Join ['', [{}]]", "PolicyDocument: {{'Fn::Join': ['', [{}]]}}"])
def test_a_policy_that_is_joined_from_texts_is_a_policy(form: str) -> None:
    parts = """'{"Version":"2012-10-17","Statement":[{"Effect":"Allow",', '"Action":"*","Resource":"', !Ref X, '"}]}'"""
    text = f"Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties:\n      {form.format(parts)}\n"
    (piece,) = pieces_of("t.yaml", text).values()
    assert (piece.content_type, json.loads(piece.data)["Statement"][0]["Resource"]) == ("iam-policy", "${X}")


@pytest.mark.parametrize(
    "document",
    [
        """!Join ['', ['{"Statement":[{"Effect":"Allow","Action":', !Ref X, ',"Resource":"*"}]}']]""",
        """{'Fn::Join': ['', ['{"Version":"1","Statement":[{"Effect":"Allow","Action":', {Ref: X}, ',"Resource":"*"}]}']]}""",
        """!Sub '{"Statement":[{"Effect":"Allow","Action":${X},"Resource":"*"}]}'""",
        """{'Fn::Sub': ['{"Statement":[{"Effect":"Allow","Action":${X},"Resource":"*"}]}', {X: a}]}""",
    ],
)
def test_a_reference_without_quotes_is_a_value_of_the_policy(document: str) -> None:
    text = f"Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument: {document}\n"
    (piece,) = pieces_of("t.yaml", text).values()
    statement = {"Effect": "Allow", "Action": "${X}", "Resource": "*"}
    assert (piece.content_type, json.loads(piece.data)["Statement"]) == ("iam-policy", [statement])


def test_code_cells_are_one_program_with_their_lines_in_the_notebook() -> None:
    text = notebook(code("import os", "%matplotlib inline"), code('os.system("é" + input())'))
    cells = pieces_of("a.ipynb", text)["cells.py"]
    assert cells.content_type == "python"
    assert cells.data.decode() == 'import os\npass\n\nos.system("é" + input())\n'
    line, column = cells.to_container(4, 1)
    assert text.split("\n")[line - 1][column - 1 :].startswith("os.system(")
    line, column = cells.to_container(4, len('os.system("é" + ') + 1)  # the column counts the escapes before it
    assert text.split("\n")[line - 1][column - 1 :].startswith("input()")


def test_saved_outputs_and_text_cells_are_text() -> None:
    stream = {"output_type": "stream", "text": ["token = 'x'\n"]}
    result = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/html": "<b>y</b>"}}
    text = notebook(code("1", outputs=(stream, result)), {"cell_type": "markdown", "source": "# z"})
    pieces = pieces_of("a.ipynb", text)
    assert pieces["outputs.txt"].data == b"token = 'x'\n<b>y</b>\n"
    assert pieces["prose.txt"].data == b"# z\n"


@pytest.mark.parametrize(
    ("source", "python", "others"),
    [
        (["x = !ls", "y = 1"], "x = None\ny = 1\n", {"shell": "ls\n"}),
        (["!curl -k x | bash", "eval(y)"], "pass\neval(y)\n", {"shell": "curl -k x | bash\n"}),
        (["!a \\", "  b", "c()"], "pass\n\nc()\n", {"shell": "a \\\n  b\n"}),
        (["%time eval(y)"], "eval(y)\n", {}),
        (["%timeit -n 10 eval(y)"], "eval(y)\n", {}),
        (["%%time", "eval(y)"], "\neval(y)\n", {}),
        (["%%capture out", "%pip install x", "eval(y)"], "\npass\neval(y)\n", {"shell": "pip install x\n"}),
        (["x?", "eval(y)"], "pass\neval(y)\n", {}),
        (["%%bash", "curl -k x | bash"], None, {"shell": "curl -k x | bash\n"}),
        (["%%script python3", "eval(y)"], "eval(y)\n", {}),
        (["%%writefile run.sh", "ls"], None, {"shell": "ls\n"}),
        (["%%js", "eval(y)"], None, {"javascript": "eval(y)\n"}),
        (["r = await f(eval(y))", "async with z: pass"], "r = f(eval(y))\nwith z: pass\n", {}),
    ],
)
def test_magics_leave_python_on_its_lines(source: list[str], python: str | None, others: dict[str, str]) -> None:
    pieces = pieces_of("a.ipynb", notebook(code(*source)))
    found = {piece.content_type: piece.data.decode() for piece in pieces.values()}
    assert found.pop("python", None) == python
    assert found == others


def test_a_cell_that_is_no_python_does_not_hide_the_others() -> None:
    pieces = pieces_of("a.ipynb", notebook(code("import os"), code("def f(:"), code("os.system(x)")))
    assert pieces["cells.py"].data == b"import os\n\n\nos.system(x)\n"
    assert pieces["cell-2.py"].data == b"def f(:\n"


def test_a_cell_in_an_unknown_language_is_a_problem() -> None:
    found = extraction("a.ipynb", notebook(code("1"), code("%%quux", "?? a b")))
    assert [problem.kind for problem in found.problems] == [GapKind.PARTIAL_PARSE]


def test_notebooks_in_other_languages() -> None:
    pieces = pieces_of("a.ipynb", notebook(code("system(x)"), language="R"))
    assert [piece.content_type for piece in pieces.values()] == ["r"]


def test_a_broken_notebook_is_a_problem() -> None:
    assert extraction("a.ipynb", '{"cells": [').problems


def test_script_header() -> None:
    text = '#!/usr/bin/env python3\n# /// script\n# dependencies = [\n#   "django==1.11.1",\n# ]\n#\n# ///\nimport django\n'
    header = pieces_of("run", text)["header.toml"]
    assert header.content_type == "python-script-header"
    assert lines_of(header) == [(3, "dependencies = ["), (4, '  "django==1.11.1",'), (5, "]")]
    assert header.to_container(2, 3) == (4, 5)


@pytest.mark.parametrize(
    "text",
    ["# /// script\n# dependencies = []\nimport x\n", "# /// script\n# a = 1\n# ///\n\n# /// script\n# a = 1\n# ///\n"],
    ids=["no end", "two"],
)
def test_a_script_header_that_tools_refuse_is_a_problem(text: str) -> None:
    assert [problem.kind for problem in extraction("a.py", text).problems] == [GapKind.UNPARSABLE]


WORKFLOW = """\
on: push
defaults:
  run:
    shell: bash
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          python3 - <<'EOF'
          eval(x)
          EOF
      - {run: "eval(y)", shell: python}
      - run: pip install x
  b:
    runs-on: [self-hosted, windows]
    defaults: {run: {shell: pwsh}}
    steps:
      - run: Invoke-Expression $x
"""


def test_workflow_steps_have_the_language_of_their_shell() -> None:
    pieces = pieces_of(".github/workflows/a.yml", WORKFLOW)
    assert {name: piece.content_type for name, piece in pieces.items()} == {
        "jobs.a.steps.0.run.sh": "shell",
        "jobs.a.steps.0.run.heredoc-1.py": "python",
        "jobs.a.steps.1.run.py": "python",
        "jobs.a.steps.2.run.sh": "shell",
        "jobs.b.steps.0.run.ps1": "powershell",
    }
    assert lines_of(pieces["jobs.a.steps.0.run.heredoc-1.py"]) == [(11, "eval(x)")]
    assert pieces["jobs.a.steps.1.run.py"].to_container(1, 1) == (13, 16)


CLOUDFORMATION = """\
Resources:
  Project:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
                - curl -k x | bash
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Code:
        ZipFile: !Sub |
          def handler(event, context):
              eval(event["x"] + ${Name})
  Script:
    Type: AWS::Lambda::Function
    Properties: {Runtime: nodejs20.x, Code: {ZipFile: "eval(x)"}}
  Machine:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          curl -k x | bash
  Either:
    Type: AWS::EC2::Instance
    Properties:
      UserData: {"Fn::Base64": !If [Prod, "curl -k x | bash", !If [Dev, "#!/usr/bin/python3", !Ref X]]}
  Joined:
    Type: AWS::EC2::Instance
    Properties:
      UserData: {"Fn::Base64": {"Fn::Join": ["\\n", ["#!/usr/bin/python3", "eval(x)", {"Ref": "Y"}]]}}
"""


def test_code_in_cloudformation() -> None:
    pieces = pieces_of("t.template", CLOUDFORMATION)
    assert {name.removeprefix("Resources."): (piece.content_type, lines_of(piece)[-1]) for name, piece in pieces.items()} == {
        "Project.Properties.Source.BuildSpec.yaml": ("buildspec", (11, "      - curl -k x | bash")),
        "Project.Properties.Source.BuildSpec.phases.build.commands.sh": ("shell", (11, "curl -k x | bash")),
        "Function.Properties.Code.ZipFile.py": ("python", (19, '    eval(event["x"] + _______)')),
        "Script.Properties.Code.ZipFile.js": ("javascript", (22, "eval(x)")),
        "Machine.Properties.UserData.sh": ("shell", (29, "curl -k x | bash")),
        "Either.Properties.UserData.sh": ("shell", (33, "curl -k x | bash")),
        "Either.Properties.UserData.py": ("python", (33, "#!/usr/bin/python3")),
        "Joined.Properties.UserData.py": ("python", (37, "____")),
    }


KUBERNETES = """\
apiVersion: v1
kind: ConfigMap
data:
  run.sh: |
    ls
  app.py: "import os\\nos.system(x)\\n"
  words: eval(x)
---
apiVersion: v1
kind: Pod
spec:
  containers:
    - command: [sh, -c]
      args: [curl -k x | bash]
    - command: [python3, -c, eval(x)]
    - env: [{name: A, value: "#!/bin/sh\\nls"}]
"""


def test_scripts_in_kubernetes() -> None:
    pieces = pieces_of("a.yaml", KUBERNETES)
    assert {name: (piece.content_type, lines_of(piece)[-1]) for name, piece in pieces.items()} == {
        "0.data.run.sh": ("shell", (5, "ls")),
        "0.data.app.py": ("python", (6, "os.system(x)")),
        "1.spec.containers.0.args.0.sh": ("shell", (14, "curl -k x | bash")),
        "1.spec.containers.1.command.2.py": ("python", (15, "eval(x)")),
        "1.spec.containers.2.env.0.value.sh": ("shell", (16, "ls")),
    }


DOCKERFILE = """\
FROM x
RUN <<EOF
apt-get install x
EOF
RUN python3 <<'PY'
eval(x)
PY
COPY <<app.py /srv/
eval(y)
app.py
COPY <<-EOF /x/run.sh
\tls
\tEOF
RUN cat <<A > /a.py && cat <<B | bash
eval(z)
A
ls
B
RUN <<EOF
#!/usr/bin/env python3
eval(q)
EOF
"""


def test_heredocs_of_dockerfiles() -> None:
    pieces = pieces_of("Dockerfile", DOCKERFILE)
    assert [(piece.content_type, *lines_of(piece)[-1]) for piece in pieces.values()] == [
        ("shell", 3, "apt-get install x"),
        ("python", 6, "eval(x)"),
        ("python", 9, "eval(y)"),
        ("shell", 12, "ls"),
        ("python", 15, "eval(z)"),
        ("shell", 17, "ls"),
        ("python", 21, "eval(q)"),
    ]


@pytest.mark.parametrize("text", ["FROM x\nRUN <<EOF\nls\n", "FROM x\nCOPY <<a.py /x\neval(y)\n"])
def test_a_heredoc_without_an_end_is_a_problem(text: str) -> None:
    assert [problem.line for problem in extraction("Dockerfile", text).problems] == [2]


DOCKERFILE_RELATIVES = """\
FROM x
RUN --mount=type=cache,target=/x <<EOF
ls
EOF
RUN <<EOF python3
eval(x)
EOF
RUN set -e && \\
    cat > /app.py <<"E O F"
eval(y)
E O F
SHELL ["python3", "-c"]
RUN <<!
eval(z)
!
"""
SHELL_RELATIVES = """\
x=$((1 << FOO))
ssh host <<E1
rm x
E1
docker exec -i c python3 - <<'E-2'
eval(a)
E-2
cat \\
  > /x.py <<\\E3
eval(b)
E3
echo 'cat > x.py <<EOF'
python3 <<NEVER
eval(c)
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Dockerfile", DOCKERFILE_RELATIVES, [("shell", 3), ("python", 6), ("python", 10), ("python", 14)]),
        ("a.sh", SHELL_RELATIVES, [("shell", 3), ("python", 6), ("python", 10), ("python", 14)]),
    ],
)
def test_heredocs_in_other_forms(path: str, text: str, expected: list[tuple[str, int]]) -> None:
    assert [(piece.content_type, piece.to_container(1, 1)[0]) for piece in pieces_of(path, text).values()] == expected


def test_keys_that_are_there_twice_hide_nothing() -> None:
    cell = '{"cell_type": "markdown", "source": "1", "cell_type": "code", "source": "eval(x)"}'
    pieces = pieces_of("a.ipynb", f'{{"cells": [], "cells": [{cell}], "nbformat": 4}}')
    assert pieces["cells.py"].data == b"1\neval(x)\n"


def test_sequences_that_contain_themselves() -> None:
    text = "AWSTemplateFormatVersion: x\nUserData: &a !If [x, *a, !Join ['', [*a, '#!/bin/sh']]]\n"
    assert [piece.data for piece in pieces_of("a.yaml", text).values()] == [b"#!/bin/sh"]
    text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps: &s [*s]\n    run: &b [*b, ls]\n"
    assert [piece.data for piece in pieces_of(".github/workflows/a.yml", text).values()] == [b"ls"]


def test_heredocs_of_shell_scripts_and_terraform() -> None:
    shell = pieces_of("a.sh", "cat > /tmp/x.py <<EOF\neval(x)\nEOF\nx=$((1<<2))\ncat <<EOF\nwords\nEOF\n")
    assert [(piece.content_type, lines_of(piece)) for piece in shell.values()] == [("python", [(2, "eval(x)")])]
    terraform = pieces_of("a.tf", 'resource "x" "y" {\n  user_data = <<-EOF\n    curl -k x | bash\n  EOF\n}\n')
    assert [(piece.content_type, lines_of(piece)) for piece in terraform.values()] == [("shell", [(3, "    curl -k x | bash")])]
    for opening in ("<<", "<<-"):
        indented = extract("terraform", f"user_data = {opening}EOF\n  ls\n  EOF\nb = 1\n".encode())
        assert [piece.data.decode() for piece in indented.pieces] == ["  ls\n"]
        assert not indented.problems


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n---\nkind: Pod\napiVersion: v1\n", [("kubernetes", 5)]),
        ("a.yaml", "AWSTemplateFormatVersion: x\nkind: Pod\napiVersion: v1\n", [("kubernetes", 1)]),
        ("buildspec.yml", "version: 0.2\nphases: {}\n---\nservices:\n  a:\n    image: x\n", [("compose", 4)]),
        ("a.yaml", "kind: Pod\napiVersion: v1\n---\nkind: Pod\napiVersion: v1\n", []),
    ],
)
def test_what_else_a_file_configures_is_a_piece(path: str, text: str, expected: list[tuple[str, int]]) -> None:
    found = pieces_of(path, text).values()
    assert [(piece.content_type, piece.to_container(1, 1)[0]) for piece in found] == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("run.py.j2", "{% if x %}\nimport os\n{% endif %}\nos.system(input({{ y }}))\n", [("python", "os.system(input(xxxxxxx))")]),
        ("run.py.j2", "def {{ x }\n", []),
        ("Dockerfile.j2", "FROM {{ x }}\nUSER root\n", [("dockerfile", "USER root")]),
        ("k.yaml.j2", "kind: Pod\napiVersion: v1\nname: {{ x }}\nspec: {}\n", [("kubernetes", "spec: {}")]),
    ],
)
def test_a_template_is_also_read_as_it_may_be_rendered(path: str, text: str, expected: list[tuple[str, str]]) -> None:
    pieces = pieces_of(path, text).values()
    assert [(piece.content_type, lines_of(piece)[-1][1]) for piece in pieces] == expected


def test_programs_on_command_lines() -> None:
    text = """#!/bin/sh\npython3 -c 'eval(x)'\npython -u -c "eval(\\"y\\")"\nnode -e 'eval(z)'\ngrep -c 'eval(x)' y\n"""
    pieces = pieces_of("a.sh", text)
    assert [(piece.content_type, lines_of(piece)) for piece in pieces.values()] == [
        ("python", [(2, "eval(x)")]),
        ("python", [(3, 'eval("y")')]),
        ("javascript", [(4, "eval(z)")]),
    ]


COMPOSE = """\
services:
  a:
    image: x
    command: bash -c "curl -k x | sh"
    healthcheck: {test: [CMD-SHELL, curl x | sh]}
  b:
    image: y
    command: serve --all
"""


def test_commands_of_containers() -> None:
    pieces = pieces_of("compose.yaml", COMPOSE)
    assert {name: (piece.content_type, lines_of(piece)) for name, piece in pieces.items()} == {
        "services.a.command.sh": ("shell", [(4, 'bash -c "curl -k x | sh"')]),
        "services.a.command.inline-1.sh": ("shell", [(4, "curl -k x | sh")]),
        "services.a.healthcheck.test.1.sh": ("shell", [(5, "curl x | sh")]),
    }


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            ".pre-commit-config.yaml",
            "repos:\n- hooks:\n  - entry: bash\n    args: [-c, curl -k x | sh]\n",
            ("shell", 4, "curl -k x | sh"),
        ),
        (".gitlab-ci.yml", "a:\n  script: [curl -k x | sh]\n", ("shell", 2, "curl -k x | sh")),
        (".gitlab-ci.yml", "a:\n  script:\n    - [ls]\n    - - - id\n", ("shell", 4, "id")),
        (
            "azure-pipelines.yml",
            "steps:\n- task: PythonScript@0\n  inputs:\n    script: |\n      eval(x)\n",
            ("python", 5, "eval(x)"),
        ),
        (".devcontainer/devcontainer.json", '{"postCreateCommand": "curl -k x | sh"}', ("shell", 1, "curl -k x | sh")),
        (".circleci/config.yml", "jobs:\n  a:\n    steps:\n      - run: curl -k x | sh\n", ("shell", 4, "curl -k x | sh")),
        ("azure-pipelines.yml", "steps:\n- pwsh: iex $x\n", ("powershell", 2, "iex $x")),
        ("user-data", "#cloud-config\nwrite_files:\n- path: /a.py\n  content: |\n    eval(x)\n", ("python", 5, "eval(x)")),
        ("site.yml", "- hosts: all\n  tasks:\n  - shell: curl -k x | sh\n", ("shell", 3, "curl -k x | sh")),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n    - uses: actions/github-script@v7\n      with:\n        script: eval(x)\n",
            ("javascript", 6, "eval(x)"),
        ),
        ("a.html", "<p>\n<SCRIPT>eval(x)</script>\n<script src=y></script>", ("javascript", 2, "eval(x)")),
        ("a.html", "<script>\nx = {{ y }}</script>", ("javascript-template", 2, "x = {{ y }}")),
        ("a.html", "<script type=module>eval(x)", ("javascript", 1, "eval(x)")),
        ("a.vue", "<template><p/></template>\n<script setup lang='ts'>eval(x)</script>", ("typescript", 2, "eval(x)")),
        ("a.vue", "<script>\neval(x)</script>\n<style>p {}</style>", ("javascript", 2, "eval(x)")),
        ("compose.yml", "services:\n  a:\n    build:\n      dockerfile_inline: FROM x\n", ("dockerfile", 4, "FROM x")),
        (
            "task.yaml",
            "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - script: |\n      ls\n      id\n",
            ("shell", 7, "id"),
        ),
        (
            "argo.yaml",
            "apiVersion: v1\nkind: Workflow\nscript:\n  command: [python]\n  source: |\n    import x\n    eval(x)\n",
            ("python", 7, "eval(x)"),
        ),
        ("data.yaml", "a: |\n  #!/usr/bin/env python3\n  eval(x)\n", ("python", 3, "eval(x)")),
        ("values.yaml", "script: |\n  #!/bin/sh\n  curl -k x | sh\n", ("shell", 3, "curl -k x | sh")),
    ],
)
def test_scripts_of_other_systems(path: str, text: str, expected: tuple[str, int, str]) -> None:
    (piece,) = pieces_of(path, text).values()
    assert (piece.content_type, *lines_of(piece)[-1]) == expected


def test_an_alias_is_taken_out_once() -> None:
    text = "on: push\njobs:\n  a:\n    steps:\n      - run: &r |\n          ls\n      - run: *r\n"
    assert len(pieces_of(".github/workflows/a.yml", text)) == 1


def test_aliases_that_repeat_a_text_take_no_time() -> None:
    joins = "".join(f'  A{number}: {{UserData: !Join ["", [*x, *x, *x]]}}\n' for number in range(1000))
    found = extraction("a.yaml", f"AWSTemplateFormatVersion: x\nMappings: {{A: &x '{'x' * 20_000}'}}\nResources:\n{joins}")
    assert found.problems


def test_pieces_are_bounded() -> None:
    steps = "".join(f"      - run: echo {number}\n" for number in range(3000))
    found = extraction(".github/workflows/a.yml", f"on: push\njobs:\n  a:\n    steps:\n{steps}")
    assert len(found.pieces) == COUNT
    assert len(found.problems) == 1


def test_yaml_that_ends_early_is_a_problem() -> None:
    found = extraction("a.yaml", "apiVersion: v1\nkind: Pod\nspec: [a\nb: }\n")
    assert [problem.line for problem in found.problems] == [4]


def test_a_location_is_mapped_with_its_columns() -> None:
    piece = pieces_of(".github/workflows/a.yml", WORKFLOW)["jobs.a.steps.1.run.py"]
    mapped = piece.positions.relocate(Location("x.py", 1, 1, 1, 5), "a.yml")
    assert mapped == Location("a.yml", 13, 13, 16, 20)
    assert piece.positions.relocate(Location("x.py", 1, 1), "a.yml") == Location("a.yml", 13, 13)


def resource(kind: str, **properties: Any) -> str:
    return json.dumps({"Resources": {"A": {"Type": kind, "Properties": properties}}}, indent=1)


COMPONENT = "schemaVersion: 1.0\nphases:\n- steps:\n  - action: ExecuteBash\n    inputs:\n      commands: [make]\n"
HANDLER = "import os\ndef handler(event, context):\n    os.system(event['x'])\n"
BATCH = (
    "version: 0.2\nbatch:\n  build-list:\n  - buildspec: |\n      version: 0.2\n      phases:\n        build:\n"
    "          commands: [curl https://x.example/i.sh | sh]\n"
)
RETRY = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: a/b@v1\n      with: {command: make && make install}\n"


@pytest.mark.parametrize(
    ("path", "text", "types"),
    [
        ("t.json", resource("AWS::ImageBuilder::Component", Data=COMPONENT), {"image-builder", "shell"}),
        ("t.json", resource("AWS::CloudFormation::StackSet", TemplateBody=resource("AWS::S3::Bucket")), {"cloudformation"}),
        ("t.json", resource("AWS::SSO::PermissionSet", InlinePolicy='{"Version": "2012-10-17", "Statement": []}'), {"iam-policy"}),
        ("t.json", resource("AWS::Synthetics::Canary", Code={"Script": HANDLER}), {"python"}),
        ("t.json", resource("AWS::ECS::TaskDefinition", EntryPoint=["python3", "-c"], Command=["import os"]), {"python"}),
        ("ci/settings.yml", "jobs:\n  a:\n    setup_script: curl https://x.example/i.sh | bash\n", {"shell"}),
        (".readthedocs.yaml", "build:\n  jobs:\n    post_install:\n    - curl https://x.example/i.sh | sh\n", {"shell"}),
        (".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - id: a\n    entry: bash -c 'a && b'\n", {"shell"}),
        (".github/workflows/a.yml", RETRY, {"shell"}),
        ("Taskfile.yml", "version: '3'\ntasks:\n  a:\n    cmds:\n    - make\n", {"shell"}),
        ("doc.yml", "schemaVersion: '2.2'\nmainSteps:\n- inputs:\n    runCommand: [ls]\n", {"shell"}),
        ("buildspec.yml", BATCH, {"buildspec", "shell"}),
        (".vscode/tasks.json", '{"tasks": [{"command": "make | tee log"}]}', {"shell"}),
    ],
)
def test_code_and_documents_in_any_scalar(path: str, text: str, types: set[str]) -> None:
    assert {piece.content_type for piece in pieces_of(path, text).values()} == types


@pytest.mark.parametrize(
    "text",
    [
        "en:\n  command: Run this command; then wait\n  run: Runs\n  test: a test\n",
        "description: |\n  A paragraph of prose.\n  It has two lines.\n",
        "message: 'Deploys: {\"a\": 1}'\nscript: scripts/build.sh\ncommand: pytest -q\n",
        "dependencies: |\n  requests==2.0\n  flask>=1\n",
        "- command: build {{ folder | quote }} -v\n",
        "example: |\n  Load it:\n  import a\n  print(a.b())\n",
    ],
)
def test_prose_and_plain_commands_in_data_are_no_code(text: str) -> None:
    assert pieces_of("settings.yaml", text) == {}


PINNED = "FROM a@sha256:1\n"


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("Dockerfile", PINNED + 'CMD ["python3", "-c", "import os; os.system(input())"]\n', "import os; os.system(input())"),
        ("Dockerfile", PINNED + 'ENTRYPOINT ["python3", "-c"]\nCMD ["import os"]\n', "import os"),
        ("Dockerfile", PINNED + 'HEALTHCHECK --interval=5s CMD [ "python", \\\n  "-c", "import os" ]\n', "import os"),
        ("Dockerfile", PINNED + 'ENTRYPOINT ["/usr/bin/env", "python3", "-u", "-c"]\nCMD ["import os"]\n', "import os"),
        ("Dockerfile", PINNED + "COPY <<-EOF /a.py\n\timport os\n\tif a:\n\t    pass\nEOF\n", "import os\nif a:\n    pass\n"),
        ("Dockerfile", PINNED + 'SHELL ["python3", "-c"]\nRUN import os\n', "import os"),
        ("a.html", '<script type="py">\nimport os\n</script>', "\nimport os\n"),
        ("a.html", '<script type="text/python3">import os</script>', "import os"),
        ("a.html", "<py-script>import os</py-script>", "import os"),
        ("note.json", '{"paragraphs": [{"text": "%pyspark\\nimport os"}]}', "import os"),
        ("note.zpln", '{"paragraphs": [{"text": "%md\\n# x"}, {"text": "%spark.pyspark\\nimport os"}]}', "import os"),
        ("a.md", "---\njupyter:\n  jupytext:\n    x: y\n---\n```python\nimport os\n```\n", "import os\n\n"),
        ("a.md", "# x\n\n```{code-cell} ipython3\nimport os\n```\n", "import os\n\n"),
    ],
)
def test_python_in_other_containers(path: str, text: str, code: str) -> None:
    (piece,) = pieces_of(path, text).values()
    assert (piece.content_type, piece.data.decode()) == ("python", code)


@pytest.mark.parametrize(
    ("path", "text", "types"),
    [
        ("n.py", "# Databricks notebook source\n# MAGIC %sh\n# MAGIC make\n", ["shell"]),
        ("n.py", "# Databricks notebook source\n# MAGIC %pip install a==1\n", ["shell"]),
        ("n.py", "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Title\n", []),
        ("a.html", '<a onclick="f(1)" href="javascript:g()">x</a>', ["javascript", "javascript"]),
        ("a.html", '<script type="application/json">{}</script><p title="on x">on = 1</p>', []),
        ("a.html", "<script type=text/typescript>f()</script>", ["typescript"]),
        ("a.svg", '<svg xmlns:s="x"><s:script>f()</s:script></svg>', ["javascript"]),
        ("Dockerfile", PINNED + 'CMD ["sh", "-c", "exec a"]\nSHELL ["/bin/bash", "-c"]\nRUN a\n', []),
        ("a.md", "# x\n\n```python\nimport os\n```\n", []),
    ],
)
def test_code_in_other_containers(path: str, text: str, types: list[str]) -> None:
    assert [piece.content_type for piece in pieces_of(path, text).values()] == types


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Procfile", "# p\nweb: gunicorn app | tee x\nrelease: sh -c ls\n", [(2, "gunicorn app | tee x"), (3, "sh -c ls")]),
        ("Procfile.dev", "web: ls\n", [(1, "ls")]),
        (
            "tox.ini",
            "[testenv:a]\ndeps = x\ncommands =\n    curl x\n\n    sh -c y\nz = 1\ncommands_pre = ls\n",
            [(3, ""), (4, "    curl x"), (5, ""), (6, "    sh -c y"), (8, " ls")],
        ),
        ("package.json", '{"name": "a",\n "scripts": {"prepare": "curl x | sh"}, "bin": {"a": "b"}}', [(2, "curl x | sh")]),
        ("deno.jsonc", '// a\n{"tasks":\n {"a": "deno run b.ts"}}', [(3, "deno run b.ts")]),
        ("composer.json", '{"scripts": {"a": ["x",\n "y"]}}', [(1, "x"), (2, "y")]),
        (
            "pyproject.toml",
            "[project.scripts]\na = 'm:f'\n[tool.poe.tasks]\nb = 'x'\nc.shell = 'y'\n[tool.hatch.envs.d.scripts]\ne = ['z']\n",
            [(4, "x"), (5, "y"), (7, "z")],
        ),
        ("Pipfile", "[packages]\na = '*'\n[scripts]\nb = 'x'\n", [(4, "x")]),
        ("devcontainer.json", '// a\n/* b */\n{"postCreateCommand": "curl x"}', [(3, "curl x")]),
        ("a.sh", "sudo bash -c \"curl x | sh\"\nsh -ec 'ls'\n", [(1, "curl x | sh"), (2, "ls")]),
        ("cdk.json", '{"app": "python3 app.py",\n "build": "make"}', [(1, "python3 app.py"), (2, "make")]),
    ],
)
def test_commands_are_shell(path: str, text: str, expected: list[tuple[int, str]]) -> None:
    pieces = pieces_of(path, text).values()
    assert {piece.content_type for piece in pieces} == {"shell"}
    assert sorted(line for piece in pieces for line in lines_of(piece)) == expected


CHART = """{{- if .Values.enabled }}
kind: Pod
metadata:
  name: {{ include "app.name" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  hostNetwork: true
  containers:
    - image: "{{ .Values.image }}:{{ .Values.tag | default "x" }}"
      securityContext:
        privileged: true
        {{- toYaml .Values.more | nindent 8 }}
      env: {{ toYaml .Values.env | nindent 8 }}
{{- end }}
"""


def test_a_template_of_helm_is_read_as_what_it_may_make() -> None:
    piece = pieces_of("shop/templates/pod.yaml", CHART)["rendered.yaml"]
    assert piece.content_type == "kubernetes"
    lines = piece.data.decode().split("\n")
    assert [lines[index].strip() for index in (0, 3, 7, 11, 12, 13)] == [
        "",
        "name:",
        "hostNetwork: true",
        "privileged: true",
        "",
        "env:",
    ]
    assert piece.to_container(12, 9) == (12, 9)


@pytest.mark.parametrize("text", ['{{ define "x" }}\na: b\n{{ end }}\n', "kind: {{ .a }}\n  b: [{{ .c }}\n"])
def test_a_template_of_helm_that_makes_no_object_is_not_guessed(text: str) -> None:
    assert not extract("helm-template", text.encode()).pieces
