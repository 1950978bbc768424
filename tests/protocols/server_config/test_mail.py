"""Exim, Sendmail and Dovecot."""

from __future__ import annotations

import pytest

from tests.protocols.server_config.read import CONTAINER, openings, verdict

# The form of the lists that Exim's own configuration and most distributions have.
EXIM = """# from exim -bP config
domainlist local_domains = @ : shop.test : lsearch;/etc/exim/domains
domainlist relay_to_domains = {to}
hostlist relay_from_hosts = {hosts}
acl_smtp_rcpt = acl_check_rcpt
acl_smtp_data = acl_check_data
daemon_smtp_ports = 25 : 465 : submission
begin acl
acl_check_rcpt:
  accept  hosts = :
          control = dkim_disable_verify
  deny    message       = Restricted characters in address
          domains       = +local_domains
          local_parts   = ^[.] : ^.*[@%!/|]
  accept  local_parts   = postmaster
          domains       = +local_domains
  require verify        = sender
  deny    condition     = ${{if >{{$rcpt_count}}{{10}}}}
          message       = too many
  {extra}
  accept  hosts         = +relay_from_hosts
          control       = submission
  accept  authenticated = *
  require message       = relay not permitted
          domains       = +local_domains : +relay_to_domains
  require verify        = recipient
  accept
acl_check_data:
  accept
begin routers
"""


def exim(hosts: str = "127.0.0.1 : ::::1", to: str = "", extra: str = "") -> str:
    return EXIM.format(hosts=hosts, to=to, extra=extra)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (exim(), "closed"),
        (exim(to="partner.test : *.example.net"), "closed"),
        (exim(hosts="*"), "open"),
        (exim(hosts="127.0.0.1 : 0.0.0.0/0"), "open"),
        (exim(hosts="<; ::1 ; ::/0"), "open"),
        (exim(hosts="!192.0.2.9 : *"), "open"),
        (exim(hosts="198.51.0.0/16"), "open?"),
        (exim(hosts="192.0.2.0/24 : 10.0.0.0/8 : mail.partner.test"), "closed"),
        (exim(hosts="iplsearch;/etc/exim/relays"), "unclear"),
        (exim(hosts="RELAY_NETS"), "unclear"),
        (exim(to="*"), "open"),
        (exim(to="${lookup mysql{SELECT 1}}"), "unclear"),
        (exim(extra="accept condition = ${if eq{$interface_port}{25}}"), "unclear"),
        (exim(extra="accept senders = *@shop.test"), "open"),
        (exim(extra="accept encrypted = *"), "open"),
        (exim(extra="accept acl = elsewhere"), "unclear"),
        (exim(hosts="*", extra="deny condition = ${if eq{$acl_c_bad}{1}}"), "open?"),
        (exim(hosts="*", extra="deny !hosts = lsearch;/etc/exim/known"), "unclear"),
        (exim(hosts="*", extra="deny condition = ${lookup{$sender_address}lsearch{/etc/exim/bad}}"), "open?"),
        (exim(extra="accept hosts = +relay_from_hosts : *.example.net"), "closed"),
        ("# from exim -bP config\nacl_smtp_rcpt = accept\n", "open"),
        ("# from exim -bP config\nacl_smtp_rcpt = deny\n", "closed"),
        ("# from exim -bP config\ntls_advertise_hosts =\n", "closed"),
        ("# from x\nacl_smtp_rcpt = accept\nacl_smtp_predata = no\nbegin acl\nno:\n  deny message = no\n", "closed"),
        ("# from x\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept domains = shop.test\n         endpass\n         verify = recipient\n  deny\n", "closed"),
        ("# from x\nacl_smtp_rcpt = a\nbegin acl\na:\n  deny !authenticated = *\n  accept\n", "closed"),
        ("# from x\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept domains = !+gone\n", "unclear"),
        ("# from x\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept acl = b\nb:\n  accept acl = a\n", "unclear"),
        ("# from x\nacl_smtp_rcpt = ${if eq{1}{1}{a}{b}}\n", "unclear"),
        ("# from x\nlocal_interfaces = <; 127.0.0.1 ; ::1\nacl_smtp_rcpt = accept\n", "local-only"),
        ("# from x\nlocal_interfaces = 127.0.0.1.25 : 192.0.2.10.25\nacl_smtp_rcpt = accept\n", "open"),
        ("# from x\nNETS = 0.0.0.0/0\n.ifdef NETS\nhostlist r = NETS\n.else\nhostlist r = 127.0.0.1\n.endif\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept hosts = +r\n", "open"),
        ("# from /etc/exim4/update-exim4.conf.conf\ndc_relay_nets='0.0.0.0/0'\ndc_local_interfaces=''\n", "open?"),
        ("# from /etc/exim4/update-exim4.conf.conf\ndc_relay_nets=''\n", "unclear"),
        ("# from /etc/exim4/update-exim4.conf.conf\ndc_local_interfaces='127.0.0.1 ; ::1'\ndc_relay_nets=''\n", "local-only"),
    ],
)  # fmt: skip
def test_exim(text: str, expected: str) -> None:
    assert verdict("mail.exim", text) == expected


