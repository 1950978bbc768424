"""List-Unsubscribe and one click, in form."""

from __future__ import annotations

import pytest

from selfaudit.errors import BadInput
from selfaudit.protocols.unsubscribe import check
from tests.checks.messages import mail

POST = "List-Unsubscribe=One-Click"
CASES = [
    # RFC 8058 section 8.1 and 8.2
    ("<https://example.com/unsubscribe/opaquepart>", POST, True, 1, 0),
    ("<mailto:listrequest@example.com?subject=unsubscribe>,\r\n <https://example.com/unsubscribe.html?opaque=123456789>", POST, True, 1, 1),
    ("(a comment) <https://a.test/u>", POST, True, 1, 0),
    ("<https://a.test/\r\n u>", POST, True, 1, 0),
    ("<https://a.test/u>", None, False, 1, 0),
    ("<https://a.test/u>", "List-Unsubscribe=One-Click; more", False, 1, 0),
    ("<http://a.test/u>", POST, False, 0, 0),
    ("<https://a.test/u>, <https://b.test/u>", POST, False, 2, 0),
    ("<https://a.test/u>, <https://a.test/u>", POST, True, 1, 0),
    ("<mailto:x@a.test>", POST, False, 0, 1),
    ("https://a.test/u", POST, False, 0, 0),
    ("<https://[::1>", POST, False, 0, 0),
    ("<https://localhost/u>", POST, False, 0, 0),
    ("<mailto:nobody>", None, False, 0, 0),
    ("", None, False, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("field", "post", "one_click", "https", "mailto"), CASES)
def test_fields(field: str, post: str | None, one_click: bool, https: int, mailto: int) -> None:
    found = check(mail(list_unsubscribe=field, list_unsubscribe_post=post))
    assert (found.present, found.one_click, len(found.https), len(found.mailto)) == (True, one_click, https, mailto)
    assert found.usable == bool(https or mailto or found.http)
    assert bool(found.problems) == (not found.usable or len(found.https) > 1 or (post is not None and not one_click))


def test_absent_and_doubled() -> None:
    assert check(mail()).present is False
    twice = check(
        b"List-Unsubscribe: <https://b.test/u>\r\n" + mail(list_unsubscribe="<https://a.test/u>", list_unsubscribe_post=POST)
    )
    assert (twice.one_click, "there are 2 List-Unsubscribe fields" in twice.problems[0]) == (False, True)
    posts = check(b"List-Unsubscribe-Post: x\r\n" + mail(list_unsubscribe="<https://a.test/u>", list_unsubscribe_post=POST))
    assert posts.one_click is False
    with pytest.raises(BadInput):
        check(b"nothing")
