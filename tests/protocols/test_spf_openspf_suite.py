"""The public RFC 7208 test suite (openspf.org, release 2014.04 with the 2019.08 additions), run in full.

tests/data/rfc7208-tests.yml is the suite as distributed with pyspf 2.0.14; its licence stands beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, str_to_txt
from selfaudit.protocols import spf

SUITE = Path(__file__).parents[1] / "data" / "rfc7208-tests.yml"


def scenarios() -> list[Any]:
    found = []
    for document in yaml.load_all(SUITE.read_text(encoding="utf-8"), yaml.CSafeLoader):
        for name, test in document["tests"].items():
            found.append(pytest.param(document["zonedata"], test, id=name))
    return found


def records_of(entries: list[Any], rdtype: str) -> list[str]:
    """Records of a type. As the suite's header says, its SPF records stand for TXT, unless the name has TXT of its own."""
    own_txt = any(isinstance(e, dict) and "TXT" in e for e in entries)
    out = []
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        for kind, value in entry.items():
            if kind == rdtype or (kind == "SPF" and rdtype == "TXT" and not own_txt):
                if value == "NONE":
                    continue
                if rdtype == "TXT":
                    parts = value if isinstance(value, list) else [value]
                    out.append(" ".join(str_to_txt(p) for p in parts))
                elif rdtype == "MX":
                    out.append(f"{value[0]} {value[1] + '.' if value[1] else '.'}")
                else:
                    out.append(str(value))
    return out


def lookup_over(zone: dict[str, list[Any]]) -> Any:
    table = {absolute(name): entries for name, entries in zone.items()}

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        asked = current = absolute(name)
        seen: list[str] = []
        while True:
            entries = table.get(current)
            if entries is None:
                return DnsAnswer(asked, rdtype, DnsStatus.NXDOMAIN, chain=tuple(seen))
            records = records_of(entries, rdtype)
            if records:
                return DnsAnswer(asked, rdtype, DnsStatus.ANSWER, records=tuple(records), chain=tuple(seen))
            if "TIMEOUT" in entries:
                return DnsAnswer(asked, rdtype, DnsStatus.TIMEOUT)
            alias = records_of(entries, "CNAME")
            if not alias or absolute(alias[0]) in seen:
                return DnsAnswer(asked, rdtype, DnsStatus.NODATA, chain=tuple(seen))
            current = absolute(alias[0])
            seen.append(current)

    return lookup


@pytest.mark.parametrize(("zone", "test"), scenarios())
async def test_suite(zone: dict[str, list[Any]], test: dict[str, Any]) -> None:
    got = await spf.check_host(test["host"], test["mailfrom"], test["helo"], lookup_over(zone), receiver="unknown")
    expected = test["result"] if isinstance(test["result"], list) else [test["result"]]
    assert got.result in expected, (test.get("description"), got)
    if "explanation" in test:
        wanted = "" if test["explanation"] == "DEFAULT" else test["explanation"]
        assert got.explanation == wanted
