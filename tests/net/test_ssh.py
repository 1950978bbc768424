"""Reaching a server over SSH: what a person types, which server is recognised, and what is said of peers that are none."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from selfaudit import ssh_pins
from selfaudit.demo.tcp_servers import GARBAGE, Connection
from selfaudit.errors import UserError
from selfaudit.net import Routes, open_net, ssh_reach, ssh_session
from selfaudit.net.ssh import HostKey, Login, collect_over_ssh, fetch_host_keys, parse_login
from selfaudit.settings import DnsSettings, Settings
from tests.net.peers import ADDRESS, Peer
from tests.net.ssh_fakes import (
    COLLECTED,
    KEYS,
    NAME,
    OTHER,
    SCRIPT,
    SECRET,
    VERSION,
    Account,
    Fake,
    collected,
    fetched,
    hashed,
    leading_to,
    login,
    not_fetched,
    one_line,
    peer,
    person,
    public,
    refused,
)

ED25519, ECDSA = KEYS["ssh-ed25519"], KEYS["ecdsa-sha2-nistp256"]
PRINT = "selfaudit collect --print"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without SSH keys, known hosts and agent."""
    return person(tmp_path, monkeypatch)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Peers that say nothing are given up soon."""
    monkeypatch.setattr(ssh_reach, "GREETING_TIME", 0.5)
    monkeypatch.setattr(ssh_session, "EXCHANGE_TIME", 0.5)
    monkeypatch.setattr(ssh_session, "LOGIN_TIME", 0.5)


# --- What a person types ---


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        ("root@server.shop.net", "root", "server.shop.net", 22),
        ("  root@Server.Shop.NET. ", "root", "server.shop.net", 22),
        ("root@server.shop.net:2222", "root", "server.shop.net", 2222),
        ("root@198.51.100.7:22", "root", "198.51.100.7", 22),
        ("root@2001:db8::7", "root", "2001:db8::7", 22),
        ("root@[2001:DB8:0::7]:2222", "root", "2001:db8::7", 2222),
        ("root@[2001:db8::7]", "root", "2001:db8::7", 22),
        ("ssh://root@server.shop.net:2222", "root", "server.shop.net", 2222),
        ("SSH://root@server.shop.net/", "root", "server.shop.net", 22),
        ("ssh://root@[2001:db8::7]:2222", "root", "2001:db8::7", 2222),
        ("web_1.admin@my-server", "web_1.admin", "my-server", 22),
        ("anna@company.net@server.shop.net", "anna@company.net", "server.shop.net", 22),
        ("SHOP\\anna@server.shop.net", "SHOP\\anna", "server.shop.net", 22),
        ("root@bücher.net", "root", "xn--bcher-kva.net", 22),
    ],
)
def test_a_log_in_as_a_person_writes_it(text: str, user: str, host: str, port: int) -> None:
    assert parse_login(text) == Login(user, host, port)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "names no account"),
        ("server.shop.net", "“server.shop.net” names no account"),
        ("@server.shop.net", "names no account"),
        ("root@", "names no account"),
        ("root:secret@server.shop.net", "Leave the password out of user@server.shop.net"),
        ("ssh://root:secret@server.shop.net", "Leave the password out of user@server.shop.net"),
        ("-oProxyCommand=id@server.shop.net", "letters, digits"),
        ("ro ot@server.shop.net", "letters, digits"),
        ("root\n@server.shop.net", "letters, digits"),
        ("`id`@server.shop.net", "letters, digits"),
        ("r" * 101 + "@server.shop.net", "letters, digits"),
        ("root@-oProxyCommand=id", "neither the name of a server nor an address"),
        ("root@server shop.net", "neither"),
        ("root@server\x1b[2J.net", "“server\\x1b[2J.net” is neither"),
        ("root@server..net", "neither"),
        ("root@999.1.1.1", "neither"),
        ("root@1234", "neither"),
        ("root@fe80::1%eth0", "neither"),
        ("root@[2001:db8::7", "neither"),
        ("root@[server.shop.net]:22", "neither"),
        ("root@" + "a" * 300, "neither"),
        ("root@server.shop.net:0", "a port is a number from 1 to 65535"),
        ("root@server.shop.net:65536", "a port is a number"),
        ("root@server.shop.net:ssh", "neither"),
        ("ssh://root@server.shop.net/etc/passwd", "ends after the server"),
        ("ssh://root@[server.shop.net", "neither"),
        ("ssh://", "names no account"),
    ],
)
def test_what_is_no_log_in(text: str, part: str) -> None:
    with pytest.raises(UserError) as error:
        parse_login(text)
    assert part in one_line(error.value)
    assert "secret" not in str(error.value)


def test_secrets_do_not_show() -> None:
    shown = repr(login(passphrase="open sesame"))
    assert SECRET not in shown
    assert "open sesame" not in shown


# --- The host key ---


async def test_the_host_key_is_shown_and_nothing_else_happens() -> None:
    began: list[str] = []

    class Noting(Account):
        def begin_auth(self, username: str) -> bool:
            began.append(username)
            return True

    async with Fake(account=Noting) as server, leading_to(server) as net:
        assert await fetch_host_keys(net, login()) == (public(ED25519),)
        assert dict(net.gate.sent) == {(ADDRESS, 22, "tcp", "SSH: asking for the host key", ""): 1}
        assert server.commands == []
    assert began == []
    assert public(ED25519).fingerprint == ED25519.get_fingerprint()


async def test_a_server_by_its_name() -> None:
    async with Fake() as server, leading_to(server, {(NAME, "A"): [ADDRESS]}) as net:
        who = login(host=NAME)
        (key,) = await fetch_host_keys(net, who)
        output = await collect_over_ssh(net, who, key, SCRIPT)
        assert (output.text, output.address, output.host_key) == (COLLECTED, ADDRESS, key)
        for name, part in (("gone.shop.test", "cannot be looked up now"), ("myserver", "~/.ssh/config are not known here")):
            with pytest.raises(UserError, match=re.escape(part)):
                await fetch_host_keys(net, login(host=name))


async def test_the_second_address_of_a_server() -> None:
    async with Fake() as server, leading_to(server, {(NAME, "A"): ["192.0.2.1", ADDRESS, "192.0.2.98"]}) as net:
        assert await fetch_host_keys(net, login(host=NAME)) == (public(ED25519),)
        assert [address for address, *_rest in net.gate.sent if address != "192.0.2.53"] == ["192.0.2.1", ADDRESS]


async def test_the_kind_of_key_that_is_known_is_asked_for() -> None:
    async with Fake(keys=(ED25519, ECDSA)) as server:
        assert await fetched(server) == (public(ED25519),)
        ssh_pins.pin(ADDRESS, 22, public(ECDSA))
        assert await fetched(server) == (public(ECDSA, "pinned"),)


@pytest.mark.parametrize("kind", ["plain", "hashed", "listed"])
async def test_a_key_that_the_persons_openssh_knows(kind: str, home: Path) -> None:
    names = {"plain": ADDRESS, "listed": f"{NAME},{ADDRESS}", "hashed": hashed(ADDRESS)}
    lines = [
        "# mine\nrubbish",
        "@marker",
        f"10.0.0.0/8 {public(OTHER).data}",
        "|1|x|y ssh-ed25519 AAAA",
        f"other.test {public(OTHER).data}",
        f"{names[kind]} {public(ED25519).data} me",
    ]
    (home / ".ssh" / "known_hosts").write_text("\n".join(lines))
    async with Fake() as server:
        assert await fetched(server) == (public(ED25519, "known_hosts"),)
        ssh_pins.pin(ADDRESS, 22, public(ED25519))
        assert (await fetched(server))[0].known == "pinned"


async def test_keys_of_other_ports_and_kinds_say_nothing(home: Path) -> None:
    known = [f"[{ADDRESS}]:2222 {public(OTHER).data}", f"{ADDRESS} {public(ECDSA).data}"]
    (home / ".ssh" / "known_hosts").write_text("\n".join(known))
    async with Fake() as server:
        assert await fetched(server) == (public(ED25519),)


async def test_a_host_key_that_changed(home: Path) -> None:
    async with Fake() as server:
        ssh_pins.pin(ADDRESS, 22, public(OTHER))
        text = await not_fetched(server)
        assert "not the one that was accepted" in text
        assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in text
        for part in (public(OTHER).fingerprint, public(ED25519).fingerprint, "Nothing was sent", "rescue system"):
            assert part in text
        ssh_pins.unpin(ADDRESS, 22)
        known = home / ".ssh" / "known_hosts"
        known.write_text(f"{ADDRESS} {public(OTHER).data}\n")
        text = await not_fetched(server)
        assert "not the one in your ~/.ssh/known_hosts" in text
        assert f'ssh-keygen -R "{ADDRESS}"' in text
        known.write_text(f"@revoked * {public(ED25519).data}\n")
        assert "marks as revoked" in await not_fetched(server)


async def test_a_host_key_that_changes_after_it_was_accepted() -> None:
    async with Fake() as server, leading_to(server) as net:
        (key,) = await fetch_host_keys(net, login())
        server.change_key(OTHER)
        with pytest.raises(UserError) as error:
            await collect_over_ssh(net, login(), key, SCRIPT)
        text = one_line(error.value)
        assert f"expected {key.fingerprint}, shown {public(OTHER).fingerprint}" in text
        assert server.commands == []
        server.change_key(ECDSA)
        with pytest.raises(UserError, match="ssh_host_ecdsa_key"):
            await collect_over_ssh(net, login(), key, SCRIPT)
        server.change_key(ED25519)
        assert (await collect_over_ssh(net, login(), key, SCRIPT)).text == COLLECTED


# --- Reaching it ---


async def test_a_server_that_cannot_be_reached() -> None:
    async with leading_to(None) as net:
        for host, part in ((ADDRESS, "refuses connections to port 22"), ("192.0.2.99", "does not answer on port 22")):
            with pytest.raises(UserError) as error:
                await fetch_host_keys(net, login(host=host))
            assert part in one_line(error.value)
            assert PRINT in str(error.value)
        assert (ADDRESS, 22, "tcp", "SSH: asking for the host key", "") in net.gate.sent
    far = open_net(
        Settings(dns=DnsSettings(resolvers=("192.0.2.53",))), routes=Routes({}, unreachable=frozenset({"9.9.9.9"})), keys={}
    )
    with pytest.raises(UserError, match="cannot be reached from here"):
        await fetch_host_keys(far, login(host="9.9.9.9"))
    with pytest.raises(UserError, match="allow_reserved = true"):
        await fetch_host_keys(far, login(host="192.168.1.5"))
    assert [address for address, *_rest in far.gate.sent] == ["9.9.9.9"]
    far.close()


async def test_what_the_operating_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        class Nobody:
            pass

        nobody: Any = Nobody()
        nobody.port = port
        assert "refuses connections" in await not_fetched(nobody)
        loop = asyncio.get_running_loop()
        for error, part in (
            (OSError(101, "x"), "cannot be reached"),
            (TimeoutError(), "does not answer"),
            (OSError("odd"), "(odd)"),
        ):

            async def fail(*_arguments: object, error: OSError = error) -> None:
                raise error

            monkeypatch.setattr(loop, "sock_connect", fail, raising=False)
            assert part in await not_fetched(nobody)
        monkeypatch.undo()


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize(
    ("pieces", "stay", "part"),
    [
        (
            (b"220 mail.shop.test ESMTP\r\n",),
            True,
            "Port 22 of 192.0.2.25 does not speak SSH; it said “220 mail.shop.test ESMTP”",
        ),
        ((b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",), False, "it said “HTTP/1.1 400 Bad Request”"),
        ((b"Exceeded MaxStartups\r\n",), False, "it said “Exceeded MaxStartups”"),
        ((b"\x1b[2Jhello\r\n",), False, "it said “\\x1b[2Jhello”"),
        ((GARBAGE,), True, "does not speak SSH"),
        ((b"SSH-2.0-half a line",), True, "it said “SSH-2.0-half a line”"),
        ((b"no line end" * 2000,), True, "does not speak SSH; it said “no line end"),
        ((b"welcome\r\n" * 5000,), True, "it said “welcome”"),
        ((b"\r\n" * 9000,), True, "does not speak SSH"),
        ((), True, "says nothing"),
        ((), False, "hangs up at once"),
        ((b"SSH-1.5-OpenSSH_2.3\r\n",), True, "old version of SSH that is not safe (SSH-1.5-OpenSSH_2.3)"),
        ((VERSION,), True, "fell silent"),
        ((VERSION,), False, "broke off before a secure connection"),
        ((VERSION, GARBAGE), True, "broke off before a secure connection"),
        ((b"SSH-2.0-\xff\xfe\r\n",), True, "broke off before a secure connection"),
        ((b"SSH-2.0-" + b"x" * 1000 + b"\r\n",), True, "broke off before a secure connection"),
        ((VERSION, b"\x00\x00\x00\x0c\x04" + b"\x14" + bytes(10)), True, "broke off before a secure connection"),
        ((VERSION, b"\x7f\xff\xff\xff" + bytes(64)), True, "broke off before a secure connection"),
        ((VERSION, b"\x00\x00\x00\x14\x06\x01\x00\x00\x00\x02" + b"\x00\x00\x00\x02no" + bytes(20)), True, "broke off before"),
    ],
)
async def test_peers_that_are_no_ssh_server(pieces: tuple[bytes, ...], stay: bool, part: str) -> None:
    async with peer(*pieces, stay=stay) as server:
        assert part in await not_fetched(server)
        assert part in await refused(server)


async def test_a_banner_that_never_ends() -> None:
    async def talk(connection: Connection) -> None:
        while True:
            await connection.send(b"one more line\r\n")
            await asyncio.sleep(0)

    async with Peer(talk) as server:
        assert "it said “one more line”" in await not_fetched(server)


async def test_lines_before_the_version_are_allowed() -> None:
    """RFC 4253 section 4.2; the lines come in pieces, and so does the version."""
    async with Fake() as server:

        async def talk(connection: Connection) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for piece in (b"This computer is watched.\r", b"\nGo away.\r\n"):
                await connection.send(piece)
                await asyncio.sleep(0.05)

            async def back() -> None:
                while data := await reader.read(7):
                    await connection.send(data)

            task = asyncio.ensure_future(back())
            try:
                while True:
                    writer.write(await connection.some())
            finally:
                task.cancel()
                writer.close()
                await asyncio.gather(task, return_exceptions=True)

        async with Peer(talk) as front:
            assert await fetched(front) == (public(ED25519),)
            output = await collected(front)
            assert output.text == COLLECTED
            assert output.banner.startswith("SSH-2.0-AsyncSSH_")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"kex_algs": ["diffie-hellman-group14-sha1"]}, "diffie-hellman-group14-sha1"),
        ({"encryption_algs": ["aes128-cbc", "3des-cbc"]}, "(aes128-cbc,3des-cbc)"),
        ({"encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-md5", "hmac-sha1"]}, "(hmac-md5,hmac-sha1)"),
    ],
)
async def test_a_server_with_nothing_but_old_ways(options: dict[str, Any], part: str) -> None:
    async with Fake(**options) as server:
        for text in (await not_fetched(server), await refused(server)):
            assert "only old ways of encryption that are no longer safe" in text
            assert part in text
            assert PRINT in text


# --- The library ---


def test_the_library_is_loaded_late_and_without_warnings() -> None:
    late = "import sys, selfaudit.net, selfaudit.net.ssh, selfaudit.ssh_pins; sys.exit('asyncssh' in sys.modules)"
    for code in (late, "import selfaudit.net.ssh_session"):
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


async def test_the_library_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Fake() as server:
        await collected(server)
        await refused(server, login(password="wrong"))
    assert not [record for record in caplog.records if record.name.startswith("asyncssh")]


async def test_an_unknown_host_key_object_is_compared_whole() -> None:
    """A fingerprint alone is not what is compared."""
    forged = HostKey("ssh-ed25519", public(ED25519).fingerprint, public(OTHER).data)
    async with Fake() as server:
        assert "is not the one that was accepted" in await refused(server, accepted=forged)
        assert server.commands == []
