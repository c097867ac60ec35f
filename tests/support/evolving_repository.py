"""A repository that lives: its author edits, moves, renames, reformats and copies, and a model knows what is new in each commit."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.sample_trees import run_git

RUFF = Path(sys.executable).parent / "ruff"
MODULE_HEADER = '"""A part of it."""\n\nimport hashlib\nimport subprocess\n\nfrom drivers import connect, connection\n\n'
BODIES = {
    "shell": (
        'return subprocess.call("convert --from " + command + " --to " + value + " --into /srv/{key}", shell=True, cwd="/srv",)'
    ),
    "eval": "return eval('lambda item, other: item + {key} * other'.format(value), {{'command': command, 'key': '{key}'}})",
    "hash": 'return hashlib.md5(("{key}" + value).encode("utf-8"), b"{key}").hexdigest()',
    "query": "return connection.execute('select * from table_{key} where name = \"%s\"' % value, command, value, command)",
    "secret": "password_{key} = '{secret}'\n    return password_{key}",
    "call": "return connect(user='somebody', host='db-{key}.example.org', password=\"{secret}\", database=value)",
    "table": "return {{'user_{key}': command, 'password_{key}': '{secret}', 'api_key_{key}': '{secret}x'}}",
}
STYLES = ("raw", "double 120", "single 60", "double 70", "single 100")


@dataclass(frozen=True)
class CodeBlock:
    """A function of one body; two are twins where their bodies are the same, whatever their names."""

    number: int
    kind: str
    key: str
    secret: str = ""
    notes: tuple[str, ...] = ()

    @property
    def issue(self) -> str:
        """What its findings are about."""
        return f"{self.kind} {self.key} {self.secret}"

    def text(self) -> str:
        """Its source, as its author wrote it."""
        notes = "".join(f'    print("{note}")\n' for note in self.notes)
        body = BODIES[self.kind].format(key=self.key, secret=self.secret)
        return f"def block_{self.number}(value, command):\n{notes}    {body}\n"


@dataclass
class Module:
    """A file: its blocks in order, and how it is written down."""

    blocks: list[CodeBlock] = field(default_factory=list)
    style: str = "raw"
    crlf: bool = False
    wrapped: bool = False
    above: int = 0


class EvolvingRepository:
    """The repository at ``root``; each `commit` changes it by one of STEPS."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.modules: dict[str, Module] = {}
        self.numbers = 0
        root.mkdir()
        run_git(root, "init", "--quiet", "--initial-branch=main")
        for _ in range(4):
            self._new_module()
        for kind in BODIES:
            self._add(self._some(), self._new(kind))
        self._write("begin")

    def issues(self) -> Counter[str]:
        """What there is, by what it is about."""
        return Counter(block.issue for module in self.modules.values() for block in module.blocks)

    def owner(self, path: str, line: int) -> str:
        """What the finding at a place is about: the block whose function it is in, or the head of its file."""
        import ast

        for node in ast.walk(ast.parse((self.root / path).read_bytes())):
            if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
                number = int(node.name.removeprefix("block_"))
                return next(block.issue for block in self.modules[path].blocks if block.number == number)
        return "head"

    def commit(self) -> str:
        """One more commit; says what was done."""
        step = self.random.choice(EDITS)
        getattr(self, f"_{step}")()
        if step != "move":  # a move, and an edit where it came from or goes to, is more than one can know
            for module in self.random.sample(list(self.modules.values()), k=1):
                module.above = self.random.randint(0, 3)
                module.crlf = self.random.random() < 0.3
        self._write(step)
        return step

    # -- steps --

    def _new_block(self) -> None:
        self._add(self._some(), self._new(self.random.choice(list(BODIES))))

    def _twin(self) -> None:
        block = self._block()[1]
        self._add(self._some(), replace(block, number=self._number(), notes=()))

    def _remove(self) -> None:
        module, block = self._block()
        module.blocks.remove(block)

    def _move(self) -> None:
        module, block = self._block()
        module.blocks.remove(block)
        self._add(self._some(), block)

    def _shuffle(self) -> None:
        self.random.shuffle(self._some().blocks)

    def _rename(self) -> None:
        old = self.random.choice(list(self.modules))
        self.modules[self._name()] = self.modules.pop(old)

    def _rename_and_edit(self) -> None:
        module, block = self._block()
        old = next(path for path, each in self.modules.items() if each is module)
        self._note_in(module, block)
        self.modules[self._name()] = self.modules.pop(old)

    def _note(self) -> None:
        self._note_in(*self._block())

    def _reformat(self) -> None:
        self._some().style = self.random.choice(STYLES)

    def _reformat_all(self) -> None:
        style = self.random.choice(STYLES)
        for module in self.modules.values():
            module.style = style

    def _wrap(self) -> None:
        module = self._some()
        module.wrapped = not module.wrapped

    def _rotate(self) -> None:
        owners = [(module, block) for module in self.modules.values() for block in module.blocks if block.secret]
        if owners:
            module, block = self.random.choice(owners)
            module.blocks[module.blocks.index(block)] = replace(block, secret=self._secret())

    def _new_module(self) -> None:
        self.modules[self._name()] = Module(style=self.random.choice(STYLES))

    # -- what they are made of --

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _name(self) -> str:
        return f"part_{self._number()}.py"

    def _secret(self) -> str:
        return f"Kq{self.random.randrange(10**9):09}zW{self.random.randrange(10**6)}"

    def _new(self, kind: str) -> CodeBlock:
        number = self._number()
        return CodeBlock(number, kind, f"k{number}", self._secret() if "secret" in BODIES[kind] else "")

    def _some(self) -> Module:
        return self.random.choice(list(self.modules.values()))

    def _block(self) -> tuple[Module, CodeBlock]:
        return self.random.choice([(module, block) for module in self.modules.values() for block in module.blocks])

    def _add(self, module: Module, block: CodeBlock) -> None:
        module.blocks.insert(self.random.randint(0, len(module.blocks)), block)

    def _note_in(self, module: Module, block: CodeBlock) -> None:
        module.blocks[module.blocks.index(block)] = replace(block, notes=(*block.notes, f"note {self._number()}"))

    def _write(self, message: str) -> None:
        for file in self.root.glob("*.py"):
            file.unlink()
        for path, module in self.modules.items():
            text = MODULE_HEADER + "".join(f"# line {number}\n" for number in range(module.above))
            blocks = "\n\n".join(block.text() for block in module.blocks)
            if module.wrapped and blocks:
                blocks = "if connect:\n" + "".join(f"    {line}" if line.strip() else line for line in blocks.splitlines(True))
            (self.root / path).write_text(text + "\n" + blocks)
        for style in STYLES[1:]:
            files = [path for path, module in self.modules.items() if module.style == style]
            quotes, width = style.split()
            options = [f"line-length = {width}", f"format.quote-style = '{quotes}'"]
            if files:
                argv = [str(RUFF), "format", "--quiet", "--isolated", *(f"--config={option}" for option in options), *files]
                subprocess.run(argv, cwd=self.root, check=True)
        for path, module in self.modules.items():
            if module.crlf:
                data = (self.root / path).read_bytes()
                (self.root / path).write_bytes(data.replace(b"\n", b"\r\n"))
        run_git(self.root, "add", "--all")
        run_git(self.root, "commit", "--quiet", "--allow-empty", "--message", message)


EDITS = (
    *("new_block", "new_block", "twin", "twin", "remove", "move", "move", "shuffle", "rename", "rename_and_edit", "note", "note"),
    *("reformat", "reformat", "reformat_all", "wrap", "rotate", "rotate", "new_module"),
)
