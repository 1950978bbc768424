"""The shipped list of releases: complete, well-formed, and with its sources."""

from __future__ import annotations

import datetime
import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from selfaudit.protocols.eol import order, products

TEXT = (resources.files("selfaudit_resources") / "eol/products.toml").read_text("utf-8")
TABLE: dict[str, Any] = tomllib.loads(TEXT)
PRODUCTS: list[dict[str, Any]] = TABLE["product"]
DATES = ("regular", "lts", "extended", "addon", "latest_on")
FIELDS = {
    "name", "title", "source", "as_of", "checked_on", "releases", "lts_by", "extended_by", "exact", "points", "one_step", "older",
    "older_ended", "courtesy_from", "points_by",
}  # fmt: skip
EXPECTED = {
    "debian", "ubuntu", "rhel", "centos", "centos-stream", "almalinux", "rocky", "oracle-linux", "amazon-linux", "fedora",
    "cloudlinux", "opensuse-leap", "sles", "alpine", "freebsd", "windows-server", "php", "mariadb", "mysql", "postgresql",
    "wordpress", "drupal", "joomla", "typo3", "nextcloud", "roundcube", "phpmyadmin", "node", "nginx", "apache", "postfix", "exim",
    "dovecot", "plesk", "cpanel", "openssl", "openssh", "bind", "redis", "tomcat",
}  # fmt: skip


def by_name(product: dict[str, Any]) -> str:
    return str(product["name"])


def test_every_product_once_and_the_licence_is_named() -> None:
    names = [p["name"] for p in PRODUCTS]
    assert set(names) == EXPECTED
    assert len(names) == len(set(names)) == len(products())
    assert "endoflife.date" in TABLE["licence"]
    assert "MIT" in TEXT.partition("[[product]]")[0]
    datetime.date.fromisoformat(TABLE["version"])


@pytest.mark.parametrize("product", PRODUCTS, ids=by_name)
def test_a_product(product: dict[str, Any]) -> None:
    assert set(product) <= FIELDS
    assert re.fullmatch(r"[a-z0-9-]+", product["name"])
    assert product["title"].strip()
    assert len(product["source"]) > 10
    as_of, checked = (datetime.date.fromisoformat(product[key]) for key in ("as_of", "checked_on"))
    assert datetime.date(2023, 1, 1) <= as_of <= checked <= datetime.date.fromisoformat(TABLE["version"])
    assert bool(product.get("older")) == bool(product.get("older_ended"))
    if product.get("older"):
        assert datetime.date.fromisoformat(product["older_ended"]) <= checked
        assert all(order(r["name"]) >= order(product["older"]) for r in product["releases"])
    assert product["releases"] or product.get("older")
    for release in product["releases"]:
        check_release(product, release)
    listed = [r["name"] for r in product["releases"]]
    assert len(listed) == len(set(listed))


def check_release(product: dict[str, Any], release: dict[str, Any]) -> None:
    assert set(release) <= {"name", "codename", "latest", "final", *DATES}, release
    assert ("final" in release) <= ("latest" in release)
    days = {key: datetime.date.fromisoformat(release[key]) for key in DATES if key in release}
    assert all(datetime.date(2008, 1, 1) < day < datetime.date(2042, 1, 1) for day in days.values())
    phases = [days[key] for key in DATES[:4] if key in days]
    assert phases == sorted(phases), release
    assert len(phases) == len(set(phases))
    assert ("lts" in release) <= bool(product.get("lts_by"))
    assert ("extended" in release) <= bool(product.get("extended_by"))
    assert ("latest" in release) == ("latest_on" in release)
    if "latest" in release:
        assert days["latest_on"] <= datetime.date.fromisoformat(product["as_of"])
        if product["name"] not in ("oracle-linux",):
            assert order(release["latest"])[: len(order(release["name"]))] == order(release["name"])


@pytest.mark.parametrize(
    ("product", "release", "field", "day"),
    [
        ("debian", "11", "regular", "2024-08-14"), ("debian", "11", "lts", "2026-08-31"), ("debian", "12", "regular", "2026-07-11"),
        ("debian", "12", "lts", "2028-06-30"), ("centos", "7", "regular", "2024-06-30"), ("php", "8.1", "regular", "2025-12-31"),
        ("php", "8.2", "regular", "2026-12-31"), ("centos", "8", "regular", "2021-12-31"), ("windows-server", "2016", "regular", "2027-01-12"),
        ("ubuntu", "22.04", "regular", "2027-06-01"), ("ubuntu", "22.04", "extended", "2032-04-21"), ("freebsd", "14.3", "regular", "2026-06-30"),
        ("alpine", "3.22", "regular", "2027-05-01"), ("opensuse-leap", "15.6", "regular", "2026-04-30"), ("drupal", "7", "regular", "2025-01-05"),
        ("amazon-linux", "2", "regular", "2026-06-30"), ("mysql", "8.0", "regular", "2026-04-30"), ("openssl", "3.0", "regular", "2026-09-07"),
    ],
)  # fmt: skip
def test_known_days(product: str, release: str, field: str, day: str) -> None:
    found = next(r for r in products()[product].releases if r.name == release)
    assert getattr(found, field) == datetime.date.fromisoformat(day)


def test_no_release_is_missing_between_two_others() -> None:
    debian = [r.name for r in products()["debian"].releases]
    assert debian == ["13", "12", "11", "10", "9", "8", "7"]
    ubuntu = [r.name for r in products()["ubuntu"].releases]
    assert [f"{year}.{month}" for year in range(26, 13, -1) for month in ("10", "04")] == [
        name for name in ubuntu if name != "12.04"
    ]
    assert [r.name for r in products()["alpine"].releases] == [f"3.{minor}" for minor in range(24, 11, -1)]
    assert [r.name for r in products()["php"].releases] == [
        "8.5", "8.4", "8.3", "8.2", "8.1", "8.0", "7.4", "7.3", "7.2", "7.1", "7.0", "5.6",
    ]  # fmt: skip
