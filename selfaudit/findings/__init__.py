"""What a check concludes: findings, outcomes, and the words and remedies that go with a tag."""

from selfaudit.findings.marks import Mark
from selfaudit.findings.model import Check, Contact, Finding, Message, Outcome, Remedy, Result, Severity, Who, found

__all__ = ["Check", "Contact", "Finding", "Mark", "Message", "Outcome", "Remedy", "Result", "Severity", "Who", "found"]
