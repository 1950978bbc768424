"""Known vulnerabilities of the installed packages, by OSV (https://osv.dev), which holds what the Python Packaging Advisory Database says.

    python tools/vulnerabilities.py

One question for all packages (POST /v1/querybatch), and one more per finding for its words. Where the service cannot be reached, or
answers what is no answer, one line says so and nothing fails: that says nothing about the packages. A known vulnerability fails,
unless ACCEPTED names it, with the reason and a last day.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

SERVICE = "https://api.osv.dev"
PROBE = 5.0  # seconds until the service must have answered at all
LONGEST = 60.0  # seconds for everything
MAX_ANSWER = 20_000_000  # octets
MAX_PAGES = 20  # answers to the question about all packages
MAX_WORDS = 50  # findings whose words are fetched
OWN = "selfaudit"

# Vulnerability -> (last day on which it is accepted, why it does not matter here).
ACCEPTED: dict[str, tuple[datetime.date, str]] = {}


class UnreachableError(Exception):
    """The service did not answer, or not in its format: nothing is known."""


class RefusedError(UnreachableError):
    """It is there and has answered with an error: nothing is known either."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One known vulnerability of one installed package.

    Attributes:
        ids: its id at OSV, and the ids that other data bases have given to it.
        fixed: versions that have it no more, as far as OSV knows.
    """

    package: str
    version: str
    ids: tuple[str, ...]
    words: str = ""
    fixed: tuple[str, ...] = ()


def installed() -> list[tuple[str, str]]:
    """(name, version) of every package of this environment, without selfaudit itself."""
    found = {(_normal(str(d.metadata["Name"])), d.version) for d in importlib.metadata.distributions()}
    return sorted(package for package in found if package[0] != OWN)


class Service:
    """Questions to OSV, each in a thread that is left alone when it takes too long (a server may send one octet a minute)."""

    def __init__(self, address: str, probe: float = PROBE, longest: float = LONGEST) -> None:
        self._address = address.rstrip("/")
        self._probe = probe
        self._end = time.monotonic() + longest

    def ask(self, path: str, body: dict[str, Any] | None = None, patience: float | None = None) -> dict[str, Any]:
        """The answer to one question.

        Raises:
            UnreachableError: none came in time, or it is no JSON object.
        """
        left = self._end - time.monotonic()
        return _within(lambda: self._ask(path, body), left if patience is None else min(patience, left))

    def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        with requests.request(method, self._address + path, json=body, timeout=self._probe, stream=True) as response:
            if response.status_code != requests.codes.ok:
                raise RefusedError(f"OSV answered {response.status_code}")
            data = response.raw.read(MAX_ANSWER + 1, decode_content=True)
        if len(data) > MAX_ANSWER:
            raise UnreachableError("its answer is too long")
        answer = json.loads(data)
        if not isinstance(answer, dict):
            raise UnreachableError("its answer is not in its format")
        return answer

    def probe(self, package: tuple[str, str]) -> None:
        """Asks about one package, briefly.

        Raises:
            UnreachableError: the service is not there.
        """
        self.batch([package], self._probe)

    def batch(self, packages: list[tuple[str, str]], patience: float | None = None) -> list[list[str]]:
        """The ids of what is known against each package, in the same order. A result that goes on (next_page_token) is followed to its end.

        Raises:
            UnreachableError: there is no whole answer for each of them.
        """
        found: list[list[str]] = [[] for _ in packages]
        left = [(number, "") for number in range(len(packages))]
        for _ in range(MAX_PAGES):
            results = self.ask("/v1/querybatch", {"queries": [_query(packages[n], token) for n, token in left]}, patience).get(
                "results"
            )
            if not isinstance(results, list) or len(results) != len(left):
                raise UnreachableError("its answer is not in its format")
            for (number, _token), result in zip(left, results, strict=True):
                found[number] += _ids(result)
            tokens = [_next_page(result) for result in results]
            left = [(number, token) for (number, _before), token in zip(left, tokens, strict=True) if token]
            if not left:
                return found
        raise UnreachableError("its answer has no end")


def _within(work: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
    done: list[dict[str, Any] | UnreachableError] = []

    def run() -> None:
        try:
            done.append(work())
        except UnreachableError as error:
            done.append(error)
        except (requests.RequestException, OSError) as error:
            done.append(UnreachableError(type(error).__name__))
        except (ValueError, RecursionError):
            done.append(UnreachableError("its answer is not in its format"))
        except Exception as error:  # urllib3 and http.client have errors of their own for a broken answer
            done.append(UnreachableError(type(error).__name__))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if not done:
        raise UnreachableError("no answer in time")
    if isinstance(done[0], UnreachableError):
        raise done[0]
    return done[0]


def _ids(result: Any) -> list[str]:
    """The ids of one result of a batch; what is not in the format is no all clear."""
    known = result.get("vulns", []) if isinstance(result, dict) else None
    if not isinstance(known, list) or not all(isinstance(entry, dict) and isinstance(entry.get("id"), str) for entry in known):
        raise UnreachableError("its answer is not in its format")
    return [entry["id"] for entry in known]


def _query(package: tuple[str, str], token: str) -> dict[str, Any]:
    name, version = package
    query: dict[str, Any] = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
    return {**query, "page_token": token} if token else query


def _next_page(result: dict[str, Any]) -> str:
    """The token of a result's next page, "" for the last one."""
    token = result.get("next_page_token")
    if token is not None and not isinstance(token, str):
        raise UnreachableError("its answer is not in its format")
    return token or ""


