"""HTML as a person would read it, with the quotes of each mail program."""

from __future__ import annotations

import pytest

from daemon.mime import hypertext, quotes


def read(html: str, limit: int = 100_000) -> str:
    return hypertext.text(html, limit)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Guten Tag,</p><p>die   Laterne\nist <b>aus</b>.</p>", "Guten Tag,\n\ndie Laterne ist aus."),
        ("Stra&szlig;e &amp; Weg&nbsp;1 &#8211; &euro;5", "Straße & Weg 1 – €5"),
        ("eins<br>zwei<br/><br>drei", "eins\nzwei\n\ndrei"),
        ("<ul><li>Müll<li>Lärm</ul>", "- Müll\n- Lärm"),
        ("<ol><li>Müll</li><li>Lärm</li></ol>", "1. Müll\n2. Lärm"),
        ("<table><tr><td>Ort</td><td>Markt 1</td></tr><tr><td>Zeit</td></tr></table>", "Ort Markt 1\nZeit"),
        ("<head><title>x</title><style>p{}</style></head><body>Text<script>alert(1)</script></body>", "Text"),
        ("<div style='display:none'>Vorschau</div><div>Text</div>", "Text"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("Text<!-- nichts --> hier", "Text hier"),
        ("kein HTML, nur Text", "kein HTML, nur Text"),
        ("<p>offen <b>und <i>falsch</b> verschachtelt</i>", "offen und falsch verschachtelt"),
        ('<a href="https://a.example/x">https://a.example/x</a>', "https://a.example/x"),
        ('<a href="https://a.example/x">hier</a>', "hier <https://a.example/x>"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="javascript:x()">hier</a>', "hier"),
        ('<?xml version="1.0" encoding="utf-16"?><html><body>Größe</body></html>', "Größe"),
        ("", ""),
        ("5 < 6", "5 < 6"),
    ],
)
def test_text_reads_as_on_the_screen(html, text):
    assert read(html) == text


OWN = "<div>Danke, es ist erledigt.</div>"
OLD = "Ihr Anliegen ist bei uns."
HEADER = "<b>Von:</b> Stadt<br><b>Gesendet:</b> Dienstag, 3. März 2026 14:05<br><b>An:</b> Max<br><b>Betreff:</b> Tonne"


@pytest.mark.parametrize(
    "quoted",
    [
        (
            f'<div class="gmail_quote"><div class="gmail_attr">Am 3. März 2026 um 14:05 schrieb Stadt &lt;<a href="mailto:'
            f'p@m.example">p@m.example</a>&gt;:<br></div><blockquote class="gmail_quote" style="border-left:1px solid">'
            f"{OLD}</blockquote></div>"
        ),
        f'<hr><div id="divRplyFwdMsg">{HEADER}</div><div>{OLD}</div>',
        f'<div id="appendonsend"></div><hr><div id="x_divRplyFwdMsg">{HEADER}</div><p>{OLD}</p>',
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">{HEADER}</p></div><p>{OLD}</p>',
        (
            f'<div class="moz-cite-prefix">Am 03.03.26 um 14:05 schrieb Stadt:<br></div><blockquote type="cite">{OLD}'
            "</blockquote>"
        ),
        f'<br><blockquote type="cite">Am 03.03.2026 um 14:05 schrieb Stadt &lt;p@m.example&gt;:<br><br>{OLD}</blockquote>',
        f'<div name="quote" style="margin:10px; border-left:2px solid #C3D9E5"><div>{HEADER}</div>{OLD}</div>',
        f"<blockquote><p>{OLD}</p></blockquote>",
        f'<div class="ms-outlook-mobile-reference-message">{HEADER}</div><div>{OLD}</div>',
        f"<div>-----Ursprüngliche Nachricht-----</div><div>{OLD}</div>",
    ],
)
def test_the_quotes_of_mail_programs_are_quotes(quoted):
    parts = quotes.split(read(OWN + quoted))
    assert parts.own == "Danke, es ist erledigt."
    assert OLD in parts.quoted


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature">Max Muster</div>',
        '<pre class="moz-signature">-- \nMax Muster</pre>',
        "-- <br>Max Muster",
    ],
)
def test_marked_signatures_are_signatures(signature):
    parts = quotes.split(read(OWN + signature))
    assert parts.own == "Danke, es ist erledigt."
    assert "Max Muster" in parts.signature


def test_answers_between_html_quotes_stay_with_the_sender():
    html = "<blockquote type=cite>Wo?</blockquote><p>Am Markt.</p><blockquote type=cite>Wann?</blockquote><p>Am Montag.</p>"
    assert quotes.split(read(html)).own == "Am Markt.\n\nAm Montag."


def test_indented_text_is_no_quote():
    html = '<p>Erstens:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">Die Laterne.</blockquote>'
    assert "Die Laterne." in quotes.split(read(html)).own


@pytest.mark.parametrize("tag", ["div", "table", "blockquote", "ul", "span", "b", "a href=https://a.example"])
def test_deep_nesting_is_read(tag):
    assert "Laterne" in read(f"<{tag}>" * 20_000 + "Laterne", limit=2_000_000)


def test_no_more_is_read_than_asked_for():
    text = read("<p>Wort</p>" * 100_000, limit=1000)
    assert 1000 <= len(text) < 1100
