"""Postfix: which settings let strangers relay."""

from __future__ import annotations

import pytest

from selfaudit.protocols.server_config import Surroundings
from tests.protocols.server_config.read import CONTAINER, NOTHING, PUBLIC, openings, verdict

SMTP = "smtp inet n - y - - smtpd\n"
RELAY = "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n"
MODERN = "# from postconf -n\ncompatibility_level = 3.6\n"


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        # The defaults of a new installation: own addresses only, and a refusal.
        ("", "closed"),
        ("mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128\n" + RELAY, "closed"),
        ("mynetworks = 0.0.0.0/0\n", "open"),
        ("mynetworks = 127.0.0.0/8, [::]/0\n" + RELAY, "open"),
        ("mynetworks = !192.0.2.7, 0.0.0.0/0\n" + RELAY, "open"),
        ("mynetworks = !0.0.0.0/0, 198.0.0.0/8\n" + RELAY, "closed"),
        ("mynetworks = 127.0.0.0/8 192.0.0.0/8\n", "open"),
        ("mynetworks = 198.51.0.0/16\n", "open?"),
        ("mynetworks = 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 198.51.100.0/24\n", "closed"),
        ("mynetworks = 127.0.0.0/8 cidr:/etc/postfix/networks\n", "unclear"),
        ("mynetworks = <lookup>\n", "unclear"),
        ("mynetworks = $our_networks\n", "unclear"),
        ("mynetworks_style = host\n", "closed"),
        ("mynetworks_style = subnet\n", "open?"),
        ("mynetworks_style = class\n", "open?"),
        ("inet_interfaces = loopback-only\nmynetworks = 0.0.0.0/0\n", "local-only"),
        ("inet_interfaces = 127.0.0.1, [::1]\n", "local-only"),
        ("inet_interfaces = localhost, $myhostname\n", "closed"),
        ("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n", "closed"),
        ("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_sasl_authenticated, reject_rbl_client bl.example, reject\n", "closed"),
        # Postfix takes no mail without a final refusal; that is no setting to rely on.
        ("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks\n", "unclear"),
        ("smtpd_relay_restrictions = permit\n", "unclear"),
        ("smtpd_relay_restrictions = permit_mynetworks, warn_if_reject reject_unauth_destination\n", "unclear"),
        ("smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = reject_unauth_destination\n", "closed"),
        ("smtpd_relay_restrictions = check_sender_access static:OK, reject_unauth_destination\n", "open"),
        ("smtpd_relay_restrictions = check_sender_access inline:{ {shop.test = permit} }, reject_unauth_destination\n", "open"),
        ("smtpd_relay_restrictions = check_recipient_access inline:{ {a@b.test = OK} }, reject_unauth_destination\n", "closed"),
        ("smtpd_relay_restrictions = check_client_access inline:{ {192.0.2.7 = OK} }, reject_unauth_destination\n", "closed"),
        ("smtpd_relay_restrictions = check_client_access inline:{ {com = OK} }, reject_unauth_destination\n", "unclear"),
        ("smtpd_relay_restrictions = check_client_access hash:/etc/postfix/clients, reject_unauth_destination\n", "unclear"),
        ("smtpd_relay_restrictions = check_client_access <lookup>, reject_unauth_destination\n", "unclear"),
        ("smtpd_relay_restrictions = check_recipient_access static:{450 later}, reject_unauth_destination\n", "closed"),
        ("smtpd_relay_restrictions = our_class, reject_unauth_destination\n", "unclear"),
        ("smtpd_relay_restrictions = reject_unauth_destination, permit_mynetworks\nmynetworks = 0.0.0.0/0\n", "closed"),
        ("smtpd_relay_restrictions = permit_mx_backup, reject_unauth_destination\n", "open?"),
        ("permit_mx_backup_networks = 192.0.2.0/24\nsmtpd_relay_restrictions = permit_mx_backup, reject_unauth_destination\n", "closed"),
        ("smtpd_client_restrictions = check_client_access hash:/etc/postfix/clients\n", "closed"),
        ("relay_domains = static:all\n", "unclear"),
        # A policy service may permit, but only in its own list; the other one still refuses.
        (RELAY + "smtpd_recipient_restrictions = check_policy_service { inet:127.0.0.1:10023, timeout=10s }, permit\n", "closed"),
        # A line goes on in the next one that begins with a blank.
        ("smtpd_relay_restrictions =\n    permit_mynetworks\n    reject_unauth_destination\nmynetworks =\n    0.0.0.0/0\n", "open"),
    ],
)  # fmt: skip
def test_main(main: str, expected: str) -> None:
    assert verdict("mail.postfix", MODERN + main, master=SMTP) == expected


