"""sshd's settings, and who listens where."""

from __future__ import annotations

import pytest

from selfaudit.facts.host import PartStatus
from selfaudit.protocols.host.listeners import Reach, answers_at, read_listeners
from selfaudit.protocols.host.own import outward_of
from selfaudit.protocols.host.sshd_config import Conditional, sshd_of
from tests.checks.host import SCOPE, report

MAIN = "/etc/ssh/sshd_config|"
CLOUD = "/etc/ssh/sshd_config.d/50-cloud.conf|"


def passwords(*lines: str, system: str = "debian") -> bool:
    sshd = sshd_of(report({"login.sshd-files": "\n".join(lines)}, system=system))
    assert sshd is not None
    return sshd.passwords


def test_first_value_and_place_of_include() -> None:
    early = (
        MAIN + "Include /etc/ssh/sshd_config.d/*.conf",
        MAIN + "PasswordAuthentication no",
        MAIN + "KbdInteractiveAuthentication no",
        CLOUD + "PasswordAuthentication yes",
    )
    assert passwords(*early)
    late = (*early[1:3], early[0], early[3])
    assert not passwords(*late)
    assert not passwords(*early[1:])  # never included


def test_include_in_lexical_order_whatever_the_order_in_the_file() -> None:
    second, first = (
        "/etc/ssh/sshd_config.d/90-b.conf|PasswordAuthentication yes",
        "/etc/ssh/sshd_config.d/10-a.conf|PasswordAuthentication no",
    )
    assert not passwords(second, first, MAIN + "Include sshd_config.d/*.conf", MAIN + "ChallengeResponseAuthentication no")


def test_spellings() -> None:
    assert not passwords(MAIN + "passwordauthentication=no", MAIN + 'KBDINTERACTIVEAUTHENTICATION "no"')
    assert not passwords(MAIN + "PasswordAuthentication\tno")


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ("any", True),
        ("publickey", False),
        ("publickey,password", False),
        ("publickey,password password", True),
        ("password,keyboard-interactive", False),
    ],
)
def test_authentication_methods(methods: str, expected: bool) -> None:
    assert passwords(MAIN + f"AuthenticationMethods {methods}", MAIN + "PasswordAuthentication yes") is expected


def test_freebsd_asks_by_way_of_pam() -> None:
    assert passwords(MAIN + "Port 22", system="freebsd")
    assert not passwords(MAIN + "KbdInteractiveAuthentication no", system="freebsd")


@pytest.mark.parametrize(
    ("version", "lines", "expected"),
    [
        ("1:8.4p1-5+deb11u3", ("KbdInteractiveAuthentication no",), True), ("7.4p1-23.el7", ("KbdInteractiveAuthentication no",), True),
        ("8.0p1-25.el8", ("ChallengeResponseAuthentication no",), False), ("8.4p1", ("ChallengeResponseAuthentication no", "KbdInteractiveAuthentication no"), False),
        ("8.4p1", ("KbdInteractiveAuthentication yes", "ChallengeResponseAuthentication no"), False), ("8.4p1", (), True),
        ("8.7p1-38.el9", ("KbdInteractiveAuthentication no",), False), ("9.9_p2-r0", ("ChallengeResponseAuthentication no",), False),
        ("10.0p1", ("ChallengeResponseAuthentication no", "KbdInteractiveAuthentication yes"), False), ("9.2p1", (), True),
    ],
)  # fmt: skip
def test_before_8_7_two_settings_ask_for_passwords(version: str, lines: tuple[str, ...], expected: bool) -> None:
    files = "\n".join(MAIN + line for line in ("PasswordAuthentication no", "UsePAM yes", *lines))
    sshd = sshd_of(
        report(
            {"login.sshd-files": files, "software.runtimes": f"openssh|{version}|/usr/sbin/sshd|openssh-server|distribution"}
        )
    )
    assert sshd is not None
    assert (sshd.passwords, sshd.version_missing) == (expected, False)


@pytest.mark.parametrize(
    "runtimes", ["", "openssh|-|/usr/sbin/sshd|-|-", "openssh|9.2p1|/usr/sbin/sshd|x|-\nopenssh|-|/usr/local/sbin/sshd|-|-"]
)
def test_an_unknown_version_of_sshd_is_missed_only_where_it_decides(runtimes: str) -> None:
    def missing(*lines: str) -> bool:
        files = "\n".join(MAIN + line for line in ("PasswordAuthentication no", *lines))
        sshd = sshd_of(report({"login.sshd-files": files, "software.runtimes": runtimes}))
        assert sshd is not None
        return sshd.version_missing

    assert missing("UsePAM yes", "KbdInteractiveAuthentication no")
    assert not missing("UsePAM no", "KbdInteractiveAuthentication no")
    assert not missing("UsePAM yes", "ChallengeResponseAuthentication no")
    assert not missing("UsePAM yes")


