"""Every single octet of a bundle, changed in turn: no such bundle is accepted."""

from __future__ import annotations

import pytest

from selfaudit.report.bundle.make import sign_bundle
from tests.report.bundle.build import KEY, small_bundle, stub_reports, verified


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch) -> bytes:
    stub_reports(monkeypatch)
    return small_bundle()


@pytest.mark.parametrize("bits", [0x01, 0x80, 0xFF])
def test_no_octet_can_be_changed(bundle: bytes, bits: int) -> None:
    assert verified(bundle).exit_code() == 0
    changed = bytearray(bundle)
    accepted = []
    for at in range(len(bundle)):
        changed[at] ^= bits
        if verified(bytes(changed)).exit_code() != 1:
            accepted.append(at)
        changed[at] ^= bits
    assert accepted == []


def test_nor_can_one_be_left_out_or_added(bundle: bytes) -> None:
    accepted = [at for at in range(0, len(bundle), 7) if verified(bundle[:at] + bundle[at + 1 :]).exit_code() != 1]
    accepted += [at for at in range(0, len(bundle) + 1, 7) if verified(bundle[:at] + b"\0" + bundle[at:]).exit_code() != 1]
    accepted += [at for at in range(0, len(bundle), 5) if verified(bundle[:at]).exit_code() != 1]
    assert accepted == []


def test_the_signature_beside_is_checked(bundle: bytes) -> None:
    beside = sign_bundle(bundle, KEY, "T-1")
    whole = verified(bundle, beside=beside)
    assert whole.exit_code() == 0
    assert "lies beside it, is right" in next(p for p in whole.points if p.name == "signed").details[0]
    first = beside.index("\n") + 1  # nothing covers the first line of a signature, in minisign neither
    wrong = []
    for at in range(first, len(beside) - 1):
        other = "A" if beside[at] != "A" else "B"
        if verified(bundle, beside=beside[:at] + other + beside[at + 1 :]).exit_code() == 0:
            wrong.append(beside[at - 5 : at + 5])
    # The id of a key says only by which key to look; another one is not known here, and that is said.
    assert len(wrong) <= 12, wrong
