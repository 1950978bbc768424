"""What support sends to one customer: the signed case, a letter, and a page with the program's links and sums."""

from selfaudit.report.sending.content import Sending, sending_of
from selfaudit.report.sending.folder import Sent, refuse_other_cases, refuse_present, refuse_unwritable, send, sent_names
from selfaudit.report.sending.letter import letter_text
from selfaudit.report.sending.page import page_html

__all__ = [
    "Sending",
    "Sent",
    "letter_text",
    "page_html",
    "refuse_other_cases",
    "refuse_present",
    "refuse_unwritable",
    "send",
    "sending_of",
    "sent_names",
]
