"""Signing, notarising and the disk image, with stand-ins for Apple's programs that only write down how they were called."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.packages import find

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.mark.parametrize("script", ["macos/sign.sh", "macos/dmg.sh"])
def test_scripts_are_sound_and_can_be_started(script: str) -> None:
    program = find("shellcheck")
    assert program, "make test installs shellcheck"
    path = PACKAGING / script
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert os.access(path, os.X_OK)
    assert "Not run yet" in path.read_text("utf-8")


FAKE = """#!/bin/sh
printf '%s' "$(basename "$0")" >> "$CALLS"
for word in "$@"; do printf ' %s' "$word" >> "$CALLS"; done
echo >> "$CALLS"
case "$(basename "$0") $1" in
  "security list-keychains") [ $# -gt 3 ] || echo '    "/Users/me/login.keychain-db"' ;;
  "security find-identity") [ -n "$IDENTITY" ] && echo "  1) $IDENTITY \\"Developer ID Application: X (Y)\\"" ;;
  "hdiutil create") for last; do :; done; echo image > "$last" ;;
esac
exit 0
"""


class Mac:
    """Apple's programs, which only write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.calls_file, self.bin = folder / "calls", folder / "bin"
        self.bin.mkdir()
        for name in ("codesign", "security", "xcrun", "ditto", "hdiutil"):
            (self.bin / name).write_text(FAKE)
            (self.bin / name).chmod(0o755)
        self.app = folder / "self audit.app"
        for name in (
            "Frameworks/libA.dylib",
            "Frameworks/Qt.framework/Qt",
            "Frameworks/x/b.so",
            "MacOS/selfaudit",
            "MacOS/selfaudit-gui",
        ):
            (self.app / "Contents" / name).parent.mkdir(parents=True, exist_ok=True)
            (self.app / "Contents" / name).write_bytes(b"")

    def run(self, script: str, *arguments: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs one of our scripts."""
        environment = {"PATH": f"{self.bin}:{os.environ['PATH']}", "CALLS": str(self.calls_file), "IDENTITY": "ABC123", **more}
        command = ["bash", str(PACKAGING / "macos" / script), *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    @property
    def calls(self) -> list[str]:
        """What was called."""
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []

    def signed(self) -> list[str]:
        """What was signed, in that order, by the last parts of the names."""
        return [c.rsplit("/", 1)[-1] for c in self.calls if c.startswith("codesign --force --timestamp")]


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    """A folder with an app and stand-ins."""
    return Mac(tmp_path)


def test_without_keys_the_app_is_sealed_and_that_is_said(mac: Mac) -> None:
    done = mac.run("sign.sh", mac.app)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"not signed: SELFAUDIT_MACOS_CERTIFICATE is not set ({mac.app})\n"
    assert mac.calls == [f"codesign --force --deep --sign - --entitlements {PACKAGING}/macos/entitlements.plist {mac.app}"]


def test_with_a_certificate_all_is_signed_from_the_inside_out(mac: Mac) -> None:
    done = mac.run("sign.sh", mac.app, SELFAUDIT_MACOS_CERTIFICATE="eA==", SELFAUDIT_MACOS_CERTIFICATE_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    assert "not notarised: SELFAUDIT_NOTARY_KEY is not set" in done.stdout
    signed = mac.signed()
    assert set(signed[:2]) == {"libA.dylib", "b.so"}
    assert signed[2:] == ["Qt.framework", "selfaudit", "selfaudit-gui", "self audit.app"]
    assert all(
        "--options runtime" in c and "--sign ABC123" in c for c in mac.calls if c.startswith("codesign --force --timestamp")
    )
    assert not any("--deep --sign" in c for c in mac.calls)
    assert [c.split()[1] for c in mac.calls if c.startswith("security")][-2:] == ["list-keychains", "delete-keychain"]
    kept = [c for c in mac.calls if c.startswith("security list-keychains -d user -s")]
    assert kept[-1] == "security list-keychains -d user -s /Users/me/login.keychain-db", "the person's keychains are put back"


def test_a_disk_image_is_signed_and_notarised(mac: Mac, tmp_path: Path) -> None:
    image = tmp_path / "x.dmg"
    image.write_bytes(b"")
    keys = {
        "SELFAUDIT_MACOS_CERTIFICATE": "eA==",
        "SELFAUDIT_NOTARY_KEY": "eA==",
        "SELFAUDIT_NOTARY_KEY_ID": "K1",
        "SELFAUDIT_NOTARY_ISSUER": "I1",
    }
    done = mac.run("sign.sh", image, **keys)
    assert done.returncode == 0, done.stderr
    assert mac.signed() == ["x.dmg"]
    notarised = [c for c in mac.calls if c.startswith("xcrun")]
    assert notarised[0].startswith(f"xcrun notarytool submit {image} --wait")
    assert notarised[0].endswith("--key-id K1 --issuer I1")
    assert notarised[1:] == [f"xcrun stapler staple {image}"]


def test_an_app_is_notarised_as_an_archive_and_stapled_itself(mac: Mac) -> None:
    keys = {
        "SELFAUDIT_MACOS_CERTIFICATE": "eA==",
        "SELFAUDIT_NOTARY_KEY": "eA==",
        "SELFAUDIT_NOTARY_KEY_ID": "K1",
        "SELFAUDIT_NOTARY_ISSUER": "I1",
    }
    done = mac.run("sign.sh", mac.app, **keys)
    assert done.returncode == 0, done.stderr
    assert any(re.fullmatch(rf"ditto -c -k --keepParent {mac.app} \S+/upload\.zip", c) for c in mac.calls)
    assert mac.calls.index(f"xcrun stapler staple {mac.app}") > 0


@pytest.mark.parametrize("more", [{"IDENTITY": ""}, {"SELFAUDIT_NOTARY_KEY": "eA==", "SELFAUDIT_NOTARY_KEY_ID": ""}])
def test_keys_that_do_not_fit_fail(mac: Mac, more: dict[str, str]) -> None:
    done = mac.run("sign.sh", mac.app, SELFAUDIT_MACOS_CERTIFICATE="eA==", **more)
    assert done.returncode == 1, done.stdout
    assert any(c.startswith("security delete-keychain") for c in mac.calls)


def test_nothing_is_signed_that_is_not_there(mac: Mac, tmp_path: Path) -> None:
    assert mac.run("sign.sh", tmp_path / "none.app").returncode == 1
    assert mac.run("dmg.sh", tmp_path / "none.app", tmp_path / "x.dmg").returncode == 1
    assert mac.calls == []


def test_the_disk_image_holds_the_app_and_a_way_to_applications(mac: Mac, tmp_path: Path) -> None:
    done = mac.run("dmg.sh", mac.app, tmp_path / "x.dmg")
    assert done.returncode == 0, done.stderr
    assert [c.split()[0] for c in mac.calls] == ["ditto", "hdiutil", "hdiutil"]
    assert (tmp_path / "x.dmg").exists()
