"""Looks for inputs that a reader of hostile text is slow with: ``make slow``.

A small unit, such as two words of the format, is repeated. While twice the length takes more than three times as long, the length
is doubled, up to a mebibyte or twenty seconds. A failure is what takes more than ten times as long as a mebibyte of samples.
Readers that are done are kept in ``.work/slow``: delete the folder to start again.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from random import Random

from tests.endurance.hostile_readers import READERS, Reader
from tests.endurance.journal import WORK, Journal, product_digest, table

SIZE = 1024 * 1024  # bytes
FIRST_SIZE = 8 * 1024
GROWTH = 3.0  # times as long for twice the length
NOISE_SECONDS = 0.02  # what takes less is not compared
LIMIT_SECONDS = 20.0
MAX_RATIO = 10.0
FLOOR_SECONDS = 2.0  # a reader that needs less for a mebibyte of anything is fast enough
SIGNS = tuple(b"\"'`$(){}[]<>\\#:;,.=-_*&|!?%@/ \n\t\0a0")
WORD = re.compile(rb"[A-Za-z_]+|[0-9]+|[^\sA-Za-z0-9_]+|\s+")
Seconds = Callable[[bytes], float]


def measure(reader: Reader, data: bytes) -> float:
    """The processor time of reading ``data``."""
    started = time.process_time()
    reader.run(data)
    return time.process_time() - started


def estimate(unit: bytes, prefix: bytes, seconds: Seconds) -> float:
    """How long a mebibyte of ``unit`` takes: measured while twice the length takes much more than twice as long, else by size."""
    size, longest = FIRST_SIZE, seconds(_repeat(prefix, unit, FIRST_SIZE))
    while size < SIZE and longest < LIMIT_SECONDS:
        size, former = 2 * size, longest
        longest = seconds(_repeat(prefix, unit, size))
        if longest > NOISE_SECONDS and longest <= GROWTH * former:
            break
    return longest * SIZE / size


def _repeat(prefix: bytes, unit: bytes, size: int) -> bytes:
    return prefix + unit * (size // len(unit))


def draw_units(samples: Sequence[bytes], draw: Random, count: int) -> list[bytes]:
    """Signs, words of the samples, and pairs of these."""
    words = sorted({word[:40] for sample in samples for word in WORD.findall(sample)})
    single = [bytes([sign]) for sign in SIGNS] + [draw.choice(words) for _ in range(count // 4) if words]
    pairs = [b"".join(draw.choices(single, k=draw.choice((2, 2, 3, 4)))) for _ in range(count)]
    return list(dict.fromkeys(itertools.chain(single, pairs)))[:count]


def search(reader: Reader, draw: Random, count: int) -> dict[str, object]:
    """The slowest of ``count`` units for one of the kinds of a reader, in comparison with a sample."""
    kind = draw.randrange(len(reader.kinds)) if reader.kinds else None
    prefix = b"" if kind is None else bytes([kind])
    samples = [seed[len(prefix) :] for seed in reader.seeds() if seed.startswith(prefix)] or [b"a = 1\n"]
    plain = max(measure(reader, _repeat(prefix, max(samples, key=len) + b"\n", SIZE)), FLOOR_SECONDS / MAX_RATIO)
    units = draw_units(samples, draw, count)
    seconds, unit = max((estimate(unit, prefix, lambda data: measure(reader, data)), unit) for unit in units)
    name = reader.kinds[kind] if kind is not None else ""
    return {"kind": name, "unit": unit.decode("latin-1"), "seconds": round(seconds, 2), "plain": round(plain, 2)}


def report(records: Iterable[dict[str, object]]) -> int:
    """Print the slowest unit of each reader; 1 if one is too slow."""
    rows, failed = [], 0
    for record in records:
        ratio = float(str(record["seconds"])) / float(str(record["plain"]))
        failed += ratio > MAX_RATIO
        unit = ascii(record["unit"])[:40]
        rows.append((record["reader"], record["kind"], record["seconds"], record["plain"], round(ratio, 1), unit))
    print(table(("reader", "kind", "seconds", "plain", "ratio", "unit"), rows))
    return int(failed > 0)


def main(arguments: Sequence[str]) -> int:
    """Search each reader once per round, then report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("readers", nargs="*", metavar="READER", help="by default all")
    parser.add_argument("--rounds", type=int, default=1, help="how many searches of each reader in all (default: 1)")
    parser.add_argument("--units", type=int, default=120, help="how many units a search tries (default: 120)")
    parser.add_argument("--report", action="store_true", help="print the table; search nothing")
    options = parser.parse_args(arguments)
    journal = Journal(WORK / "slow" / "searches.jsonl")
    done = {(record["reader"], record["round"]) for record in journal}
    for number, name in itertools.product(range(options.rounds), options.readers or READERS):
        if not options.report and (name, number) not in done:
            record = search(READERS[name], Random(f"{name}:{number}"), options.units)
            journal.add(reader=name, round=number, product=product_digest(), **record)
            print(name, record, flush=True)
    return report(journal)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
