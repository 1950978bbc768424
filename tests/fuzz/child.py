"""One target in a process of its own: `python -m tests.fuzz.child TARGET SECONDS ENGINE` (see run.py)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from tests.fuzz.mutate import apply, some_edit
from tests.fuzz.target import MB, Target, attempt

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
_SLOWER = 8.0  # how much slower code is when it is instrumented, on a machine that does other things besides
_MOST = 20  # different findings of one run
# What is counted by coverage: our own code, and the libraries that read outside bytes in Python.
_INSTRUMENTED = ["selfaudit", "dns", "whois", "dkim", "tomllib", "json.decoder", "csv", "html", "idna"]


class Watch:
    """Runs inputs within the bounds of a target, and writes down what breaks them; each place in the code once."""

    def __init__(self, name: str, target: Target, *, slower: float) -> None:
        self.name, self.target = name, target
        self.bound = target.seconds * slower
        self.found = BUILD / "found" / name
        self.runs, self.worst, self.began = 0, 0.0, time.monotonic()
        self._seen: set[str] = set()
        self._said = 0.0
        self._rss = 0
        self.found.mkdir(parents=True, exist_ok=True)

    def seeds(self) -> None:
        """Runs the samples first: what they need is where the bound of memory begins."""
        for _round in range(2):  # the first also loads what is loaded when it is needed
            for seed in self.target.seeds:
                self(seed, first=_round == 0)
        self._rss = _peak()
        self.worst, self.runs, self.began = 0.0, 0, time.monotonic()

    def __call__(self, data: bytes, *, first: bool = False) -> None:
        """One input."""
        began = time.process_time()
        try:
            attempt(self.target, data)
        except Exception as error:
            self._crash(data, error)
        took = time.process_time() - began
        self.runs += 1
        if not first and took > self.worst:
            self.worst = took
            if took > self.bound and self._slow(data):
                self.write(
                    "hang", data, f"hang: {took:.2f} s of CPU, allowed are {self.bound:.2f} s here, for {len(data)} octets"
                )
        if self._rss and _peak() - self._rss > self.target.memory // MB:
            self.write("memory", data, f"memory: {_peak() - self._rss} MB more than its samples need")
            self._rss = _peak()
        if time.monotonic() - self._said > 1:
            self.say()

    def _slow(self, data: bytes) -> bool:
        """Whether it is slow again: once may have been the machine, or what is loaded at first use."""
        began = time.process_time()
        with contextlib.suppress(Exception):
            attempt(self.target, data)
        return time.process_time() - began > self.bound

    def _crash(self, data: bytes, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f for f in frames if "/selfaudit/" in f.filename or "/tests/" in f.filename] or list(frames)
        place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        if (key := f"{type(error).__name__} {place}") in self._seen:
            return
        self._seen.add(key)
        words = "".join(traceback.format_exception(error))
        self.write("crash", data, f"crash: {type(error).__name__} at {place}: {str(error)[:200]!r}\n{words}")

    def write(self, kind: str, data: bytes, words: str) -> None:
        """Keeps a reproducer."""
        if len(list(self.found.glob("*.bin"))) >= _MOST:
            return
        path = self.found / f"{kind}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
        path.write_bytes(data[: self.target.size])
        path.with_suffix(".txt").write_text(words + "\n", "utf-8", "backslashreplace")

    def say(self) -> None:
        """Writes how far it is; the fuzzer ends without a word of its own."""
        self._said = time.monotonic()
        seconds = time.monotonic() - self.began
        said = {"runs": self.runs, "worst": round(self.worst, 4), "peak": _peak(), "seconds": round(seconds, 1)}
        (BUILD / f"{self.name}.json").write_text(json.dumps(said), "utf-8")


def _peak() -> int:
    """Megabytes that this process had at most."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // (MB if sys.platform == "darwin" else 1000)


def by_coverage(name: str, seconds: float) -> None:
    """atheris; it ends the process itself."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    with atheris.instrument_imports(include=_INSTRUMENTED), warnings.catch_warnings(action="ignore"):
        from tests.fuzz.targets import named

        target = named(name)
    watch = Watch(name, target, slower=_SLOWER)
    watch.seeds()
    corpus = BUILD / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for folder in (corpus, ROOT / "tests" / "fuzz" / "cases" / name):
        for path in list(folder.glob("*"))[:2000]:
            watch(path.read_bytes())
    for seed in target.seeds:
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed[: target.size])

    def mutate(data: bytes, limit: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.4:
            changed: bytes = atheris.Mutate(data, limit)
            return changed
        for _number in range(chance.choice((1, 1, 1, 2, 3, 6))):
            data = apply(data, some_edit(chance), target.seeds, target.words, limit)
        return data

    stop = max(int(watch.bound * 4), 10)
    options = [
        "tests.fuzz.child", str(corpus), f"-max_total_time={max(1, round(seconds))}", f"-max_len={target.size}", f"-timeout={stop}",
        f"-rss_limit_mb={_peak() + 3 * target.memory // MB + 300}", f"-artifact_prefix={watch.found}/stopped-", "-verbosity=1", "-print_final_stats=0",
    ]  # fmt: skip
    atheris.Setup(options, watch, custom_mutator=mutate)
    atheris.Fuzz()


def by_hypothesis(name: str, seconds: float) -> None:
    """The engine of the tests, without end until the time is over."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import HypothesisException

    from tests.fuzz.strategy import inputs
    from tests.fuzz.targets import named

    target = named(name)
    watch = Watch(name, target, slower=2.0)
    watch.seeds()
    end = time.monotonic() + seconds

    class Over(BaseException):
        """The time is over; hypothesis lets what is no Exception through."""

    @settings(
        max_examples=1_000_000, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(inputs(target))
    def work(data: bytes) -> None:
        watch(data)
        if time.monotonic() > end:
            raise Over

    while time.monotonic() < end:
        with contextlib.suppress(Over, HypothesisException):
            work()
    watch.say()


def main(arguments: list[str]) -> None:
    """TARGET SECONDS ENGINE."""
    engines: dict[str, Any] = {"atheris": by_coverage, "hypothesis": by_hypothesis}
    engines[arguments[2]](arguments[0], float(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
