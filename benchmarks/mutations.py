"""Damaged feeds and pages through the real sandbox: ``python -m benchmarks.mutations``.

Each document is made from a sound one by cutting, flipping bits, nesting, swelling,
repeating, changing charsets and the like, the same for the same seed. The rows that are
written say how many were read and how many refused with a reason, the slowest call, and the
most memory that a worker had. Fails where the main process sees anything but our own
errors, a refusal without a reason, a call over 10 s or a worker over 512 MB.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from monitors.errors import TidingsError
from monitors.sandbox import Sandbox
from tests.support.mutations import Mutant, mutant

PAGE = Path(__file__).parent.parent / "docs" / "mutations.md"
LONGEST = 10.0
MOST_MEMORY = 512_000_000


class Tally:
    """What came of the documents."""

    def __init__(self) -> None:
        self.read: Counter[str] = Counter()
        self.refused: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.crashes: list[str] = []
        self.slowest = 0.0
        self.stopped: list[int] = []
        self.seconds = 0.0

    def add(self, number: int, document: Mutant, outcome: str, seconds: float) -> None:
        self.slowest = max(self.slowest, seconds)
        if outcome.startswith("CRASH") or not outcome:
            self.crashes.append(f"{number}: {document.kind}: {outcome or 'no reason'}")
        elif outcome == "read":
            self.read[document.kind] += 1
        else:
            self.refused[document.kind][outcome] += 1
            if "too long" in outcome:
                self.stopped.append(number)

    @property
    def hangs(self) -> bool:
        return self.slowest > LONGEST


def run(count: int, seed: int, first: int = 0) -> tuple[Tally, Sandbox]:
    """Parse ``count`` documents, two at a time."""
    tally, sandbox = Tally(), Sandbox()
    for document in {m.kind: m for m in (mutant(seed, n) for n in range(50))}.values():
        with contextlib.suppress(TidingsError):  # loads the parsers, which is no call's time
            sandbox.run(document.parse, *document.args)
    sandbox.replaced = 0
    began = time.monotonic()

    def one(number: int) -> None:
        document = mutant(seed, number)
        started = time.monotonic()
        try:
            sandbox.run(document.parse, *document.args, subject=document.kind)
            outcome = "read"
        except TidingsError as error:
            outcome = reason_of(error)
        except Exception as error:
            outcome = f"CRASH {type(error).__name__}: {error}"
        tally.add(number, document, outcome, time.monotonic() - started)
        if number % 1000 == 999:
            print(f"{number + 1} documents, {time.monotonic() - began:.0f} s", flush=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(first, first + count)))
    tally.seconds = time.monotonic() - began
    sandbox.close()
    return tally, sandbox


def reason_of(error: TidingsError) -> str:
    """The kind of a refusal: its text without what is particular to the document."""
    text = re.sub(r"'[^']*'|<[^>]*>|\(.*\)|[\d,.]+", "…", error.problem)
    text = re.sub(
        r"(but text|that is no feed|titled|it is declared as|the page is):? ?.*", r"\1 …", text
    )
    return f"{type(error).__name__}: {text[:90]}" if text.strip() else ""


def page(tally: Tally, sandbox: Sandbox, seed: int) -> str:
    kinds = sorted({*tally.read, *tally.refused})
    total = sum(tally.read.values()) + sum(sum(c.values()) for c in tally.refused.values())
    intro = (
        f"Written by `make mutations`: {total:,} documents of seed {seed}, each a sound one"
        " damaged by cutting, flipping bits, nesting, swelling, repeating, changing charsets"
        " or splicing. They are parsed as in use, in the sandbox."
    )
    lines = [
        "# Damaged feeds and pages",
        "",
        intro,
        "",
        "| measure | result | goal |",
        "|---|---|---|",
        f"| crashes of the main process, refusals without a reason | {len(tally.crashes)} | 0 |",
        f"| slowest call | {tally.slowest:.1f} s | under {LONGEST:.0f} s |",
        f"| most memory of a worker | {sandbox.peak / 1e6:.0f} MB | at most 512 MB |",
        f"| workers killed or dead, and replaced | {sandbox.replaced} | |",
        f"| documents a second, two at a time | {total / tally.seconds:.0f} | |",
        "",
        "| what | read | refused |",
        "|---|---|---|",
        *(f"| {k} | {tally.read[k]:,} | {sum(tally.refused[k].values()):,} |" for k in kinds),
        "",
        "| refused because | documents |",
        "|---|---|",
    ]
    reasons = Counter[str]()
    for counts in tally.refused.values():
        reasons.update(counts)
    lines += [f"| {reason.replace('|', ' ')} | {n:,} |" for reason, n in reasons.most_common(40)]
    busy = "On a machine that is busy with other work, more of them run out of their time."
    return "\n".join([*lines, "", busy]) + "\n"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=0, help="number of the first document")
    options.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    chosen = options.parse_args()
    tally, sandbox = run(chosen.count, chosen.seed, chosen.first)
    text = page(tally, sandbox, chosen.seed)
    print(text)
    print("\n".join(tally.crashes[:20]))
    if tally.stopped:
        print("stopped after their time:", *sorted(tally.stopped))
    if chosen.write:
        PAGE.write_text(text, "utf-8")
    return 1 if tally.crashes or tally.hangs or sandbox.peak > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
