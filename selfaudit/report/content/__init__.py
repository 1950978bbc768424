"""What a report says, whatever it is drawn as: from an audit to `Content`."""

from selfaudit.report.content.build import content_of
from selfaudit.report.content.model import Content

__all__ = ["Content", "content_of"]
