"""What was audited, from where and with what; what was sent to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from selfaudit.case import Case, Registrant
from selfaudit.checks import all_checks
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Evidence
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import _, ngettext, shown
from selfaudit.policy.model import Pack
from selfaudit.remedy import group_actions
from selfaudit.report.content.model import Line, SentRow
from selfaudit.report.content.say import flat, more, outcome_sign, some
from selfaudit.report.host_text import host_lines
from selfaudit.report.words import minute
from selfaudit.text import printable

MAX_TARGETS, MAX_NAMES, MAX_LOG = 40, 24, 400


def about_lines(audit: Audit) -> tuple[Line, ...]:
    """What was audited and on whose authority."""
    evidence = audit.evidence
    lines = [*_targets(evidence), *_registrant(evidence.case)]
    if evidence.case.not_registrant:
        lines.append(Line(_("Registered to others"), some(evidence.case.not_registrant, MAX_NAMES)))
    lines += _hosts(evidence)
    lines += _brought(evidence.case)
    vantage = evidence.vantage
    lines.append(
        Line(
            _("Seen from"),
            _("resolver {addresses}").format(addresses=some(vantage.resolvers, MAX_NAMES))
            if vantage.resolvers
            else _("no resolver"),
            _("name servers and blocklists asked directly") if vantage.iterates else "",
        )
    )
    lines += _authority(evidence)
    lines += _approvals(evidence.case)
    if vantage.laboratory or evidence.case.laboratory:
        lines.append(Line(_("Laboratory"), _("reserved names and addresses were allowed as targets")))
    return tuple(lines)


def _targets(evidence: Evidence) -> Iterator[Line]:
    counts = (
        (ngettext("{count} domain", "{count} domains", n).format(count=n), n)
        for n in (sum(t.kind == "domain" for t in evidence.targets),)
    )
    addresses = sum(t.kind == "address" for t in evidence.targets)
    parts = [words for words, n in counts if n]
    if addresses:
        parts.append(ngettext("{count} address", "{count} addresses", addresses).format(count=addresses))
    left = _("{count} more addresses were found and left out").format(count=evidence.left_out) if evidence.left_out else ""
    yield Line(_("Audited"), ", ".join(parts) or _("nothing"), left)
    named = [t for t in evidence.targets if t.kind not in ("case",)]
    texts = [printable(t.value, 300) + (f" ({flat(shown(t.origin), 200)})" if t.origin != "named" else "") for t in named]
    if texts:
        yield Line("", ", ".join(texts[:MAX_TARGETS]) + more(len(texts) - MAX_TARGETS))


def _registrant(case: Case) -> Iterator[Line]:
    """To whom the customer says their domains are registered."""
    said = case.registrant
    if said is None:
        return
    data = data_of(said)
    if not (data or said.confirmed or said.files):
        return
    person = _("stated by {name}").format(name=printable(case.authority.name, 200)) if case.authority else ""
    yield Line(_("Registration data, as stated"), data or _("right at the registrar, in the person's own words"), person)
    if said.confirmed:
        yield Line("", _("compared with the registrar's own page on {date}").format(date=minute(said.confirmed)))
    else:
        yield Line("", _("not said when it was compared with the registrar's own page"))
    if not said.files:
        yield Line("", _("no file shows it"))


def data_of(said: Registrant) -> str:
    """The data in one line."""
    parts = (
        said.name, said.organization, said.street, f"{said.postal_code} {said.city}".strip(), said.country, said.email, said.phone,
    )  # fmt: skip
    return flat(", ".join(part for part in parts if part), 1000)


def _hosts(evidence: Evidence) -> Iterator[Line]:
    label = _("Looked at from inside")
    for host in host_lines(evidence):
        name = ", ".join(filter(None, (host.name, host.system)))
        soft = "; ".join((host.how, *host.notes, host.tie or _("nothing ties it to this case")))
        yield Line(label, flat(name, 300), flat(soft, 1000))
        label = ""


def _brought(case: Case) -> Iterator[Line]:
    for label, sources in ((_("Sample messages"), case.messages), (_("Records of consent"), case.ledgers)):
        if sources:
            yield Line(label, some([source.name for source in sources], MAX_NAMES))


def _authority(evidence: Evidence) -> Iterator[Line]:
    """On whose word what was probed, each word once."""
    grouped: dict[str, list[str]] = {}
    for subject, word in sorted(evidence.authority.items()):
        grouped.setdefault(word, []).append(subject)
    label = _("Authority")
    if not grouped:
        yield Line(label, _("none was needed or given; only public records were asked for"))
    for word, subjects in sorted(grouped.items()):
        yield Line(label, flat(shown(word), 400), some(subjects, MAX_NAMES))
        label = ""


def _approvals(case: Case) -> Iterator[Line]:
    label = _("Approved by the provider, as the case says")
    for given in case.exceptions[:MAX_NAMES]:
        where = " ".join(filter(None, (given.check, given.target, given.service)))
        yield Line(label, flat(where, 300), flat(given.reference, 300))
        label = ""
    if len(case.exceptions) > MAX_NAMES:
        yield Line("", more(len(case.exceptions) - MAX_NAMES).strip())


def environment_lines(audit: Audit, pack: Pack | None) -> tuple[Line, ...]:
    """With what, when and from where the audit was made, and what its controls came to."""
    evidence = audit.evidence
    tool, vantage = evidence.tool, evidence.vantage
    lines = [
        Line(_("Program"), flat(f"{tool.name} {tool.version}", 200), flat(f"Python {tool.python}, {tool.system}", 200)),
        Line(_("Time (UTC)"), f"{minute(evidence.started, seconds=True)} – {minute(evidence.finished, seconds=True)}"),
        Line(_("Resolvers"), some(vantage.resolvers, MAX_NAMES) or _("none")),
        Line(_("Blocklist catalogue"), flat(vantage.catalogue, 200) or _("not noted")),
    ]
    if pack is not None:
        read = _("text read on {day}").format(day=printable(pack.read_on, 40)) if pack.read_on else ""
        policy = f"{pack.title or pack.name}, {pack.id} {pack.version}".strip()
        lines.append(Line(_("Policy"), flat(policy, 400), read))
        if pack.text_sha256:
            lines.append(Line(_("SHA-256 of its text"), printable(pack.text_sha256, 64)))
    lines += _controls(audit.results)
    return tuple(lines)


def _controls(results: Iterable[Result]) -> Iterator[Line]:
    """What the checks of this network came to: they make the other verdicts believable, or do not."""
    checks = all_checks()
    for result in results:
        if result.check.startswith("vantage."):
            sign = outcome_sign(result.outcome)
            said = next((a.text for g in group_actions((result,)) for a in g.actions), "")
            yield Line(_(checks[result.check].spec.title), f"{sign.sign} {sign.word}", flat(said, 400))


def clock_is_right(audit: Audit) -> bool:
    """Whether this computer's clock was seen to be right."""
    return any(r.check == "vantage.clock" and r.outcome is Outcome.PASS for r in audit.results)


