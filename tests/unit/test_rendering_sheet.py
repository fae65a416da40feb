"""One sheet, two forms."""

from __future__ import annotations

from daemon.rendering.sheet import as_html, as_text, link, phone, plain

SHEET = f"""
# Titel
Ein Satz
über zwei Zeilen.

## Abschnitt

- eins
- zwei & {link("https://a.example/?x=1&y=2", 'drei "vier"')}


Gruß\\
Stadt
"""


def test_text_is_wrapped_and_links_show_their_address() -> None:
    assert as_text(SHEET) == (
        "Titel\n\nEin Satz über zwei Zeilen.\n\nAbschnitt\n\n"
        '- eins\n- zwei & drei "vier" <https://a.example/?x=1&y=2>\n\nGruß\nStadt\n'
    )


def test_html_has_structure_and_everything_else_is_escaped() -> None:
    assert as_html(SHEET) == (
        "<h1>Titel</h1>\n<p>Ein Satz über zwei Zeilen.</p>\n<h2>Abschnitt</h2>\n"
        "<ul>\n<li>eins</li>\n"
        '<li>zwei &amp; <a href="https://a.example/?x=1&amp;y=2">drei &#34;vier&#34;</a></li>\n</ul>\n'
        "<p>Gruß<br>\nStadt</p>"
    )


def test_a_long_address_is_never_broken() -> None:
    url = "https://a.example/" + "x" * 100
    assert f"<{url}>" in as_text(f"Wort {link(url, 'hier')}")


def test_only_web_mail_and_telephone_addresses_become_links() -> None:
    assert as_html(link("javascript:alert(1)", "hier")) == "<p>hier</p>"
    assert as_html(link('https://a.example/" onclick="x', "hier")) == "<p>hier</p>"


def test_a_telephone_number_can_be_dialled_and_is_shown_as_written() -> None:
    assert as_html(phone("+49 (0)6123 / 45-6")) == '<p><a href="tel:+496123456">+49 (0)6123 / 45-6</a></p>'
    assert as_html(phone("06123 456")) == '<p><a href="tel:06123456">06123 456</a></p>'
    assert as_text(phone("06123 456")) == "06123 456\n"
    assert as_html(phone("auf Anfrage")) == "<p>auf Anfrage</p>"


def test_a_value_makes_no_structure() -> None:
    assert plain("a\n\n# b\r\n- c\u2028d\x85e\ue000f") == "a # b - c d ef"


def test_no_break_spaces_stay() -> None:
    assert plain("14\u00a0h\u00a005") == "14\u00a0h\u00a005"
