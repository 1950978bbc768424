"""Settings and catalogue files: what is wrong is said with file, key and expectation."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfaudit.catalogue import load_catalogue, points_for, read_catalogue
from selfaudit.errors import UserError
from selfaudit.settings import BlocklistSettings, Settings, load_settings

FACTS_DEAD = [
    "dnsbl.sorbs.net",
    "rhsbl.sorbs.net",
    "ix.dnsbl.manitu.net",
    "dnsbl.njabl.org",
    "dnsbl.ahbl.org",
    "relays.ordb.org",
    "dsn.rfc-ignorant.org",
    "list.dsbl.org",
    "dnsbl.inps.de",
    "ubl.unsubscore.com",
    "ubl.lashback.com",
    "megarbl.net",
    "bl.emailbasura.org",
    "spamsources.dnsbl.info",
    "msrbl.net",
    "five-ten-sg.com",
    "combined.abuse.ch",
    "drone.abuse.ch",
    "spam.abuse.ch",
    "virbl.bit.nl",
    "apews.org",
    "l2.apews.org",
    "db.wpbl.info",
    "dnsbl.cyberlogic.net",
    "korea.services.net",
    "rbl.jp",
    "spamcannibal.org",
    "no-more-funn.moensted.dk",
    "swl.spamhaus.org",
    "dwl.spamhaus.org",
    "cbl.abuseat.org",
]


def write(folder: Path, text: str) -> Path:
    path = folder / "file.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_key_is_optional(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "")) == Settings()


def test_all_documented_keys(tmp_path: Path) -> None:
    settings = load_settings(
        write(
            tmp_path,
            """
            [dns]
            resolvers = ["127.0.0.1", "::1"]
            port = 5300
            root_hints = "root.hints"
            [registration]
            rdap_bootstrap = "https://data.iana.org/rdap/"
            whois_server = "whois.iana.org"
            [tls]
            ca_file = "/etc/ca.pem"
            [blocklists]
            catalogue = "lists.toml"
            extra = "more.toml"
            [scope]
            allow_reserved = true
            [smtp]
            port25_controls = ["mx.example.net"]
            relay_recipient = "test@example.net"
            [routing]
            origin_zone = "origin.example"
            rpki_url = "https://rpki.example/"
            [limits]
            dns_timeout = 1
            """,
        )
    )
    assert settings.dns.port == 5300
    assert settings.dns.root_hints == str(tmp_path / "root.hints")
    assert settings.tls.ca_file == "/etc/ca.pem"
    assert settings.limits.dns_timeout == 1


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("[dns]\nport = 'x'", "dns.port", "int"),
        ("[dns]\nport = 0", "dns.port", "from 1 to 65535"),
        ("[dns]\nresolvers = '127.0.0.1'", "dns.resolvers", "array"),
        ("[dns]\nresolvers = ['localhost']", "dns.resolvers", "not an address"),
        ("[dns]\nresolver = ['127.0.0.1']", "dns.resolver", "no such key"),
        ("[scope]\nallow_reserved = 1", "scope.allow_reserved", "bool"),
        ("[limits]\nhttp_timeout = 99", "limits.http_timeout", "from 0.1 to 10"),
        ("[nonsense]\nx = 1", "nonsense", "no such key"),
        ("dns = 3", "dns", "object"),
        ("[dns\n", "file.toml", "not valid TOML"),
        ("\x00", "file.toml", "not valid TOML"),
    ],
)
def test_broken_settings(tmp_path: Path, text: str, key: str, expected: str) -> None:
    with pytest.raises(UserError) as error:
        load_settings(write(tmp_path, text))
    line = str(error.value)
    assert "file.toml" in line
    assert key in line
    assert expected in line
    assert "\n" not in line


def test_missing_and_huge_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_settings(tmp_path / "absent.toml")
    with pytest.raises(UserError, match="larger than"):
        load_settings(write(tmp_path, "#" * 1_000_001))


def test_shipped_catalogue_holds_what_is_promised() -> None:
    catalogue = load_catalogue(BlocklistSettings())
    assert len(catalogue.entries) >= 45
    dead = {item.zone for item in catalogue.dead}
    assert set(FACTS_DEAD) <= dead
    assert not {entry.zone for entry in catalogue.entries} & dead
    for entry in catalogue.entries:
        assert entry.checked_on
        assert entry.removal.startswith(("https://", "http://"))
        for kind in entry.kinds:
            listed, not_listed = points_for(entry, kind)
            assert listed, entry.zone
            assert not_listed, entry.zone
        if entry.tier != "info":
            assert entry.codes, entry.zone


def test_default_test_points(tmp_path: Path) -> None:
    text = '[[list]]\nzone = "a.test"\nname = "A"\nkinds = ["ip4", "ip6", "domain"]\ntier = 1\nlisted = "dbltest.com"\n'
    entry = read_catalogue(write(tmp_path, text)).entries[0]
    assert points_for(entry, "ip4") == (("127.0.0.2",), ("127.0.0.1",))
    assert points_for(entry, "ip6") == (("::ffff:7f00:2",), ("::ffff:7f00:1",))
    assert points_for(entry, "domain") == (("dbltest.com",), ("invalid",))


LIST = '[[list]]\nzone = "a.test"\nname = "A"\nkinds = ["ip4"]\ntier = 1\n'


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        (LIST.replace("tier = 1", "tier = 4"), "list[0].tier", "Invalid"),
        (LIST.replace("tier = 1", ""), "list[0]", "tier"),
        (LIST.replace("ip4", "ipv4"), "list[0].kinds[0]", "Invalid"),
        (LIST.replace('["ip4"]', "[]"), "list[0].kinds", "at least one"),
        (LIST.replace("a.test", "a b"), "list[0].zone", "not a domain name"),
        (LIST + 'codes = { "10.0.0.1" = "x" }', "list[0].codes", "127.0.0.0/8"),
        (LIST + 'codes = { "&999" = "x" }', "list[0].codes", "bit mask"),
        (LIST + 'codes = { "127.0.0.2" = { meaning = "x", kind = "y" } }', "codes", "Invalid"),
        (LIST + "colour = 1", "list[0].colour", "no such key"),
        (LIST + LIST, "list[1].zone", "appears twice"),
        ('[[dead]]\nzone = "x.test"', "dead[0]", "since"),
    ],
)
def test_broken_catalogues(tmp_path: Path, text: str, key: str, expected: str) -> None:
    with pytest.raises(UserError) as error:
        read_catalogue(write(tmp_path, text))
    line = str(error.value)
    assert "file.toml" in line
    assert key in line
    assert expected in line


def test_dead_zones_are_never_asked_and_extra_lists_are_added(tmp_path: Path) -> None:
    extra = tmp_path / "extra.toml"
    extra.write_text(
        LIST + LIST.replace("a.test", "spam.dnsbl.sorbs.net") + '[[dead]]\nzone = "b.test"\nsince = 2020-01-01\nwhy = "x"\n'
    )
    catalogue = load_catalogue(BlocklistSettings(extra=str(extra)))
    zones = {entry.zone for entry in catalogue.entries}
    assert "a.test" in zones
    assert "zen.spamhaus.org" in zones
    assert "spam.dnsbl.sorbs.net" not in zones
    assert ("b.test", "2020-01-01") in {(d.zone, d.since) for d in catalogue.dead}
    alone = load_catalogue(BlocklistSettings(catalogue=str(extra)))
    assert [entry.zone for entry in alone.entries] == ["a.test", "spam.dnsbl.sorbs.net"]
