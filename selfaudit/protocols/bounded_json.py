"""JSON from strangers (RFC 8259): read within bounds of size, depth and numbers, and taken apart without trust in its types."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

_MAX_DIGITS = 100  # int() takes a time that grows with the square of the length
_MAX_TEXT = 200
_MAX_ITEMS = 50
# A string, closed or not, or a bracket. Possessive, so that no text makes it look at a character twice.
_STRUCTURE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def loads(data: bytes | str, *, max_octets: int = 4_000_000, max_depth: int = 64) -> Any:
    """Reads JSON. Of a key that is given twice, the last value counts.

    Args:
        data: UTF-8, with or without a byte order mark.
        max_octets: the greatest size.
        max_depth: how deep lists and objects may lie in each other.

    Raises:
        BadInput: it is too large, nested too deep, not UTF-8, not JSON, or has a number that is none or too long.
    """
    if len(data) > max_octets or (isinstance(data, str) and len(data.encode("utf-8", "surrogatepass")) > max_octets):
        raise BadInput(phrase("larger than {limit} octets", limit=max_octets))
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput(phrase("this is not UTF-8 text")) from error
    _check_depth(text, max_depth)
    try:
        return json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except BadInput:
        raise
    except (ValueError, RecursionError) as error:
        raise BadInput(phrase("this is not JSON")) from error


def _check_depth(text: str, limit: int) -> None:
    """Counts brackets outside strings: `json.loads` itself would only fail when the stack of the interpreter is full."""
    depth = 0
    for match in _STRUCTURE.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > limit:
                raise BadInput(phrase("nested deeper than {limit} levels", limit=limit))
        elif first in "]}":
            depth -= 1


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise BadInput(phrase("a number of more than {limit} digits", limit=_MAX_DIGITS))
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise BadInput(phrase("a number that is too large"))
    return value


def _constant(name: str) -> NoReturn:
    raise BadInput(phrase("{name} is no JSON number", name=name))


def mapping(value: object) -> Mapping[str, Any]:
    """An object as it is; anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object, limit: int = _MAX_ITEMS) -> list[Any]:
    """The first elements of a list. A single string or object counts as a list of one, anything else as an empty list."""
    if isinstance(value, list | tuple):
        return list(value[:limit])
    return [value] if isinstance(value, str | Mapping) else []


def text(value: object, limit: int = _MAX_TEXT) -> str:
    """A string without white space around it, cut at `limit` characters; whole numbers as text; anything else as "".

    Half surrogate pairs, which JSON can hold but UTF-8 cannot, become question marks.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if not isinstance(value, str):
        return ""
    return value.strip()[:limit].strip().encode("utf-8", "replace").decode("utf-8")


def texts(value: object, limit: int = _MAX_TEXT) -> list[str]:
    """The strings of a list that are not empty, each as `text` gives it."""
    return [found for item in items(value) if (found := text(item, limit))]