def sent_rows(evidence: Evidence) -> tuple[SentRow, ...]:
    """What was sent, added up by purpose and authority."""
    tally: dict[tuple[str, str], tuple[set[str], int]] = {}
    for item in evidence.sent:
        parties, count = tally.setdefault((item.purpose, item.authority), (set(), 0))
        parties.add(item.address)
        tally[(item.purpose, item.authority)] = (parties, count + item.count)
    return tuple(
        SentRow(
            flat(shown(purpose), 300), len(parties), count, flat(shown(authority), 400) or _("public record, none needed"), bool(authority)
        )
        for (purpose, authority), (parties, count) in sorted(tally.items())
    )  # fmt: skip


def log_rows(evidence: Evidence) -> tuple[tuple[tuple[str, str, str, int, str], ...], int]:
    """Each party that was actively contacted, and how many rows are left out."""
    active = [item for item in evidence.sent if item.authority]
    texts = {text for item in active for text in (item.purpose, item.authority)}
    words: Mapping[str, str] = {text: flat(shown(text), 400) for text in texts}
    rows = tuple(
        (printable(i.address, 100), f"{i.port}/{printable(i.protocol, 20)}", words[i.purpose], i.count, words[i.authority])
        for i in sorted(active, key=lambda i: (i.address, i.port, i.protocol, i.purpose))[:MAX_LOG]
    )
    return rows, len(active) - len(rows)