def test_defaults_depend_on_the_compatibility_level() -> None:
    # Below level 2 neighbours in the same network are trusted; below level 1 there are no relay restrictions by themselves.
    assert verdict("mail.postfix", "compatibility_level = 1\n", master=SMTP) == "open?"
    assert verdict("mail.postfix", "compatibility_level = 2\n", master=SMTP) == "closed"
    old = "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n"
    assert verdict("mail.postfix", old, NOTHING, master=SMTP) == "unclear"
    assert verdict("mail.postfix", old, Surroundings((PUBLIC.interfaces[0],)), master=SMTP) == "closed"


def test_defaults_depend_on_the_version() -> None:
    alone = (PUBLIC.interfaces[0],)
    # Since 2.10 there are relay restrictions; from 2.10 on and before 3.0 by themselves, whatever the level.
    for version in ((2, 10), (2, 11)):
        assert (
            verdict("mail.postfix", "mydestination = $myhostname\n", Surroundings(alone, postfix=version), master=SMTP)
            == "closed"
        )
        assert verdict("mail.postfix", "mynetworks = 0.0.0.0/0\n", Surroundings(alone, postfix=version), master=SMTP) == "open"
    assert (
        verdict("mail.postfix", "mydestination = $myhostname\n", Surroundings(alone, postfix=(3, 5)), master=SMTP) == "unclear"
    )
    assert verdict("mail.postfix", "mydestination = $myhostname\n", Surroundings(alone), master=SMTP) == "unclear"
    # Before 2.10 nobody knew them, and the recipient restrictions refused by themselves.
    old = Surroundings(alone, postfix=(2, 6))
    assert verdict("mail.postfix", "mydestination = $myhostname\n", old, master=SMTP) == "closed"
    assert verdict("mail.postfix", RELAY + "smtpd_recipient_restrictions = permit_mynetworks\n", old, master=SMTP) == "unclear"


def test_a_container_sees_strangers_as_its_gateway() -> None:
    main = MODERN + "mynetworks = 127.0.0.0/8 172.16.0.0/12\n"
    assert verdict("mail.postfix", main, PUBLIC, master=SMTP) == "closed"
    (found,) = openings("mail.postfix", main, CONTAINER, master=SMTP)
    assert (found.verdict, found.certain) == ("open", False)
    assert "172.16.0.0/12" in found.why
    assert "container" in found.why


MASTER = """# from postconf -M
smtp       inet  n       -       y       -       -       smtpd
submission inet  n       -       y       -       -       smtpd
    -o smtpd_tls_security_level=encrypt
    -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
submissions inet n       -       y       -       -       smtpd
    -o smtpd_recipient_restrictions=
    -o { smtpd_relay_restrictions = check_sender_access static:OK, reject }
127.0.0.1:10025 inet n - y - - smtpd -o mynetworks=0.0.0.0/0
[2001:db8::5]:2525 inet n - y - - smtpd -o mynetworks=[::]/0
"""


def test_each_service_of_master_has_its_own_settings() -> None:
    found = {o.ports[0]: (str(o.verdict), o.why) for o in openings("mail.postfix", MODERN, master=MASTER)}
    assert found["25"][0] == "closed"
    assert found["587"] == ("closed", "smtpd_relay_restrictions = permit_sasl_authenticated,reject")
    assert found["465"] == ("open", "check_sender_access static:OK")
    assert found["127.0.0.1:10025"][0] == "local-only"
    assert found["[2001:db8::5]:2525"] == ("open", "mynetworks = [::]/0")


def test_postscreen_hands_connections_to_the_service_behind_it() -> None:
    master = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n    -o mynetworks=0.0.0.0/0\n"
    (found,) = openings("mail.postfix", MODERN, master=master)
    assert (found.verdict, found.ports) == ("open", ("25",))


def test_without_master_nothing_is_closed_and_nothing_certain() -> None:
    assert verdict("mail.postfix", MODERN) == "unclear"
    assert verdict("mail.postfix", MODERN + "mynetworks = 0.0.0.0/0\n") == "open?"
    assert verdict("mail.postfix", MODERN, master="# from postconf -M\n") == "local-only"


def test_passwords_in_the_clear() -> None:
    sasl = MODERN + "smtpd_sasl_auth_enable = yes\n"
    assert [o.service for o in openings("mail.postfix", sasl, master=SMTP)] == ["relay", "login"]
    for safe in ("smtpd_tls_auth_only = yes\n", "smtpd_tls_security_level = encrypt\n"):
        assert [o.service for o in openings("mail.postfix", sasl + safe, master=SMTP)] == ["relay"]


def test_a_line_that_was_cut_off_decides_nothing() -> None:
    long = MODERN + ("smtpd_recipient_restrictions = " + "permit_mynetworks, " * 30)[:396] + "...\n"
    assert verdict("mail.postfix", long + "smtpd_relay_restrictions = \n", master=SMTP) == "unclear"