def test_exim_says_what_decides() -> None:
    (found,) = openings("mail.exim", exim())
    assert found.why == "acl_check_rcpt: require domains = +local_domains : +relay_to_domains"
    assert found.ports == ("25", "465", "587")
    (found,) = openings("mail.exim", exim(hosts="172.16.0.0/12"), CONTAINER)
    assert (found.verdict, found.certain) == ("open", False)
    assert "container" in found.why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# from /etc/mail/sendmail.mc\ndefine(`confPRIVACY_FLAGS', `authwarnings')dnl\n", "closed"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`promiscuous_relay')dnl\n", "open"),
        ("# from /etc/mail/sendmail.mc\ndnl FEATURE(`promiscuous_relay')dnl\n", "closed"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(relay_local_from)dnl\n", "open"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`relay_entire_domain')dnl\n", "closed"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`relay_based_on_MX')dnl\n", "open?"),
        ("# from /etc/mail/sendmail.mc\nDAEMON_OPTIONS(`Port=smtp,Addr=127.0.0.1, Name=MTA')dnl\n", "local-only"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/access\nConnect:127.0.0.1 RELAY\nConnect:192.0.2 RELAY\nTo:a.test RELAY\n", "closed"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/access\n198 RELAY\n", "open"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/access\nConnect:198.51 RELAY\n", "open?"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/access\nConnect:com RELAY\n", "open"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/access\n198 REJECT\n", "closed"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/relay-domains\nshop.test\n10.1\n", "closed"),
        ("# from /etc/mail/sendmail.mc\nFEATURE(`access_db')dnl\n# from /etc/mail/relay-domains\nde\n", "open"),
        ("# from /etc/mail/access\n127.0.0.1 RELAY\n", "unclear"),
    ],
)  # fmt: skip
def test_sendmail(text: str, expected: str) -> None:
    assert verdict("mail.sendmail", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("protocols = imap pop3\n", "closed"),
        ("ssl = no\n", "closed"),
        ("disable_plaintext_auth = no\n", "open"),
        ("auth_allow_cleartext = yes\nssl = yes\n", "open"),
        ("disable_plaintext_auth = no\nssl = required\n", "closed"),
        ("disable_plaintext_auth = no\nauth_mechanisms = scram-sha-256\n", "closed"),
        ("disable_plaintext_auth = no\nauth_mechanisms = plain login\n", "open"),
        ("disable_plaintext_auth = no\nlisten = 127.0.0.1, ::1\n", "local-only"),
        ("disable_plaintext_auth = $x\n", "unclear"),
    ],
)
def test_dovecot(text: str, expected: str) -> None:
    assert verdict("mail.dovecot", "# from doveconf -n\n" + text) == expected
