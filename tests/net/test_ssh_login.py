"""Logging in over SSH with the person's own means, running the collector, and what is said when a server does anything else."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from selfaudit.net import ssh_session
from selfaudit.net.ssh import collect_over_ssh
from tests.net.peers import ADDRESS
from tests.net.ssh_fakes import (
    ACCOUNT,
    COLLECTED,
    KEYS,
    OTHER,
    SCRIPT,
    SECRET,
    VERSION,
    Account,
    Asking,
    Fake,
    Process,
    collected,
    fetched,
    key_file,
    leading_to,
    login,
    peer,
    person,
    public,
    refused,
    said,
)

ED25519, ECDSA = KEYS["ssh-ed25519"], KEYS["ecdsa-sha2-nistp256"]
PRINT = "selfaudit collect --print"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without SSH keys, known hosts and agent."""
    return person(tmp_path, monkeypatch)


# --- Logging in ---


async def test_the_script_runs_with_its_options_and_nothing_else_is_asked_for() -> None:
    async with Fake() as server, leading_to(server) as net:
        output = await collect_over_ssh(net, login(), public(ED25519), SCRIPT, ("--root", "/mnt/it's $HOME", "--compact"))
        assert (output.text, output.address, output.host_key) == (COLLECTED, ADDRESS, public(ED25519))
        assert server.commands == ["exec sh -s -- --root '/mnt/it'\"'\"'s $HOME' --compact"]
        assert (server.scripts, server.users) == ([SCRIPT.encode()], [ACCOUNT])
        assert (server.environments, server.terminals) == ([{}], [None])
        authority = "log-in of admin, given by the person at this computer"
        assert dict(net.gate.sent) == {(ADDRESS, 22, "tcp", "SSH: log-in and collector", authority): 1}


async def test_with_administrator_rights() -> None:
    async with Fake() as server:
        assert (await collected(server, login(sudo=True))).text == COLLECTED
        assert server.commands == ["exec sudo -n sh -s --"]


async def test_what_a_profile_prints_is_left_away() -> None:
    async with Fake(said(b"Welcome back!\r\nlast login: never\n" + COLLECTED)) as server:
        assert (await collected(server)).text == COLLECTED
    block = b"-----BEGIN SELFAUDIT 3f2a90c1 1/1-----\nAAAA\n-----END SELFAUDIT 3f2a90c1 1/1 1-----\n"
    async with Fake(said(b"hello\n" + block)) as server:
        assert (await collected(server, arguments=("--compact",))).text == block


class WithKeys(Account):
    """Takes one key and no password."""

    key = asyncssh.generate_private_key("ssh-ed25519")

    def password_auth_supported(self) -> bool:
        return False

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == ACCOUNT and key.public_data == self.key.public_data


async def test_a_key_file(tmp_path: Path) -> None:
    good, other = key_file(tmp_path, WithKeys.key), key_file(tmp_path, OTHER)
    async with Fake(account=WithKeys) as server:
        assert (await collected(server, login(key_files=(other, good), password=""))).text == COLLECTED
        text = await refused(server, login(key_files=(other,), password=""))
        assert f"did not let admin in. Tried: {other}. It takes: publickey." in text


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
async def test_a_key_file_with_a_passphrase(form: str, tmp_path: Path) -> None:
    if form == "openssh":
        pytest.importorskip("bcrypt")
    path = key_file(tmp_path, WithKeys.key, "open sesame", form)
    async with Fake(account=WithKeys) as server:
        who = login(key_files=(path,), password="", passphrase="open sesame")
        assert (await collected(server, who)).text == COLLECTED
        assert "is encrypted. Give its passphrase" in await refused(server, login(key_files=(path,)))
        text = await refused(server, login(key_files=(path,), passphrase="wrong"))
        assert "the passphrase does not open this key" in text
        assert server.users == [ACCOUNT]


async def test_an_encrypted_key_without_the_package_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open sesame", "-f", path], check=True)
    monkeypatch.setattr("asyncssh.public_key._bcrypt_available", False)
    async with Fake() as server:
        assert "needs the Python package bcrypt" in await refused(server, login(key_files=(path,), passphrase="open sesame"))


async def test_files_that_are_no_keys(tmp_path: Path) -> None:
    text, half, large = tmp_path / "text", tmp_path / "key.pub", tmp_path / "large"
    text.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
    half.write_text(public(ED25519).data)
    large.write_bytes(bytes(200_000))
    async with Fake() as server:
        for path, part in (
            (text, "is no private key that can be read"),
            (half, "the public half of a key"),
            (large, "larger than"),
            (tmp_path / "none", "cannot be read"),
            (tmp_path, "cannot be read"),
        ):
            message = await refused(server, login(key_files=(path,)))
            assert message.startswith(f"{path}: ")
            assert part in message
        assert server.users == []


