"""The command line as a person meets it: exit codes, one clear line, nothing left behind."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from selfaudit.case import Case, EvidenceFile, Registrant
from selfaudit.cli.app import run
from selfaudit.engine import Plan
from tests.forked import run_selfaudit

PROGRAM = [sys.executable, "-W", "error", "-m", "selfaudit"]  # not -X dev: it reports slow steps, a matter of load


def started(*arguments: str, home: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A process of the program from its very start."""
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, timeout=120, check=False, cwd=cwd, env=_environment(home), encoding="utf-8"
    )


def selfaudit(*arguments: str, home: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A process of the program."""
    return run_selfaudit(*arguments, cwd=cwd, env=_environment(home))


@pytest.fixture(scope="module")
def fixed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo of the fixed world writes, made once."""
    folder = tmp_path_factory.mktemp("fixed")
    done = selfaudit("demo", "--world", "fixed", "--out", str(folder / "out"), "--quiet", home=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture
def fixed_out(fixed_once: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(fixed_once, tmp_path / "out")


def _environment(home: Path) -> dict[str, str]:
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}  # never that of whoever runs the tests
    return {**os.environ, **keyring, "SELFAUDIT_HOME": str(home), "COLUMNS": "80"}


@pytest.fixture
def lab_settings(tmp_path: Path) -> Path:
    """Settings under which nothing can leave the machine: a resolver on loopback where nobody listens."""
    path = tmp_path / "lab.toml"
    path.write_text(
        '[dns]\nresolvers = ["127.0.0.1"]\nport = 9\n[scope]\nallow_reserved = true\n[limits]\ndns_timeout = 0.1\ndns_tries = 1\n'
    )
    return path


def test_version_and_help(tmp_path: Path) -> None:
    assert started("--version", home=tmp_path).stdout.startswith("selfaudit 0.")
    shown = started("--help", home=tmp_path)
    assert shown.returncode == 0
    for command in ("audit", "plan", "judge", "report", "checks", "explain", "demo"):
        assert command in shown.stdout
        assert started(command, "--help", home=tmp_path).returncode == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80


BAD = [
    (["audit"], "Name at least one"),
    (["audit", ""], "empty"),
    (["audit", "localhost"], "reserved name"),
    (["audit", "co.uk"], "public suffix"),
    (["audit", "10.0.0.1"], "not a public address"),
    (["audit", "a" * 300], "too long"),
    (["audit", "x; rm -rf /"], "not a domain"),
    (["audit", "https://user:s3cret@" + "a" * 300 + ".de/"], "too long"),
    (["audit", "user:s3cret@x y@iana.org"], "not an e-mail"),
    (["audit", "selfaudit.org", "--only", "nonsense"], "no check"),
    (["audit", "selfaudit.org", "--only", "rdns"], "None of the chosen checks"),
    (["audit", "selfaudit.org", "--only", "mail.spf", "--skip", "mail"], "None of the chosen checks"),
    (["audit", "selfaudit.org", "--sending-ip", "x"], "--sending-ip"),
    (["audit", "selfaudit.org", "--selector", "a b"], "selector"),
    (["audit", "selfaudit.org", "--authority", "Maria"], "--authority"),
    (["audit", "selfaudit.org", "--confirm-relay"], "relay_recipient"),
    (["audit", "selfaudit.org", "--hosted", "9.9.9.9"], "--hosted: “9.9.9.9” is an address"),
    (["audit", "selfaudit.org", "--hosted", "co.uk"], "--hosted: co.uk is a public suffix"),
    (["audit", "selfaudit.org", "--hosted", "@absent.txt"], "absent.txt"),
    (["audit", "selfaudit.org", "--hosted", "@/dev/zero"], "this is not a file"),
    (["audit", "selfaudit.org", "--suspended", "31.03.2026"], "--suspended: “31.03.2026” is not a date"),
    (["audit", "selfaudit.org", "--suspended", "2999-01-01"], "--suspended: 2999-01-01 is still to come"),
    (["audit", "selfaudit.org", "--registrant", "absent.toml"], "absent.toml"),
    (["audit", "selfaudit.org", "--registered-to-others", "elsewhere.org"], "elsewhere.org is said to be registered"),
    (["audit", "selfaudit.org", "--settings", "absent.toml"], "absent.toml"),
    (["audit", "selfaudit.org", "--case", "absent.json"], "absent.json"),
    (["audit", "selfaudit.org", "--message", "absent.eml"], "absent.eml"),
    (["audit", "selfaudit.org", "--json", "."], "is a folder"),
    (["audit", "selfaudit.org", "--out", "/proc/nope"], "cannot be written"),
    (["plan"], "Name at least one"),
    (["judge", "absent.json"], "absent.json"),
    (["judge", "/dev/zero"], "/dev/zero"),
    (["report", "."], "--json FILE or --bundle FILE"),
    (["report", ".", "--html", "x.html"], "evidence.json"),
    (["explain", "spf\x1b]0;x\x07"], "no check"),
    (["nonsense"], "No such command"),
    (["audit", "--nonsense"], "No such option"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[" ".join(a)[:40].replace("\x1b", "") for a, _w in BAD])
def test_bad_input_is_one_line_and_two(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = selfaudit(*arguments, home=tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 2, done
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "s3cret" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "file"),
        ("[]", "object"),
        ('{"schema": "selfaudit/case/9"}', "schema"),
        ('{"schema": "selfaudit/case/1", "targets": 3}', "targets"),
        ('{"schema": "selfaudit/case/1", "colour": 3}', "colour"),
        ('{"schema": "selfaudit/case/1", "targets": ["localhost"]}', "reserved"),
        ("[" * 100_000, "case.json"),
        (
            json.dumps({"schema": "selfaudit/case/1", "targets": ["9.9.9.0/24"] * 5 + [f"9.9.{n}.0/24" for n in range(200)]}),
            "More than 256",
        ),
        (
            json.dumps(
                {"schema": "selfaudit/case/1", "targets": ["selfaudit.org"], "selectors": [f"s{n}" for n in range(90_000)]}
            ),
            "selectors: ",
        ),
    ],
)
def test_broken_case_files(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(text)
    done = selfaudit("plan", "--case", "case.json", home=tmp_path / "home", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("exceptions", "words"),
    [
        ('[{"check": "exposure.nothing", "reference": "R-1"}]', "no check"),
        ('[{"check": "exposure.relay", "reference": ""}]', "exceptions"),
        ('[{"check": "exposure.relay", "reference": "R-1", "target": "10.0.0.999"}]', "10.0.0.999"),
        ('[{"check": "exposure.relay", "reference": "R-1", "colour": 1}]', "colour"),
        ("[" + ",".join(['{"check": "exposure.relay", "reference": "R"}'] * 201) + "]", "exceptions"),
    ],
)
def test_exceptions_that_make_no_sense_are_named(exceptions: str, words: str, tmp_path: Path) -> None:
    text = f'{{"schema": "selfaudit/case/1", "targets": ["selfaudit.org"], "exceptions": {exceptions}}}'
    (tmp_path / "case.json").write_text(text)
    done = selfaudit("plan", "--case", "case.json", home=tmp_path / "home", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[smtp]\nrelay_recipient = "two words@x.test"\n', "relay_recipient"),
        ('[smtp]\nrelay_recipient = "a@b.test>\\r\\nDATA"\n', "relay_recipient"),
        ('[smtp]\nport25_controls = ["a b"]\n', "port25_controls"),
        ('[vantage]\negress_names = ["whoami.test"]\n', "egress_names"),
        ("[limits]\nconnect_timeout = 0\n", "connect_timeout"),
        ("[limits]\ntarget_in_flight = 99\n", "target_in_flight"),
    ],
)
def test_settings_of_the_server_checks_are_checked(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(text)
    done = selfaudit("plan", "selfaudit.org", "--settings", "s.toml", home=tmp_path / "home", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_plan_says_on_whose_word(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('[smtp]\nrelay_recipient = "me@elsewhere.test"\n')
    arguments = ["selfaudit.org", "9.9.9.9", "--settings", "s.toml", "--authority", "Maria Blum, owner"]
    done = selfaudit("plan", *arguments, home=tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "9.9.9.9: stated: Maria Blum, owner" in done.stdout
    assert "one message to me@elsewhere.test" not in " ".join(done.stdout.split())
    asked = selfaudit("plan", *arguments, "--confirm-relay", home=tmp_path / "home", cwd=tmp_path)
    assert "one message to me@elsewhere.test" in " ".join(asked.stdout.split())
    assert max(len(line) for line in asked.stdout.splitlines()) <= 80
    nobody = selfaudit("plan", "selfaudit.org", "9.9.9.9", home=tmp_path / "home", cwd=tmp_path)
    assert "9.9.9.9: none yet" in nobody.stdout


def test_case_file_message_and_plan(tmp_path: Path, lab_settings: Path) -> None:
    case = {
        "schema": "selfaudit/case/1",
        "number": "T-1",
        "targets": ["Shop.test", "198.51.100.25"],
        "sending_ips": ["198.51.100.26"],
    }
    (tmp_path / "case.json").write_text(json.dumps(case))
    (tmp_path / "mail.eml").write_text("DKIM-Signature: v=1; s=news; d=shop.test; b=x\nFrom: a@shop.test\n\nbody\n")
    arguments = ["--case", "case.json", "--message", "mail.eml", "--settings", str(lab_settings)]
    done = selfaudit("plan", *arguments, home=tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Nothing has been sent" in done.stdout
    assert "_selfaudit-challenge.shop.test.  TXT" in done.stdout
    assert "DKIM keys of known selectors" in done.stdout
    again = selfaudit("plan", *arguments, "--json", "-", home=tmp_path / "home", cwd=tmp_path)
    planned = json.loads(again.stdout)
    assert planned["challenges"][0]["token"] in done.stdout
    kinds = {(r["request"]["kind"], r["request"]["subject"]) for r in planned["requests"]}
    assert ("rdns", "198.51.100.26") in kinds


def _planned_case(given: list[str], home: Path) -> Case:
    """The case that a command line stands for."""
    found: list[Case] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELFAUDIT_HOME", str(home))
        patch.setattr("selfaudit.engine.make_plan", lambda case, *_rest: found.append(case) or Plan((), (), (), ()))
        assert run(["plan", *given, "--quiet"]) == 0
    return found[0]


def test_what_is_declared_reaches_the_case(tmp_path: Path, lab_settings: Path) -> None:
    (tmp_path / "list.txt").write_text("\ufeffKunde1.test\r\n\n# gone since May\nkunde2.test  # pays late\nshop.test\n")
    (tmp_path / "me.toml").write_text('name = "Maria Blum"\ncountry = "de"\nfiles = ["page.png"]\n')
    (tmp_path / "page.png").write_bytes(b"picture")
    file = {
        "schema": "selfaudit/case/1", "hosted": ["www.kunde3.test"], "suspended": "2026-03-01", "registrant": {"name": "Nobody"},
        "not_registrant": ["kunde3.test"],
    }  # fmt: skip
    (tmp_path / "case.json").write_text(json.dumps(file))
    arguments = ["shop.test", "--case", str(tmp_path / "case.json"), "--settings", str(lab_settings), "--hosted", "kunde0.test"]
    from_file = _planned_case(arguments, tmp_path)
    assert (from_file.suspended, from_file.registrant) == ("2026-03-01", Registrant("Nobody"))
    assert (from_file.hosted(), from_file.not_registrant) == (("kunde0.test", "www.kunde3.test"), ("kunde3.test",))
    arguments += ["--hosted", f"@{tmp_path / 'list.txt'}", "--suspended", "2026-03-31T10:00:00+02:00"]
    arguments += ["--registrant", str(tmp_path / "me.toml"), "--registered-to-others", "www.kunde1.test"]
    case = _planned_case(arguments, tmp_path)
    assert case.domains() == ("shop.test",)
    assert case.hosted() == ("kunde0.test", "kunde1.test", "kunde2.test", "www.kunde3.test")
    assert (case.suspended, case.not_registrant) == ("2026-03-31T08:00:00Z", ("kunde1.test", "kunde3.test"))
    assert case.registrant == Registrant(
        "Maria Blum", country="DE", files=(EvidenceFile("page.png", hashlib.sha256(b"picture").hexdigest(), 7),)
    )


def test_a_list_of_hosted_domains_names_its_wrong_line(tmp_path: Path, lab_settings: Path) -> None:
    (tmp_path / "list.txt").write_text("kunde1.test\n\nfoo..bar\n")
    (tmp_path / "many.txt").write_text("\n".join(f"kunde{n}.test" for n in range(1001)))
    for name, words in (("list.txt", "list.txt, line 3: “foo..bar”"), ("many.txt", "More than 1000 hosted domains")):
        arguments = ["plan", "shop.test", "--hosted", f"@{name}", "--settings", str(lab_settings)]
        done = selfaudit(*arguments, home=tmp_path / "home", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_no_network_is_inconclusive_and_never_a_verdict(tmp_path: Path, lab_settings: Path) -> None:
    arguments = ["shop.test", "198.51.100.25", "--settings", str(lab_settings), "--out", str(tmp_path / "out")]
    done = selfaudit("audit", *arguments, home=tmp_path / "home")
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("selfaudit: The bundle is not signed. There is no keyring on this computer")
    assert done.stderr.count("\n") == 1
    assert "could not be concluded" in done.stdout
    data = json.loads((tmp_path / "out" / "audit.json").read_text())
    # Whether a provider assigns an address is no question of the network, and here no provider is named.
    results = [r for r in data["results"] if r["check"] != "routing.provider-range"]
    assert {r["outcome"] for r in results} <= {"inconclusive", "not-run"}


def test_an_audit_works_without_a_writable_home(tmp_path: Path, lab_settings: Path) -> None:
    done = selfaudit("audit", "shop.test", "--only", "mail.spf", "--settings", str(lab_settings), home=Path("/dev/null/x"))
    assert done.returncode == 3, done.stderr


def test_demo_judge_and_report(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = selfaudit("demo", "--world", "broken", "--out", str(out), home=tmp_path / "home")
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert "MUST BE FIXED" in done.stdout
    assert "\x1b" not in done.stdout
    prose = [line for line in done.stdout.splitlines() if not line.lstrip().startswith(("Copy:", "See:", "Written:"))]
    long = [line for line in prose if len(line) > 80 and " " in line.strip()]
    assert [line for line in long if not line.startswith("         ")] == []
    again = selfaudit("judge", str(out / "evidence.json"), "--json", "-", home=tmp_path / "home")
    assert again.returncode == 1
    assert again.stdout == (out / "audit.json").read_text("utf-8")
    wrote = selfaudit("report", str(out), "--html", str(tmp_path / "again.html"), "--json", "-", home=tmp_path / "home")
    assert wrote.returncode == 0
    assert wrote.stdout == again.stdout
    assert (tmp_path / "again.html").read_text("utf-8") == (out / "report.html").read_text("utf-8")


def test_fixed_world_ends_with_zero(tmp_path: Path) -> None:
    done = selfaudit("demo", "--world", "fixed", "--quiet", "--json", str(tmp_path / "a.json"), home=tmp_path)
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) in (2, 3, 4)


def test_judging_needs_no_network(fixed_out: Path) -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.socket.sendto = socket.socket.bind = refuse\n"
        "import sys; from selfaudit.cli.app import run\n"
        f"sys.exit(run(['judge', {str(fixed_out / 'evidence.json')!r}, '--quiet']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def wait_until_it_runs(process: subprocess.Popen[str]) -> None:
    """Waits until the program handles SIGTERM itself, which is when its audit has begun, and a moment more."""
    for _try in range(600):
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt:"))
        if caught >> (signal.SIGTERM - 1) & 1:
            time.sleep(1.0)
            return
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("the audit did not begin")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_saves_what_was_seen(number: int, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "demo", "--world", "suspended", "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until_it_runs(process)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 130, (stdout, stderr)
    assert "Traceback" not in stderr
    data = json.loads((tmp_path / "out" / "evidence.json").read_text())
    assert data["interrupted"] is True
    assert data["records"]
    assert "stopped before its end" in stdout


def test_stopping_without_a_folder_saves_too(tmp_path: Path, lab_settings: Path) -> None:
    lab_settings.write_text(lab_settings.read_text().replace("dns_timeout = 0.1", "dns_timeout = 20"))
    silent = __import__("socket").socket(__import__("socket").AF_INET, __import__("socket").SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    lab_settings.write_text(lab_settings.read_text().replace("port = 9", f"port = {silent.getsockname()[1]}"))
    environment = {**os.environ, "SELFAUDIT_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(
        [*PROGRAM, "audit", "shop.test", "--settings", str(lab_settings)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    wait_until_it_runs(process)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=120)
    silent.close()
    assert process.returncode == 130, (stdout, stderr)
    assert "Written:" in stdout
    assert list((tmp_path / "home" / "interrupted").glob("*/evidence.json"))


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.1, 0.3])
def test_stopping_early_leaves_no_traceback(delay: float, tmp_path: Path) -> None:
    # A slow machine is still importing when a fast one has begun; so it says when it has.
    code = "import selfaudit.cli as c; work = c._main; c._main = lambda: (print('begun', flush=True), work())[1]; c.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "demo", "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _stdout, stderr = process.communicate(timeout=120)
    assert "Traceback" not in stderr
    assert process.returncode in (130, 1, -signal.SIGINT)


def test_closed_pipes_and_full_disks_are_no_verdict(fixed_out: Path) -> None:
    shell = f"{sys.executable} -m selfaudit judge {fixed_out}/evidence.json | true; exit ${{PIPESTATUS[0]}}"
    piped = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=300, check=False)
    assert piped.returncode in (0, 141)
    assert "Traceback" not in piped.stderr
    for redirect in (">/dev/full", ">&-"):
        full = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m selfaudit judge {fixed_out}/evidence.json {redirect}"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in full.stderr
        assert full.returncode in (0, 2)


def test_terminals_that_know_only_ascii(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*PROGRAM, "demo", "-q"], capture_output=True, timeout=300, check=False, env=environment)
    assert done.returncode == 1
    assert b"x 47" in done.stdout
    assert b"Traceback" not in done.stderr


def test_checks_and_explain(tmp_path: Path) -> None:
    ids = selfaudit("checks", "--ids", home=tmp_path).stdout.split()
    assert ids == sorted(ids)
    assert "mail.spf" in ids
    for check in ids:
        shown = selfaudit("explain", check, home=tmp_path) if check in ("mail.spf", "vantage.dns") else None
        if shown:
            assert "How it is judged" in shown.stdout
            assert max(len(line) for line in shown.stdout.splitlines()) <= 80


def test_hostile_evidence_does_not_reach_the_terminal(fixed_out: Path, tmp_path: Path) -> None:
    data = (fixed_out / "evidence.json").read_text()
    evil = "\\u001b]0;x\\u0007"
    for old in ('"demo":"fixed"', '"resolvers":["192.0.2.53"]', '"provider":"Prez Hosting (demo)"'):
        assert old in data
    data = data.replace('"demo":"fixed"', f'"demo":"{evil}"').replace('["192.0.2.53"]', f'["{evil}"]')
    (fixed_out / "evidence.json").write_text(data)
    done = selfaudit("judge", str(fixed_out / "evidence.json"), home=tmp_path)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "text",
    [
        '[dns]\nsilent_address = "foo"', '[vantage]\ntime_servers = ["127.0.0.1:abc"]', '[vantage]\ntime_servers = ["127.0.0.1:99999"]',
        '[tls]\nca_file = "absent.pem"', '[tls]\nca_file = "lab.toml"', '[dns]\nroot_hints = "lab.toml"', '[blocklists]\ncatalogue = "absent.toml"',
        '[dns]\nroot_hints = "/dev/zero"',
    ],
)  # fmt: skip
def test_our_own_settings_are_never_blamed_on_the_target(text: str, tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(text)
    done = selfaudit("plan", "selfaudit.org", "--settings", "lab.toml", home=tmp_path / "home", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "Traceback" not in done.stderr


def test_the_help_of_the_whole_speaks_the_chosen_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELFAUDIT_LANGUAGE", "de")
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "Rückgabewerte: 0 alles bestanden" in shown
    assert "Exit codes" not in shown
    assert "Show the version" not in shown
