"""Every reader of outside bytes, in a small way: samples, changed samples, and what once broke it. `make fuzz` does it in a great way."""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from selfaudit.errors import BadInput
from tests.fuzz.strategy import inputs
from tests.fuzz.target import attempt
from tests.fuzz.targets import ROOMS, all_targets, named, room

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "cases"
NAMES = list(all_targets())
EXAMPLES = 20
OUTSIDE = ("str", "bytes", "object", "HostReport", "Mapping[str", "Iterable[str", "Sequence[str")
"""Types in which something comes from outside."""
OTHERS = {
    "collector_blocks.make_blocks": "writes the blocks of a text; test_collector.py reads them again",
    "minisign.sign": "signs what this program made; test_signatures.py reads it again",
    "ports.control_ports": "of octets that are drawn by chance",
    "relay.catch_all": "writes addresses of names that were read before (files-targets)",
    "relay.vectors": "writes addresses of names that were read before (files-targets)",
}
"""Public functions of protocols/ that take text and are in no target, each with the reason."""


@pytest.mark.parametrize("name", NAMES)
def test_changed_samples(name: str) -> None:
    """An answer or BadInput, whatever is done to a sample."""
    target = named(name)

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(inputs(target))
    def work(data: bytes) -> None:
        attempt(target, data)

    work()


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.bin")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_once_broke(path: Path) -> None:
    """Regressions: what a fuzzer found, and was mended."""
    attempt(named(path.parent.name), path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_read(name: str) -> None:
    """A target none of whose samples is read begins nowhere."""
    target = named(name)
    assert all(len(seed) <= target.size for seed in target.seeds)
    read = 0
    for seed in target.seeds:
        try:
            target.run(seed)
        except BadInput:
            continue
        read += 1
    assert read * 2 > len(target.seeds)


def test_every_room_has_its_file() -> None:
    assert {f"room_{name}.py" for name in ROOMS} == {path.name for path in Path(__file__).parent.glob("room_*.py")}
    assert {path.parent.name for path in CASES.glob("*/*")} <= set(NAMES)
    assert all(room(name) for name in ROOMS)


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions in protocols/ whose parameters have a type in which something comes from outside."""
    for path in sorted((ROOT / "selfaudit" / "protocols").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            types = [
                ast.unparse(a.annotation)
                for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                if a.annotation
            ]
            if any(word in kind for kind in types for word in OUTSIDE):
                yield (
                    f"{module.removeprefix('selfaudit.protocols.')}.{node.name}",
                    getattr(importlib.import_module(module), node.name),
                )


@cache
def called() -> frozenset[CodeType]:
    """The code that runs while every target reads its samples."""
    for function in gc.get_objects():
        if type(function).__name__ == "_lru_cache_wrapper" and (getattr(function, "__module__", None) or "").startswith(
            "selfaudit.protocols"
        ):
            function.cache_clear()  # what was answered before in this process would not be seen to be called
    found: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            found.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for target in all_targets().values():
            for seed in target.seeds:
                attempt(target, seed)
    finally:
        sys.setprofile(before)
    return frozenset(found)


def test_no_reader_is_forgotten() -> None:
    """Each of these functions runs on a sample of some target, or is in the table of the others with a reason."""
    missing = {name for name, function in public_functions() if inspect.unwrap(function).__code__ not in called()}
    assert missing == set(OTHERS)