async def test_default_keys_and_nothing_to_log_in_with(home: Path) -> None:
    async with Fake(account=WithKeys) as server:
        nothing = "There is no key and no password to log in to 192.0.2.25 with"
        assert nothing in await refused(server, login(password=""))
        assert nothing in await refused(server, login(password="", agent=True))
        (home / ".ssh" / "id_rsa").write_text("damaged")
        (home / ".ssh" / "id_ed25519").write_bytes(WithKeys.key.export_private_key())
        assert (await collected(server, login(password="", agent=True))).text == COLLECTED
        assert nothing in await refused(server, login(password="", agent=False))


async def test_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no agent of this kind here")
    sock = tmp_path / "agent"
    agent = await asyncio.create_subprocess_exec("ssh-agent", "-D", "-a", str(sock), stdout=asyncio.subprocess.DEVNULL)
    try:
        while not sock.exists():
            await asyncio.sleep(0.02)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(sock))
        async with await asyncssh.connect_agent(str(sock)) as client:
            await client.add_keys([WithKeys.key])
        await client.wait_closed()
        locked = tmp_path / "locked"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "x", "-f", locked], check=True)
        async with Fake(account=WithKeys) as server:
            assert (await collected(server, login(password="", agent=True))).text == COLLECTED
            # Beside a key file that was named, other keys of the agent are not used.
            other = key_file(tmp_path, OTHER)
            assert f"Tried: {other}." in await refused(server, login(password="", agent=True, key_files=(other,)))
            assert "is encrypted" in await refused(server, login(agent=True, key_files=(locked,)))
            held = key_file(tmp_path, WithKeys.key)
            held.chmod(0o600)
            subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "unknown", "-f", held], check=True)
            assert (await collected(server, login(password="", agent=True, key_files=(held,)))).text == COLLECTED
    finally:
        agent.terminate()
        await agent.wait()


async def test_an_agent_that_is_gone_or_talks_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no agent of this kind here")
    async with Fake() as server:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
        assert (await collected(server, login(agent=True))).text == COLLECTED

        async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"\x00\x00\x00\x05\x0c\xff\xff\xff\xff")
            writer.close()

        odd = await asyncio.start_unix_server(talk, tmp_path / "odd")
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "odd"))
        assert (await collected(server, login(agent=True))).text == COLLECTED
        odd.close()
        await odd.wait_closed()


async def test_a_wrong_password_is_sent_once() -> None:
    tried: list[str] = []

    class Both(Account):
        def validate_password(self, username: str, password: str) -> bool:
            tried.append(password)
            return False

    async with Fake(account=Both) as server:
        text = await refused(server)
        assert "did not let admin in. Tried: the password. It takes: keyboard-interactive, password." in text
        assert "AllowUsers" in text
    assert tried == [SECRET]


@pytest.mark.parametrize(
    ("prompts", "part"),
    [
        ([("Passwort: ", False)], ""),
        ([("Verification code: ", True)], "second factor"),
        ([("Password: ", False), ("Code: ", False)], "second factor"),
        ([], "did not let admin in"),
    ],
)
async def test_questions_on_the_keyboard(prompts: list[tuple[str, bool]], part: str) -> None:
    account = type("Questions", (Asking,), {"prompts": prompts})
    async with Fake(account=account) as server:
        if part:
            assert part in await refused(server)
        else:
            assert (await collected(server)).text == COLLECTED


async def test_a_second_factor_after_the_password() -> None:
    class Twice(Asking):
        prompts = [("Password: ", False)]

        def validate_kbdint_response(self, username: str, responses: Any) -> Any:
            return "", "", "", [("Code: ", False)]

    async with Fake(account=Twice) as server:
        assert "asks admin for more than a password" in await refused(server)


async def test_a_password_that_must_be_changed_first() -> None:
    class Expired(Account):
        def kbdint_auth_supported(self) -> bool:
            return False

        def validate_password(self, username: str, password: str) -> bool:
            raise asyncssh.PasswordChangeRequired("Choose another one")

    async with Fake(account=Expired) as server:
        assert "wants a new password for admin first" in await refused(server)


