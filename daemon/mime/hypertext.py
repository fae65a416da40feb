"""HTML to the text that a person would read, with quotes as `> ` lines. Owns lxml (decision 0022).

libxml2 pushes events and builds no tree: cost is linear, whatever the nesting. Nothing is fetched, no
style sheet is read but `display:none`; scripts, styles and heads are not text.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "select"})
_VOID: Final = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "param", "source", "wbr"}
)
_PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table"}
)
_BLOCKS: Final = _PARAGRAPHS | {
    *("div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "center", "address", "body", "form"),
    *("main", "nav", "aside", "figure", "figcaption", "fieldset", "legend", "caption", "o:p"),
}
_CELLS: Final = frozenset({"td", "th"})
_HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
_INDENT: Final = re.compile(r"border(?:-left)?\s*:\s*(?:none|0|medium none)", re.IGNORECASE)
_BAR: Final = re.compile(r"border-left\s*:\s*[^;]*(?:solid|\dpx)", re.IGNORECASE)
# Where a program marks that all that follows is the old mail (Outlook on the web, its apps, the appendix of OWA).
_REST_IS_QUOTED: Final = re.compile(
    r"(?:divRplyFwdMsg|mail-editor-reference-message-container|ms-outlook-mobile-reference-message)\b", re.IGNORECASE
)
_SIGNATURE: Final = re.compile(
    r"\b(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|AppleMailSignature|protonmail_signature_block"
    r"|tutanota_signature|bloop_sign)",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"[ \t\r\n\f\xa0]+")
_RULE: Final = "_" * 32
_DEEPEST_QUOTE: Final = 9
_LONGEST_LINK: Final = 200
_LONGEST_STYLE: Final = 500


def text(html: str, limit: int) -> str:
    """The readable text of an HTML body, at most about `limit` characters; empty where there is none."""
    reader = _Reader(limit)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, remove_comments=True)
    try:
        parser.feed(html.encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, _Full):
        pass
    return reader.text()


class _Full(Exception):
    """Enough has been read."""


class _Reader:
    """What libxml2 tells, in order, as lines of text."""

    def __init__(self, limit: int) -> None:
        self.limit, self.length = limit, 0
        self.lines: list[str] = []
        self.line: list[str] = []
        self.stack: list[tuple[str, str]] = []  # element and what it opened
        self.open = {"silent": 0, "quote": 0, "pre": 0}
        self.lists: list[int] = []
        self.links: list[tuple[str, int]] = []
        self.rest_is_quoted = False

    def text(self) -> str:
        self._end_line()
        return "\n".join(self.lines).strip("\n")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _VOID:
            self._void(tag)
            return
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        opened = self._opens(tag, attributes)
        self.stack.append((tag, opened))
        if opened:
            self.open[opened] += 1
        if not self.open["silent"]:
            self._mark(tag, attributes)

    def end(self, tag: str) -> None:
        if tag in _VOID:
            return
        opened = self.stack.pop()[1] if self.stack else ""
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        elif tag in _CELLS:
            self._write(" ")
        if opened:
            self.open[opened] -= 1
        if tag == "a" and self.links:
            self._link(*self.links.pop())
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()

    def data(self, data: str) -> None:
        if self.open["silent"]:
            return
        if not self.open["pre"]:
            self._write(data)
            return
        first, *others = data.split("\n")
        self.line.append(first)
        for other in others:
            self._end_line(blank=True)
            self.line.append(other)

    def comment(self, data: str) -> None:
        """Comments are no text."""

    def close(self) -> None:
        """All has been told."""

    def _opens(self, tag: str, attributes: dict[str, str]) -> str:
        """Whether this element begins a silent, quoted or preformatted region."""
        style = attributes.get("style", "")[:_LONGEST_STYLE]
        if tag in _SILENT or "hidden" in attributes or (style and _HIDDEN.search(style)):
            return "silent"
        if tag == "pre":
            return "pre"
        if tag == "blockquote":
            # A blockquote without a bar is what some programs make of "indent".
            return "" if _INDENT.search(style) and attributes.get("type") != "cite" else "quote"
        bar = attributes.get("name") == "quote" and (not style or _BAR.search(style))
        return "quote" if tag == "div" and bar else ""

    def _mark(self, tag: str, attributes: dict[str, str]) -> None:
        """Signs at the beginning of an element: bullets, links, a quoted rest, a signature."""
        if tag in ("ul", "ol"):
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._bullet()
        elif tag == "a":
            self.links.append((attributes.get("href", ""), len(self.line)))
        if "id" not in attributes and "class" not in attributes:
            return
        names = f"{attributes.get('id', '')} {attributes.get('class', '')}"[:_LONGEST_STYLE]
        if _REST_IS_QUOTED.search(names) and not self.rest_is_quoted:
            self._break(paragraph=True)
            self.rest_is_quoted = True
        elif _SIGNATURE.search(names):
            self._break(paragraph=False)
            self.line.append("-- ")
            self._end_line()

    def _void(self, tag: str) -> None:
        if self.open["silent"]:
            return
        if tag == "br":
            self._end_line(blank=True)
        elif tag == "hr":
            self._break(paragraph=False)
            self.line.append(_RULE)
            self._end_line()

    def _bullet(self) -> None:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        self.line.append(f"{number}. " if number else "- ")

    def _link(self, target: str, start: int) -> None:
        """The address behind a link, where the words do not show it: staff should see where it leads."""
        shown = "".join(self.line[start:]).strip()
        bare = re.sub(r"^(?:https?://|mailto:)", "", target.strip(), flags=re.IGNORECASE).rstrip("/")
        known = target.lower().startswith(("http://", "https://", "mailto:"))
        if known and shown and len(target) <= _LONGEST_LINK and bare not in shown and not self.open["silent"]:
            self._write(f" <{target.strip()}>")

    def _write(self, data: str) -> None:
        words = _SPACES.sub(" ", data)
        if words.startswith(" ") and (not self.line or self.line[-1].endswith(" ")):
            words = words[1:]
        if words:
            self.line.append(words)

    def _break(self, *, paragraph: bool) -> None:
        self._end_line()
        if paragraph and self.lines and self.lines[-1].strip("> "):
            self._add("")

    def _end_line(self, *, blank: bool = False) -> None:
        line = "".join(self.line)
        self.line.clear()
        line = line if line == "-- " else line.rstrip()
        if line or blank:
            self._add(line)

    def _add(self, line: str) -> None:
        if not line and len(self.lines) > 1 and not self.lines[-1].strip("> ") and not self.open["pre"]:
            return
        depth = min(self.open["quote"] + self.rest_is_quoted, _DEEPEST_QUOTE)
        self.lines.append(f"{'> ' * depth}{line}" if depth else line)
        self.length += len(line) + 1
        if self.length > self.limit:
            raise _Full
