"""The report as a tagged PDF (PDF/UA-1, PDF/A-3a) with audit.json attached, and as pictures of its pages."""

from __future__ import annotations

from selfaudit.engine import Audit
from selfaudit.report.content import content_of
from selfaudit.report.json import encode_audit
from selfaudit.report.pdf.typeset import draw_pages, draw_pdf

__all__ = ["draw_pages", "draw_pdf", "render_pages", "render_pdf"]


def render_pdf(
    audit: Audit, *, before: Audit | None = None, now: float | None = None, audit_json: bytes | None = None
) -> bytes:
    """The report of an audit as PDF, in the chosen language.

    Args:
        audit: with its results, the statement and the marks.
        before: an earlier audit, which is shown beside it.
        now: UTC seconds from which the statement's days are seen, None for this moment.
        audit_json: what is attached as audit.json, None for that of the audit.

    Raises:
        UserError: it cannot be made, for instance because the disk is full.
    """
    return draw_pdf(content_of(audit, before=before, now=now), encode_audit(audit) if audit_json is None else audit_json)


def render_pages(
    audit: Audit, *, before: Audit | None = None, now: float | None = None, ppi: float = 100, limit: int = 40
) -> tuple[bytes, ...]:
    """The first pages of the same document as PNG pictures.

    Args:
        audit: as for `render_pdf`.
        before: as for `render_pdf`.
        now: as for `render_pdf`.
        ppi: pixels per inch.
        limit: pages at most.

    Raises:
        UserError: they cannot be made.
    """
    return draw_pages(content_of(audit, before=before, now=now), ppi, limit)
