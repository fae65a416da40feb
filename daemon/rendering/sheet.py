"""One text, two forms: a template's sheet becomes plain text and HTML, so the two can never say different things.

A sheet is plain text: blank lines part paragraphs, `# ` and `## ` begin a heading, `- ` an item of a list, and
a backslash at the end of a line keeps the line break. Everything else is words: for HTML all of it is escaped
here, whether it stood in the template or in a value (docs/decisions/0040).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_TEXT_WIDTH = 72
_ASCII_BLANKS = re.compile("[ \t]+")
# A link on its way through the sheet: characters for private use, which no value may hold (`plain`).
_LINK = "\ue000{url}\ue001{words}\ue002"
_LINKS = re.compile("\ue000([^\ue000-\ue002]*)\ue001([^\ue000-\ue002]*)\ue002")
_MARKS = re.compile("[\ue000-\ue002\ud800-\udfff]")
_BLANKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")  # no-break spaces stay
_WEB = re.compile(r"(https?://|mailto:|tel:)[^\s<>\"]+", re.ASCII)


def plain(value: str) -> str:
    """A value that can make no structure: one line, without our marks."""
    return _BLANKS.sub(" ", _MARKS.sub("", value)).strip(" ")


def link(url: str, words: str) -> str:
    """For templates: words that lead somewhere. In plain text the address follows in angle brackets."""
    return _LINK.format(url=plain(url), words=plain(words))


def phone(number: str) -> str:
    """For templates: a telephone number, shown as written; in HTML it can be dialled (RFC 3966)."""
    number = plain(number)
    digits = re.sub(r"[^\d+]", "", number.replace("(0)", "") if number.startswith("+") else number)
    return _LINK.format(url=f"tel:{digits}", words=number) if digits else number


def as_text(sheet: str) -> str:
    """Plain text, wrapped at 72 characters; links and numbers are never broken."""
    return "\n\n".join(_text(kind, lines) for kind, lines in _blocks(_LINKS.sub(_text_link, sheet))) + "\n"


def as_html(sheet: str) -> Markup:
    """The inside of an HTML body: headings, paragraphs and lists."""
    blocks = _blocks(str(escape(sheet)))
    return Markup(_LINKS.sub(_html_link, "\n".join(_html(kind, lines) for kind, lines in blocks)))  # noqa: S704 - escaped above


def _text_link(found: re.Match[str]) -> str:
    # RFC 3986 appendix C: angle brackets keep punctuation out of the address
    return found[2] if found[1].startswith("tel:") else f"{found[2]} <{found[1]}>"


def _html_link(found: re.Match[str]) -> str:
    return f'<a href="{found[1]}">{found[2]}</a>' if _WEB.fullmatch(found[1]) else found[2]


def _blocks(sheet: str) -> Iterator[tuple[str, list[str]]]:
    """Runs of lines of one kind: "h1", "h2", "li" or "p"."""
    for kind, run in groupby((line.strip() for line in sheet.split("\n")), key=_kind):
        lines = list(run)
        if kind in ("h1", "h2"):
            yield from ((kind, [line.lstrip("#").strip()]) for line in lines)
        elif kind == "li":
            yield kind, [line[2:].strip() for line in lines]
        elif kind == "p":
            yield kind, " ".join(lines).split("\\ ")


def _kind(line: str) -> str:
    if line.startswith(("# ", "## ")):
        return f"h{line.index(' ')}"
    return "li" if line.startswith("- ") else "p" if line else ""


def _text(kind: str, lines: list[str]) -> str:
    bullet, indent = ("- ", "  ") if kind == "li" else ("", "")
    return "\n".join(_wrapped(line, bullet, indent) for line in lines)


def _wrapped(text: str, first: str, following: str) -> str:
    """Lines as full as they may be, broken at blanks and nowhere else: not at a no-break space, not in a word."""
    head, *words = _ASCII_BLANKS.split(text.strip(" \t"))
    pieces, width = [first, head], len(first) + len(head)
    for word in words:
        width += 1 + len(word)
        if width <= _TEXT_WIDTH:
            pieces += " ", word
        else:
            pieces += "\n", following, word
            width = len(following) + len(word)
    return "".join(pieces)


def _html(kind: str, lines: list[str]) -> str:
    if kind == "li":
        return "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in lines) + "\n</ul>"
    return f"<{kind}>" + "<br>\n".join(lines) + f"</{kind}>"
