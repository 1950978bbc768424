"""What registries call states, and what they write where they withhold a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols.registry_words import is_empty, is_withheld, is_written_over, state


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("clientHold", "client hold"),
        ("client hold", "client hold"),
        ("CLIENT TRANSFER PROHIBITED", "client transfer prohibited"),
        ("serverDeleteProhibited https://icann.org/epp#serverDeleteProhibited", "server delete prohibited"),
        ("clientUpdateProhibited (https://www.icann.org/epp#clientUpdateProhibited)", "client update prohibited"),
        ("ok", "active"),
        ("redemptionPeriod", "redemption period"),
        ("pending_delete", "pending delete"),
        ("Locked", "locked"),
        ("", ""),
    ],
)
def test_states(said: str, meant: str) -> None:
    assert state(said) == meant


@pytest.mark.parametrize(
    "text",
    [
        "REDACTED FOR PRIVACY", "REDACTED FOR PRIVACY(DT)", "Redacted for Privacy Purposes", "REDACTED FOR GDPR PRIVACY", "DATA REDACTED",
        "[REDACTED]", "GDPR Masked", "GDPR REDACTED", "[Non-Public Data]", "NOT DISCLOSED!", "<data not disclosed>", "Hidden upon user request",
        "Not Disclosed - Visit www.registry.example for web-based WHOIS", "Statutory Masking Enabled", "Not available from Registry",
        "Data Protected, not disclosed", "(not shown)", "Redacted | EU Registrar", "Redacted | Registry Policy", "REDACTED REGISTRANT",
        "Ano Nymous", "Data Protected", "Data Protected Data Protected", "DATA PROTECTED, Data Protected", "123 Data Protected",
        "Personal data, can not be publicly disclosed according to applicable laws.", "Email redacted for privacy", "Non-disclosed",
        "Please query the RDDS service of the Registrar of Record identified in this output for information on how to contact the "
        "Registrant, Admin, or Tech contact of the queried domain name.",
    ],
)  # fmt: skip
def test_texts_in_place_of_a_value(text: str) -> None:
    assert is_withheld(text)
    assert not is_empty(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "n/a", "Redacted Films Ltd", "Hidden Valley Farm", "Withheld for Privacy ehf", "Contact Privacy Inc. Customer 0123",
        "Domains By Proxy, LLC", "Registration Private", "Data Protected Systems GmbH", "Personal Data Protection Office", "Example GmbH",
        "Confidential Computing AG", "Ano Nymous Ltd", "Data Protected Media Ltd", "123 Data Protected Road", "123",
    ],
)  # fmt: skip
def test_names_and_privacy_services_are_values(text: str) -> None:
    assert not is_withheld(text)


def test_contacts_that_a_registrar_wrote_over() -> None:
    for text in ("Data Protected", "Data Protected Data Protected", "123 Data Protected"):
        assert is_written_over(text), text
    for text in ("", "REDACTED FOR PRIVACY", "Data Protected, not disclosed", "Data Protected Media Ltd"):
        assert not is_written_over(text), text


def test_nothing_but_punctuation() -> None:
    assert is_empty(" - ")
    assert is_empty("/")
    assert not is_empty("n/a")


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    assert isinstance(state(text), str)
    assert not (is_withheld(text) and is_empty(text))