def test_what_an_old_sshd_says_of_itself() -> None:
    said = "usepam yes\npasswordauthentication no\nkbdinteractiveauthentication no\nchallengeresponseauthentication {}\npermitrootlogin no"
    for word, expected in (("yes", True), ("no", False)):
        sshd = sshd_of(report({"login.sshd": said.format(word)}))
        assert sshd is not None
        assert sshd.passwords is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((MAIN + "Include /etc/ssh/sshd_config.d/*.conf", MAIN + "PasswordAuthentication no"), True),
        ((MAIN + "Port 22", MAIN + "Include sshd_config.d/*.conf"), True),
        (("/usr/etc/ssh/sshd_config|Include /etc/ssh/sshd_config.d/*.conf",), True),
        ((MAIN + "PasswordAuthentication yes", MAIN + "Include /etc/ssh/sshd_config.d/*.conf"), False),
        ((MAIN + "Match User anna", MAIN + "Include /etc/ssh/sshd_config.d/*.conf"), False),
        ((MAIN + "Include /etc/ssh/sshd_config.d/*.conf", "/etc/ssh/sshd_config.d/00-a.conf|PasswordAuthentication yes"), False),
        ((MAIN + "Include /etc/ssh/sshd_config.d/*.conf", CLOUD + "PasswordAuthentication yes"), True),
        ((MAIN + "PasswordAuthentication yes",), False),
    ],
)  # fmt: skip
def test_where_a_file_of_ones_own_comes_first(lines: tuple[str, ...], expected: bool) -> None:
    sshd = sshd_of(report({"login.sshd-files": "\n".join(lines)}))
    assert sshd is not None
    assert sshd.drop_in is expected


def test_match_blocks() -> None:
    lines = "\n".join(
        MAIN + t
        for t in (
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "Match User anna",
            "PasswordAuthentication yes",
            "PermitRootLogin no",
            "Match all",
            "PermitEmptyPasswords yes",
        )
    )
    sshd = sshd_of(report({"login.sshd-files": lines}))
    assert sshd is not None
    assert sshd.looser == (Conditional("User anna", "passwordauthentication", "yes"),)
    assert sshd.value("permitemptypasswords") == "yes"


def test_effective_settings_come_first() -> None:
    sshd = sshd_of(
        report(
            {
                "login.sshd": "port 22\npasswordauthentication yes\npermitrootlogin yes",
                "login.sshd-files": MAIN + "PasswordAuthentication no",
            }
        )
    )
    assert sshd is not None
    assert sshd.effective
    assert sshd.root_by_password


@pytest.mark.parametrize("lines", [MAIN + "Include /etc/ssh/sshd_config", MAIN + "Include *", CLOUD + "PasswordAuthentication no", "|\n||\n" + MAIN + "Match", MAIN + "Include " + "a " * 200])  # fmt: skip
def test_loops_and_pieces_do_not_hang(lines: str) -> None:
    assert sshd_of(report({"login.sshd-files": lines})) is not None


def test_nothing_said() -> None:
    assert sshd_of(report({})) is None
    assert sshd_of(report({"login.sshd": PartStatus.DENIED, "login.sshd-files": ""})) is None


@pytest.mark.parametrize(
    ("address", "reach", "family"),
    [
        ("*", Reach.EVERYWHERE, 0), ("0.0.0.0", Reach.EVERYWHERE, 4), ("::", Reach.EVERYWHERE, 0), ("[::]", Reach.EVERYWHERE, 0), ("127.0.0.1", Reach.HERE, 4),
        ("127.0.0.53%lo", Reach.HERE, 4), ("[::1]", Reach.HERE, 6), ("::ffff:127.0.0.1", Reach.HERE, 4), ("192.0.2.10", Reach.PUBLIC, 4), ("10.0.0.3", Reach.INTERNAL, 4),
        ("fe80::1%eth0", Reach.INTERNAL, 6), ("2001:db8::10", Reach.PUBLIC, 6), ("224.0.0.251", Reach.INTERNAL, 4),
    ],
)  # fmt: skip
def test_reach(address: str, reach: Reach, family: int) -> None:
    (listener,), odd = read_listeners(report({"listeners": f"tcp|{address}|99|x|-"}), SCOPE)
    assert (listener.reach, listener.family, odd, listener.user) == (reach, family, 0, "")


def test_ipv6_sockets_on_the_wildcard() -> None:
    (listener,), _odd = read_listeners(report({"listeners": "tcp6|::|99|x|root"}), SCOPE)
    assert listener.family == 6
    assert answers_at(listener, "192.0.2.10", frozenset({"192.0.2.10"}))  # such a socket takes IPv4 too, unless told otherwise


def test_odd_lines_are_counted() -> None:
    lines = "tcp|x|99|a|b\nsctp|*|9|a|b\ntcp|*|0|a|b\ntcp|*|70000|a|b\n\ntcp|*|22|sshd|root"
    listeners, odd = read_listeners(report({"listeners": lines}), SCOPE)
    assert [x.port for x in listeners] == [22]
    assert odd == 5


def test_what_leads_outside() -> None:
    server = report(
        {
            "addresses": "lo|127.0.0.1/8\neth0|192.0.2.10/24\neth0|2001:db8::1/64\neth0|fe80::1/64\ndocker0|172.17.0.1/16\neth1|10.0.0.4/8\nwg0|10.9.0.1/24"
        }
    )
    outward = outward_of(server)
    assert outward.interfaces == {"eth0"}
    assert [str(a) for a in outward.addresses] == ["192.0.2.10", "2001:db8::1"]
    assert outward.global6 is True
    cloud = outward_of(report({"addresses": "ens5|172.31.4.9/20\ndocker0|172.17.0.1/16"}))
    assert cloud.interfaces == {"ens5"}
    assert cloud.global6 is False
    assert outward_of(report({"addresses": PartStatus.DENIED})).global6 is None
