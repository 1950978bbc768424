"""The shipped packs against the texts of the two policies, and against the checks that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from selfaudit.case import Case
from selfaudit.case.notice import Topic
from selfaudit.engine.packs import known_checks
from selfaudit.policy.colours import readable
from selfaudit.policy.model import Brand, Clause, ClauseClass, Downloads, Pack, Weight, When
from selfaudit.policy.packs import pack_for
from selfaudit.policy.text_hash import normalised, text_hash
from selfaudit.policy.words import attestation_of

TEXTS = Path(__file__).parents[1] / "data/aup"
BOTH = ("prezcomm", "ofsecman")

IDS = {
    "ofsecman": """
        A-0.1 A-0.2 A-0.3 A-1.1 A-1.2 A-2.1 A-2.2 A-2.3 A-2.4 A-2.5 A-2.6 A-3.0 A-3.1 A-3.2 A-3.3 A-4.0 A-4.1 A-4.2 A-4.3 A-4.4 A-4.5 A-4.6
        A-5.0 A-5.1 A-5.2 A-5.3 A-5.4 A-6.1 A-6.2 A-6.3 A-6.4 A-6.5 A-6.6 A-6.7 A-6.8 A-7.1 A-7.2 A-8.1 A-8.2 A-8.3""",
    "prezcomm": """
        B-0.1 B-0.2 B-1.1 B-1.2 B-1.3 B-2.0 B-2.1 B-2.2 B-2.3 B-2.4 B-2.5 B-2.6 B-2.7 B-3.1 B-3.2 B-3.3 B-4.0 B-4.1 B-4.2 B-4.3 B-4.4 B-4.5
        B-4.6 B-4.7 B-4.8 B-5.0a B-5.0b B-5.0c B-5.1 B-5.2 B-5.3a B-5.3b B-5.3c B-5.4 B-5.5 B-5.6 B-5.7 B-6.1 B-6.2 B-6.3 B-7.1 B-7.2 B-8.1
        B-8.2 B-8.3 B-9.1 B-9.2 B-9.3 B-9.4 B-10.0 B-10.1 B-10.2 B-10.3 B-10.4 B-10.5 B-10.6 B-10.7 B-11.1 B-11.2 B-12.1""",
}

# Lines that are no clause: headings, terms, and words that only lead over to a list.
HEADINGS = {
    "ofsecman": {
        "top of page", "< Back", "Acceptable Use Policy", "Fair Use", "Customer Accountability", "Prohibited Activity",
        "Copyright Infringement and Unauthorized Access to Material", "SPAM and Unauthorized Messaging",
        "Unethical, Exploitative, and Malicious Activity", "Other unethical, exploitative, or malicious activities include:",
        "Unauthorized Use of North Commerce and Distribution s.r.o./ofsecman.io", "About This Policy", "bottom of page",
    },
    "prezcomm": {
        "Acceptable Use Policy", "Home", "Acceptable Use Policy (AUP)", "Customer, you, or your", "System", "Content",
        "If you send bulk or commercial email, you must:",
    },
}  # fmt: skip

# Sentences that ask nothing of the customer and stand in a paragraph that is quoted elsewhere.
NO_DUTY = {
    "ofsecman": {
        "The policy is intended to safeguard our business, customers, and the broader Internet community from unethical, irresponsible, "
        "and illegal activities.",
        "We are firmly against all forms of abuse, discrimination, rights violations, or actions that harm or disadvantage any individual, "
        "group, or resource.",
    },
    "prezcomm": {
        'Acceptable Use Policy ("AUP").',
        "Prohibited activities include, without limitation:",
        "We may:",
    },
}


def pack(name: str) -> Pack:
    found = pack_for(name)
    assert found is not None
    return found


def clause(name: str) -> Clause:
    found = pack("prezcomm" if name.startswith("B") else "ofsecman").clause(name)
    assert found is not None
    return found


def text_of(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text("utf-8")


def paragraphs(name: str) -> list[str]:
    lines = [normalised(line.removeprefix("\ufeff")) for line in text_of(name).splitlines()]
    lines = [re.sub(r"^(•|-) ", "", line) for line in lines]
    lines = [line.removeprefix("bottom of page") for line in lines]
    return [line for line in lines if line and line not in HEADINGS[name] and not re.fullmatch(r"\d+\) .*", line)]


@pytest.mark.parametrize("name", BOTH)
def test_every_clause_is_there_in_the_order_of_the_text(name: str) -> None:
    assert [c.id for c in pack(name).clauses] == IDS[name].split()


@pytest.mark.parametrize("name", BOTH)
def test_quotations_are_word_for_word_and_short(name: str) -> None:
    text = normalised(text_of(name))
    for c in pack(name).clauses:
        assert c.quote in text, c.id
        words = len(c.quote.split())
        whole_bullet = c.quote in paragraphs(name)
        assert words <= 40, (c.id, words)
        assert words >= 5 or whole_bullet, (c.id, words)


@pytest.mark.parametrize("name", BOTH)
def test_sections_are_headings_of_the_text(name: str) -> None:
    lines = {normalised(line).lstrip("- ").rstrip(":") for line in text_of(name).splitlines()}
    lines |= {line.removesuffix(" include") for line in lines}
    assert {c.section for c in pack(name).clauses} - lines == set()


@pytest.mark.parametrize("name", BOTH)
def test_every_paragraph_and_bullet_is_quoted(name: str) -> None:
    quotes = [c.quote for c in pack(name).clauses]
    found = paragraphs(name)
    assert len(found) > 30
    assert [p for p in found if not any(q in p or p in q for q in quotes)] == []


@pytest.mark.parametrize("name", BOTH)
def test_every_sentence_with_a_duty_is_quoted(name: str) -> None:
    left = []
    for paragraph in paragraphs(name):
        covered = [False] * len(paragraph)
        for c in pack(name).clauses:
            at = paragraph.find(c.quote)
            if at >= 0:
                covered[at : at + len(c.quote)] = [True] * len(c.quote)
            elif paragraph in c.quote:
                covered = [True] * len(paragraph)
        for match in re.finditer(r".+?(?:[.:;]”?\)?(?= [A-Z])(?<!e\.g\.)|$)", paragraph):
            sentence = match[0].strip()
            across = any(sentence in c.quote for c in pack(name).clauses)  # a quotation may go on in the next paragraph
            if sentence and not across and not any(covered[match.start() : match.end()]):
                left.append(sentence)
    assert set(left) == NO_DUTY[name]


def test_the_hashes_are_those_of_the_texts() -> None:
    for name in BOTH:
        assert pack(name).text_sha256 == text_hash(text_of(name))


@pytest.mark.parametrize("name", [*BOTH, "demo"])
def test_every_check_exists(name: str) -> None:
    named = {check for c in pack(name).clauses for check in c.checks} | set(pack(name).parameters.approvable)
    assert named <= known_checks()


def families(name: str) -> set[str]:
    return {check.partition(".")[0] for c in pack(name).clauses for check in c.checks}


def test_no_family_of_checks_is_without_a_clause() -> None:
    everything = {name for name in known_checks() if "." not in name}
    # vantage looks at where this program stands, not at the customer: its results say how far the others can be believed.
    assert families("prezcomm") == everything - {"vantage"}
    # ofsecman's policy asks for neither reverse names nor registration data; its contact is that of the account, not a mailbox in DNS.
    assert families("ofsecman") == everything - {"vantage", "rdns", "registration", "mail"}


def test_checks_without_a_clause_are_those_that_no_policy_asks_for() -> None:
    names = {check for name in BOTH for c in pack(name).clauses for check in c.checks}
    alone = {c for c in known_checks() if "." in c and c not in names and c.partition(".")[0] not in names}
    # They say how well mail and names work; what a policy asks for (reachable, authenticated, registered) others look at.
    assert {c for c in alone if not c.startswith("vantage.")} == {
        "dns.caa", "dns.delegation", "dns.dnssec", "dns.transfer", "mail.bimi", "mail.dane", "mail.mta-sts", "mail.mx", "mail.starttls",
        "mail.tls-rpt", "web.tls",
    }  # fmt: skip


@pytest.mark.parametrize("name", BOTH)
def test_what_is_checked_has_checks_and_what_is_stated_has_words(name: str) -> None:
    for c in pack(name).clauses:
        assert bool(c.checks) == (c.kind in (ClauseClass.CHECKED, ClauseClass.BOTH)), c.id
        assert bool(c.attestation) == (c.kind is not ClauseClass.INFORMATIONAL), c.id
        assert (c.weight is Weight.NONE) == (c.kind is ClauseClass.INFORMATIONAL), c.id


@pytest.mark.parametrize("name", BOTH)
def test_attestations_admit_nothing_and_plan_nothing(name: str) -> None:
    wrong = re.compile(
        r"\b(sorry|regret|apologi[sz]e|our fault|my fault|we failed|I failed|will be|going to|we sent|I sent)\b", re.IGNORECASE
    )
    for c in pack(name).clauses:
        assert not wrong.search(c.attestation), c.id


# What has technical evidence after the analysis of the policies (classes T and T+A), but for the five clauses about the policy's own text and
# the form of this program's evidence, B-0.2, B-12.1; and two for which nothing on a server or in DNS can be looked at:
# A-2.4 (the contact in the account, which no DNS names), A-5.2 (was a stranger's account entered?) and and B-2.7 (consumer law).
TECHNICAL = """
    A-1.1 A-2.2 A-4.0 A-4.1 A-4.2 A-4.3 A-4.4 A-4.5 A-4.6 A-5.0 A-5.1 A-5.3 A-6.4 A-6.7
    B-2.2 B-2.6 B-3.1 B-3.3 B-4.2 B-4.4 B-4.6 B-4.7 B-5.0a B-5.0b B-5.1 B-5.2 B-5.3a B-5.3b B-5.3c B-5.4 B-5.5 B-5.6 B-5.7 B-7.1 B-8.1
    B-8.2 B-9.1 B-9.2 B-9.3 B-10.5"""


def test_every_technical_clause_has_checks() -> None:
    have = {c.id for name in BOTH for c in pack(name).clauses if c.checks}
    assert have == set(TECHNICAL.split())


@pytest.mark.parametrize(
    ("name", "weight", "when", "blocker_when"),
    [
        ("A-1.1", "expected", "cited", ()),
        ("A-2.2", "expected", "always", ("compromise", "cited")),
        ("A-2.4", "blocker", "always", ()),
        ("A-3.1", "blocker", "cited", ()),
        ("A-4.0", "blocker", "always", ()),
        ("A-4.1", "blocker", "always", ()),
        ("A-4.2", "blocker", "bulk", ()),
        ("A-4.3", "blocker", "bulk", ()),
        ("A-4.4", "blocker", "bulk", ()),
        ("A-4.5", "blocker", "bulk", ()),
        ("A-4.6", "expected", "always", ()),
        ("A-6.5", "blocker", "cited", ()),
        ("B-2.1", "blocker", "cited", ()),
        ("B-2.2", "expected", "always", ("cited",)),
        ("B-3.3", "expected", "always", ("bulk", "cited")),
        ("B-4.4", "blocker", "always", ()),
        ("B-4.6", "blocker", "always", ()),
        ("B-4.7", "expected", "always", ("cited",)),
        ("B-5.0a", "blocker", "always", ()),
        ("B-5.1", "expected", "bulk", ()),
        ("B-5.2", "blocker", "bulk", ()),
        ("B-5.3a", "expected", "always", ("bulk", "cited")),
        ("B-5.3b", "expected", "always", ("bulk", "cited")),
        ("B-5.3c", "expected", "always", ("bulk", "cited")),
        ("B-5.4", "blocker", "bulk", ()),
        ("B-5.5", "blocker", "bulk", ()),
        ("B-5.6", "blocker", "bulk", ()),
        ("B-5.7", "blocker", "always", ()),
        ("B-7.1", "expected", "shared", ()),
        ("B-8.1", "expected", "always", ("compromise", "cited")),
        ("B-8.2", "blocker", "always", ()),
        ("B-9.1", "blocker", "always", ()),
        ("B-9.2", "expected", "always", ("cited",)),
        ("B-9.4", "blocker", "cited", ()),
        ("B-10.5", "blocker", "always", ()),
        ("B-12.1", "expected", "always", ()),
    ],
)
def test_weights(name: str, weight: str, when: str, blocker_when: tuple[str, ...]) -> None:
    c = clause(name)
    assert (c.weight, c.when, c.blocker_when) == (weight, when, blocker_when)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("A-2.6", "should not ask for a credit"),
        ("B-10.7", "should not ask for a credit"),
        ("A-6.5", "never fetches, stores or hashes"),
        ("B-2.1", "never fetches, stores or hashes"),
        ("B-10.4", "before you wipe"),
        ("A-5.2", "sends packets only to what you have shown"),
        ("B-3.1", "sends packets only to what you have shown"),
        ("B-4.0", "asks public records only"),
        ("B-5.7", "only when the owner of the network asks"),
    ],
)
def test_notes(name: str, words: str) -> None:
    assert words in clause(name).note


def test_what_was_not_to_be_fetched_is_never_asked_for_as_evidence() -> None:
    for name in ("A-6.5", "B-2.1"):
        assert clause(name).evidence == ("Reference number of the report to an authority or hotline",)


@pytest.mark.parametrize("name", BOTH)
def test_every_kind_of_incident_leads_to_a_clause(name: str) -> None:
    cited = {topic for c in pack(name).clauses for topic in c.topics}
    # "other" leads nowhere by intent. ofsecman's policy says nothing on registration data.
    assert set(get_args(Topic)) - cited == ({"other"} if name == "prezcomm" else {"other", "registration"})


def test_parameters() -> None:
    a, b = pack("ofsecman").parameters, pack("prezcomm").parameters
    assert (a.consent, a.proof_hours, a.proof_kept, a.opt_out_days, a.notice_days, a.effective_on_use) == (
        "confirmed", 0, "the list's duration", 0, 30, True,
    )  # fmt: skip
    assert (b.consent, b.proof_hours, b.proof_kept, b.opt_out_days, b.notice_days, b.effective_on_use) == (
        "verifiable",
        72,
        "",
        10,
        0,
        False,
    )
    assert {"exposure.relay", "exposure.proxy", "exposure.resolver"} <= set(b.approvable)
    assert a.approvable == ()


def test_who_they_are() -> None:
    a, b = pack("ofsecman"), pack("prezcomm")
    assert (a.company, a.source_date, a.contacts.abuse) == ("North Commerce and Distribution s.r.o.", "2021-10-07", "")
    assert (b.company, b.source_date, b.contacts.abuse) == ("Prez Communications, LLC", "", "abuse@prezcomm.com")
    assert (a.keys, b.keys, a.brand, b.brand) == (
        (),
        (),
        type(a.brand)(),
        type(b.brand)(),
    )  # none are known, so none are invented


def test_the_demo_has_the_clauses_of_its_base_and_a_name_of_its_own() -> None:
    demo, base = pack("demo"), pack("prezcomm")
    assert (demo.based_on, demo.clauses, demo.parameters) == ("prezcomm", base.clauses, base.parameters)
    assert (demo.company, demo.contacts.abuse) == ("", "abuse@prez-demo.example")


def test_only_the_demo_has_a_look_and_downloads_and_they_are_made_up() -> None:
    for name in BOTH:
        assert pack(name).brand == Brand(), name
        assert pack(name).downloads == Downloads(), name
    demo = pack("demo")
    assert demo.brand.logo.startswith("<svg ")
    for address in (demo.contacts.website, demo.downloads.page, demo.downloads.base):
        assert re.match(r"https://[a-z]+\.prez-demo\.example/", address), address  # RFC 2606: nobody can own it
    for mailbox in (demo.contacts.abuse, demo.contacts.support):
        assert mailbox.endswith("@prez-demo.example")
    for colour, backgrounds in ((demo.brand.accent, ("#ffffff", "#f7f7f5")), (demo.brand.accent_dark, ("#15181b", "#1e2226"))):
        assert readable(colour, backgrounds, "") == colour


def test_what_only_makes_sense_after_an_incident_does_not_count_before_a_contract() -> None:
    assert {c.id for name in BOTH for c in pack(name).clauses if not c.onboarding} == {"B-10.4", "B-10.5", "B-10.6"}
    assert clause("B-5.7").onboarding
    assert {c.id for c in pack("prezcomm").clauses if c.when is When.SHARED} == {"B-7.1"}


def test_words_that_point_to_something_need_something() -> None:
    pointing = re.compile(r"\b(as listed here|as shown here|as explained here|named here|are listed here)\b")
    for name in BOTH:
        for c in pack(name).clauses:
            assert bool(pointing.search(c.attestation)) <= c.needs_words, c.id


def test_customers_on_a_shared_platform_do_not_state_what_is_in_the_providers_hands() -> None:
    shared = {c.id: c.attestation_shared for name in BOTH for c in pack(name).clauses if c.attestation_shared}
    assert {"B-8.2", "B-4.4", "A-2.2", "B-5.7", "A-5.1"} <= set(shared)
    for name in ("B-8.2", "A-2.2"):
        assert "have a firewall" not in shared[name]
        assert "provider's hands" in shared[name]
    clause = pack("prezcomm").clause("B-8.2")
    assert clause is not None
    assert attestation_of(clause, Case((), shared="yes")) == shared["B-8.2"]
    assert attestation_of(clause, Case((), shared="no")) == attestation_of(clause, Case(())) == clause.attestation


def test_clauses_ask_for_what_their_text_says() -> None:
    contact, bought, privacy = (
        pack("ofsecman").clause("A-2.4"),
        pack("ofsecman").clause("A-4.5"),
        pack("prezcomm").clause("B-5.2"),
    )
    assert contact is not None
    assert bought is not None
    assert privacy is not None
    assert contact.checks == ()
    assert "for spam or for messages to people who have not confirmed" in bought.attestation
    assert "web.tls" not in privacy.checks
