"""The SSH server of the embedded internet, as the engine meets it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import asyncssh
import pytest

from selfaudit.demo.ssh_server import PASSWORD, SshBehaviour, SshServer
from selfaudit.errors import UserError
from selfaudit.net.ssh import Login, SshOutput, collect_over_ssh, fetch_host_keys
from tests.net.peers import ADDRESS
from tests.net.ssh_fakes import leading_to, one_line, person

OUTPUT = b"selfaudit-collector 1\n@ end ok 0 1409623896\nselfaudit-end 1 cksum 1\n"
ADMIN = Login("admin", ADDRESS, agent=False, password=PASSWORD)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without SSH keys, known hosts and agent."""
    return person(tmp_path, monkeypatch)


def server(behaviour: SshBehaviour = "good") -> SshServer:
    return SshServer(("admin",), lambda: OUTPUT, behaviour)


async def collected(served: SshServer, login: Login = ADMIN, *arguments: str, patience: float = 20.0) -> SshOutput:
    async with leading_to(served) as net:
        (key,) = await fetch_host_keys(net, login)
        return await collect_over_ssh(net, login, key, "exit 1", arguments, patience=patience)


async def test_it_answers_with_the_collectors_text() -> None:
    async with server() as served:
        assert (await collected(served, ADMIN, "--compact")).text == OUTPUT
        assert (await collected(served, replace(ADMIN, sudo=True))).text == OUTPUT
        assert served.asked == ["exec sh -s -- --compact", "exec sudo -n sh -s --"]
        assert served.connections == 4


async def test_any_key_of_its_user(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    async with server() as served:
        assert (await collected(served, replace(ADMIN, password="", key_files=(file,)))).text == OUTPUT
        for login in (
            replace(ADMIN, user="root"),
            replace(ADMIN, password="guess"),
            replace(ADMIN, user="root", key_files=(file,)),
        ):
            with pytest.raises(UserError, match="did not let"):
                await collected(served, login)


async def test_its_host_key_stays_the_same() -> None:
    shown = []
    for _start in range(2):
        async with server() as served, leading_to(served) as net:
            (key,) = await fetch_host_keys(net, ADMIN)
            shown.append(key.fingerprint)
            assert served.fingerprint == key.fingerprint
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    ("behaviour", "part"),
    [
        ("changed-key", "is not the one that was accepted"),
        ("no-shell", "may not run commands"),
        ("forced-command", "it answered “Backup service: only transfers are possible.”"),
        ("flood", "sent far more than the collector writes"),
        ("hang", "was not done in time"),
        ("refuses", "did not let admin in. Tried: the password."),
        ("not-ssh", "it said “220 mail.blumenhof.example ESMTP”"),
    ],
)
async def test_what_goes_wrong_there(behaviour: SshBehaviour, part: str) -> None:
    async with server(behaviour) as served:
        with pytest.raises(UserError) as error:
            await collected(served, patience=0.5 if behaviour == "hang" else 20.0)
        assert part in one_line(error.value)
        assert served.connections == (1 if behaviour == "not-ssh" else 2)
        assert PASSWORD not in str(error.value)


async def test_it_runs_nothing_else() -> None:
    async with (
        server() as served,
        asyncssh.connect(
            "127.0.0.1", served.port, username="admin", password=PASSWORD, known_hosts=None, client_keys=None, config=None
        ) as conn,
    ):
        for command in ("id", "sh -c id", "exec sh -sx; id", "sh -s; id\n"):
            result = await conn.run(command, check=False)
            assert (result.exit_status, result.stdout, result.stderr) == (127, "", "sh: 1: not found\n")
        assert (await conn.run("sh -s", input="id\n")).stdout == OUTPUT.decode()
        with pytest.raises(asyncssh.Error):
            await conn.start_sftp_client()


@pytest.mark.parametrize("behaviour", get_args(SshBehaviour))
async def test_it_ends_whoever_is_connected(behaviour: SshBehaviour) -> None:
    served = server(behaviour)
    await served.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    assert await reader.readline()
    asking = asyncio.ensure_future(collected(served))
    await asyncio.sleep(0.1)
    served.close()
    await served.wait_closed()
    outcome: Any = (await asyncio.gather(asking, return_exceptions=True))[0]
    assert isinstance(outcome, SshOutput | UserError)
    writer.close()
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def test_an_unknown_behaviour() -> None:
    odd: Any = "odd"
    with pytest.raises(ValueError, match="no such behaviour"):
        server(odd)
