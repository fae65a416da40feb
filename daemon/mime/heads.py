"""The head of one part: what its MIME fields say (RFC 2045 §5, RFC 2183), and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from daemon.mime import headers, parameters

_FIELD_OCTETS: Final = 8_000
BOUNDARY_OCTETS: Final = 300  # RFC 2046 §5.1.1 says 70
_NO_FIELD: Final = parameters.Field("")


@dataclass(frozen=True, slots=True)
class Head:
    """What the fields of one part say; `octets` is the size of its body, decoded, before any cut."""

    content_type: parameters.Field
    disposition: parameters.Field = _NO_FIELD
    encoding: str = ""
    octets: int = 0
    read_as: str = ""

    @property
    def type(self) -> str:
        """The type as which the part is read; `content_type` says what was declared."""
        return self.read_as or self.content_type.value

    @property
    def name(self) -> str | None:
        """The file name that the sender claims (RFC 2183 §2.3, else the older parameter `name`)."""
        return self.disposition.get("filename") or self.content_type.get("name")

    @property
    def is_file(self) -> bool:
        """Attached and named. Attached without a name is what some programs make of the text itself."""
        return self.disposition.value == "attachment" and self.name is not None

    @property
    def boundary(self) -> bytes:
        """The boundary of a multipart; empty where there is none that could be used."""
        value = (self.content_type.get("boundary") or "").rstrip().encode("utf-8", "replace")
        return value if self.type.startswith("multipart/") and len(value) <= BOUNDARY_OCTETS else b""


def read(header: headers.Header, default: str) -> Head:
    """The head of a part; `default` is its type where it names none."""
    content_type = parameters.read(_value(header, b"content-type"))
    if "/" not in content_type.value:
        content_type = parameters.Field(default, content_type.params)  # RFC 2045 §5.2
    return Head(
        content_type,
        parameters.read(_value(header, b"content-disposition")),
        parameters.read(_value(header, b"content-transfer-encoding")).value,
    )


def _value(header: headers.Header, name: bytes) -> str | None:
    value = header.get(name)
    return None if value is None else headers.as_text(value[:_FIELD_OCTETS])
