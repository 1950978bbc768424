"""Logos: what draws is let in, what could run, fetch or grow is not."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.policy.pack_logo import MAX_LOGO, check_logo

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8">'
URI = "data:image/png;base64,"


def svg(inside: str) -> str:
    return f"{HEAD}{inside}</svg>"


def part(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + binascii.crc32(name + data).to_bytes(4, "big")


def png(width: int = 8, height: int = 8, *between: bytes, end: bytes | None = None) -> str:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x06\x00\x00\x00"
    parts = [part(b"IHDR", size), *between, part(b"IDAT", b"x"), part(b"IEND", b"") if end is None else end]
    return URI + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


@pytest.mark.parametrize(
    "logo",
    [
        svg('<path d="M0 0h8v8z" fill="#123456"/>'),
        "\n  " + svg("<g><title>We &amp; us</title><desc>x</desc><circle r='2'/></g>") + "\n",
        '<?xml version="1.0" encoding="UTF-8"?>' + svg("<rect width='1' height='1'/>"),
        svg('<defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient></defs><path fill="url(#a)"/>'),
        svg('<linearGradient id="a"/><linearGradient id="b" xlink:href="#a"/>'),
        svg('<clipPath id="c"><rect/></clipPath><g clip-path="url(#c)" style="fill:rgb(1,2,3);transform:translate(1px,2px)"/>'),
        svg('<text x="1" y="2" font-family="sans-serif">Hôst <tspan>1</tspan></text><!-- by hand -->'),
        png(),
        png(2048, 1, part(b"pHYs", bytes(9)), part(b"tEXt", b"Title\0x")),
    ],
)
def test_what_draws_is_let_in(logo: str) -> None:
    check_logo(logo)


@pytest.mark.parametrize(
    ("logo", "words"),
    [
        (svg("<script>x()</script>"), "an element “script”"),
        (svg("<foreignObject/>"), "an element “foreignObject”"),
        (svg("<style>@import 'https://x.test'</style>"), "an element “style”"),
        (svg('<image xlink:href="https://x.test/a.png"/>'), "an element “image”"),
        (svg('<a href="https://x.test"><rect/></a>'), "an element “a”"),
        (svg('<g id="a"/><use xlink:href="#a"/>'), "an element “use”"),
        (svg("<pattern/>"), "an element “pattern”"),
        (svg("<animate/>"), "an element “animate”"),
        (svg("<set/>"), "an element “set”"),
        (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml">x()</h:script>'), "an element “script” that is not SVG"),
        (svg('<i:x xmlns:i="http://ns.example"/>'), "save it as plain SVG"),
        (svg('<rect onclick="x()"/>'), "an attribute “onclick”"),
        (svg('<rect OnLoad="x()"/>'), "an attribute “OnLoad”"),
        (svg('<rect i:x="1" xmlns:i="http://ns.example"/>'), "an attribute “x”"),
        (svg('<rect xml:base="https://x.test/"/>'), "an attribute “base”"),
        (svg('<linearGradient xlink:href="https://x.test#a"/>'), "something outside itself"),
        (svg('<linearGradient href="javascript:x()"/>'), "something outside itself"),
        (svg('<linearGradient href="data:image/svg+xml,x"/>'), "something outside itself"),
        (svg('<rect fill="url(https://x.test#a)"/>'), "something outside itself"),
        (svg("<rect fill=\"URL( 'https://x.test' )\"/>"), "something outside itself"),
        (svg('<rect style="fill:url(#a);stroke:url(//x.test)"/>'), "something outside itself"),
        (svg('<rect style="@import x"/>'), "something outside itself"),
        (svg(r'<rect style="fill:u\72l(https://x.test)"/>'), "an attribute “style”"),
        (
            HEAD.replace("viewBox", "style=\"background:image-set('https://x.test' 1x)\" viewBox") + "</svg>",
            "an attribute “style”",
        ),
        (svg('<clipPath id="a"><g clip-path="url(#b)"/></clipPath>'), "clips what clips"),
        (svg('<clipPath id="a"><rect style="clip-path:url(#b)"/></clipPath>'), "clips what clips"),
        ('<!DOCTYPE svg [<!ENTITY a "x">]>' + svg("&a;"), "document type"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + svg(""), "document type"),
        ('<?xml-stylesheet href="https://x.test/a.css"?>' + svg(""), "an instruction “xml-stylesheet”"),
        (svg("&nbsp;"), "not well-formed"),
        (svg("<rect"), "not well-formed"),
        (svg("") + svg(""), "not well-formed"),
        ("<svg/>", "not SVG"),
        ('<g xmlns="http://www.w3.org/2000/svg"/>', "does not begin with <svg>"),
        (svg("<g>" * 60 + "</g>" * 60), "nested deeper than 50"),
        (svg("<!--" + "x" * MAX_LOGO + "-->"), "larger than 64000 octets"),
        ("logo.svg", "neither SVG text nor a PNG"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "neither SVG text nor a PNG"),
        (URI, "a damaged PNG"),
        (URI + "é", "a damaged PNG"),
        (URI + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(), "a damaged PNG"),
        (png(0, 8), "from 1 to 2048 pixels"),
        (png(8, 2049), "from 1 to 2048 pixels"),
        (png(8, 8, part(b"zTXt", b"x")), "a part “zTXt”"),
        (png(8, 8, part(b"iCCP", b"x")), "a part “iCCP”"),
        (png(8, 8, end=b""), "a damaged PNG"),
        (png(8, 8, end=part(b"IEND", b"")[:-1] + b"\0"), "a damaged PNG"),
        (png(8, 8, end=part(b"IEND", b"") + b"PK\x03\x04"), "a damaged PNG"),
        (png(8, 8, end=b"\xff\xff\xff\xffIEND"), "a damaged PNG"),
    ],
)
def test_what_could_run_fetch_or_grow_is_refused(logo: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_logo(logo)
    assert words in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.text(max_size=100).map(svg),
        st.binary(max_size=100).map(lambda b: URI + base64.b64encode(b).decode()),
    )
)
def test_any_text_is_a_logo_or_bad_input(text: str) -> None:
    try:
        check_logo(text)
        sound = True
    except BadInput:
        sound = False
    assert not sound or text.startswith(URI) or text.lstrip().startswith("<")