async def test_the_servers_own_words_when_it_hangs_up_during_the_log_in() -> None:
    class Strict(Account):
        def begin_auth(self, username: str) -> bool:
            raise asyncssh.DisconnectError(2, "Too many\x1b authentication failures")

    async with Fake(account=Strict) as server:
        assert "(Too many\\x1b authentication failures" in await refused(server)


async def test_a_log_in_that_is_never_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_session, "EXCHANGE_TIME", 1.0)
    monkeypatch.setattr(ssh_session, "LOGIN_TIME", 1.0)

    class Slow(Account):
        def kbdint_auth_supported(self) -> bool:
            return False

        async def validate_password(self, username: str, password: str) -> bool:  # type: ignore[override]
            await asyncio.sleep(3600)
            return True

    async with Fake(account=Slow) as server:
        assert "did not decide on the log-in in time" in await refused(server)


# --- What runs there ---


@pytest.mark.parametrize(
    ("output", "errors", "status", "part"),
    [
        (
            b"This account is currently not available.\n",
            b"",
            1,
            "may not run commands: the server said “This account is currently",
        ),
        (b"", b"", 1, "ended the session without a word (exit status 1)"),
        (b"", b"", 0, "ended the session without a word (exit status 0)"),
        (b"rsync\x1b[2J only\nmore\n", b"", 0, "it answered “rsync\\x1b[2J only” (exit status 0)"),
        (b"hello\n", b"sh: 3: Syntax error\n", 2, "it answered “sh: 3: Syntax error” (exit status 2)"),
        (b"", b"'exec' is not recognized as an internal or external command\r\n", 1, "“'exec' is not recognized as"),
        (b"\xff\xfe\x00", b"", 0, "it answered “"),
    ],
)
async def test_accounts_that_do_not_run_the_script(output: bytes, errors: bytes, status: int, part: str) -> None:
    async with Fake(said(output, status, errors)) as server:
        text = await refused(server)
        assert part in text
        assert PRINT in text


@pytest.mark.parametrize(
    "errors",
    [
        b"sudo: a password is required\n", b"sudo: sorry, you must have a tty to run sudo\n", b"sh: 1: sudo: not found\n",
        b"Sorry, user admin is not allowed to execute '/bin/sh -s --' as root on server.\n", "sudo: Ein Passwort ist nötig\n".encode(),
    ],
)  # fmt: skip
async def test_sudo_that_does_not_help(errors: bytes) -> None:
    async with Fake(said(b"", 1, errors)) as server:
        text = await refused(server, login(sudo=True))
        assert f"sudo on 192.0.2.25 did not start the collector for admin: “{errors.decode().strip()}”" in text
        assert "leave sudo out" in text


async def test_a_shell_that_is_not_given() -> None:
    class NoSession(Account):
        def session_requested(self) -> Any:
            return False

    async with Fake(account=NoSession, handle=None) as server:
        server._acceptor.update(process_factory=None)
        assert "lets this account run no program" in await refused(server)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_flood(stream: str) -> None:
    async def flood(process: Process) -> None:
        writer = getattr(process, stream)
        while not process.is_closing():
            writer.write(b"x" * 50_000)
            await writer.drain()
            await asyncio.sleep(0)

    async with Fake(flood) as server:
        assert "sent far more than the collector writes, and was stopped" in await refused(server)


async def test_a_command_that_hangs() -> None:
    async def hang(process: Process) -> None:
        process.stdout.write(COLLECTED[:20])
        await process.wait_closed()

    async with Fake(hang) as server:
        assert "was not done in time and was stopped" in await refused(server, patience=0.3)


async def test_a_server_that_hangs_up_in_the_middle() -> None:
    async def leave(process: Process) -> None:
        process.stdout.write(COLLECTED[:20])
        await process.stdout.drain()
        process.get_extra_info("connection").abort()

    async with Fake(leave) as server:
        text = await refused(server)
        assert "hung up before the collector was done" in text


async def test_a_command_that_closes_its_input() -> None:
    async def deaf(process: Process) -> None:
        process.stdout.write(COLLECTED)
        process.exit(0)

    async with Fake(deaf) as server, leading_to(server) as net:
        output = await collect_over_ssh(net, login(), public(ED25519), "#" * 3_000_000)
        assert output.text == COLLECTED


async def test_cancelling_leaves_nothing_behind() -> None:
    arrived = asyncio.Event()

    async def hang(process: Process) -> None:
        arrived.set()
        await process.wait_closed()

    async with Fake(hang) as server:
        task = asyncio.ensure_future(collected(server))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with peer(VERSION) as silent:
        asking = asyncio.ensure_future(fetched(silent))
        while not silent.connections:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert not [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