def _entries(value: Any) -> list[dict[str, Any]]:
    """A list of objects, or nothing where the answer has something else there."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def look(service: Service, packages: list[tuple[str, str]]) -> list[Finding]:
    """What is known against these packages.

    Raises:
        UnreachableError: the service did not answer all of it.
    """
    results = service.batch(packages)
    found: list[Finding] = []
    for (name, version), result in zip(packages, results, strict=True):
        for identifier in dict.fromkeys(result):
            found.append(_finding(service, name, version, identifier, with_words=len(found) < MAX_WORDS))
    return _merged(found)


def _finding(service: Service, name: str, version: str, identifier: str, *, with_words: bool) -> Finding:
    plain = Finding(name, version, (identifier,))
    if not with_words or not re.fullmatch(r"[A-Za-z0-9-]{3,60}", identifier):
        return plain
    try:
        data = service.ask(f"/v1/vulns/{identifier}", patience=PROBE)
    except UnreachableError:
        return plain  # it stands without words
    aliases = [alias for alias in data.get("aliases") or () if isinstance(alias, str)]
    fixed = [
        event["fixed"]
        for affected in _entries(data.get("affected"))
        if _is_package(affected.get("package"), name)
        for span in _entries(affected.get("ranges"))
        if span.get("type") == "ECOSYSTEM"
        for event in _entries(span.get("events"))
        if isinstance(event.get("fixed"), str)
    ]
    words = str(data.get("summary") or data.get("details") or "").partition("\n")[0]
    return Finding(name, version, (identifier, *sorted(aliases)), words, tuple(dict.fromkeys(fixed)))


def _is_package(named: Any, name: str) -> bool:
    """Whether a record means this package; it may tell of others, too. Names are compared as PEP 503 says."""
    return isinstance(named, dict) and named.get("ecosystem") == "PyPI" and _normal(str(named.get("name"))) == _normal(name)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _merged(found: list[Finding]) -> list[Finding]:
    """One finding where several data bases tell of the same vulnerability."""
    merged: list[Finding] = []
    for finding in found:
        same = next((f for f in merged if f.package == finding.package and set(f.ids) & set(finding.ids)), None)
        if same is None:
            merged.append(finding)
            continue
        ids = tuple(dict.fromkeys((*same.ids, *finding.ids)))
        joined = Finding(same.package, same.version, ids, same.words or finding.words, same.fixed or finding.fixed)
        merged[merged.index(same)] = joined
    return merged


def _clean(words: str, limit: int = 160) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in words)[:limit].strip()


def main(arguments: list[str] | None = None, today: datetime.date | None = None) -> int:
    """1 if something is known against a package that is installed here, otherwise 0."""
    parser = argparse.ArgumentParser(description="Known vulnerabilities of the installed packages.")
    parser.add_argument("--service", default=SERVICE, help="address of OSV's interface")
    given = parser.parse_args(arguments)
    service = Service(given.service)
    packages = installed()
    try:
        service.probe(packages[0])
        found = look(service, packages)
    except RefusedError as error:
        sys.stdout.write(f"vulnerabilities: not looked up, {error}\n")
        return 0
    except UnreachableError as error:
        sys.stdout.write(f"vulnerabilities: not looked up, OSV is not reachable from here ({_clean(str(error))})\n")
        return 0
    day = today or datetime.datetime.now(datetime.UTC).date()
    failed = 0
    for finding in found:
        accepted = next((ACCEPTED[name] for name in finding.ids if name in ACCEPTED), None)
        if accepted and day <= accepted[0]:
            continue
        failed += 1
        also = f" ({', '.join(_clean(name, 40) for name in finding.ids[1:])})" if finding.ids[1:] else ""
        fixed = f"; fixed in {', '.join(_clean(v, 40) for v in finding.fixed)}" if finding.fixed else ""
        past = f"; was accepted until {accepted[0]}" if accepted else ""
        line = f"{finding.package} {finding.version}: {_clean(finding.ids[0], 60)}{also}{fixed}{past}"
        sys.stdout.write(f"{line}\n    {_clean(finding.words)}\n" if finding.words else f"{line}\n")
    if failed:
        sys.stdout.write(f"vulnerabilities: {failed} known in {len(packages)} packages\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
