"""What became of each mail: read from the daemon's own database and from what the catcher took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from daemon.config import Config
from daemon.demo.samples import Sample, read
from daemon.demo.servers import Caught
from daemon.errors import StoreError
from daemon.model import DeliveryStatus, Role
from daemon.store import Store
from daemon.store.arrivals import Arrival, arrivals
from daemon.store.tickets import Filters, TicketView

#: What a delivery ends in; everything else is still on its way.
SETTLED = frozenset({DeliveryStatus.SENT, DeliveryStatus.REFUSED, DeliveryStatus.WITHHELD, DeliveryStatus.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One arrived mail, its ticket where it belongs to one, and the acknowledgement where one went out."""

    arrival: Arrival
    ticket: TicketView | None
    acknowledgement: bytes | None

    def differs(self, sample: Sample) -> Iterator[str]:
        """Sentences: where this is not what the manifest says."""
        if self.arrival.kind != sample.kind:
            yield f"kind is {self.arrival.kind}, expected {sample.kind}"
        if (self.acknowledgement is not None) != sample.acknowledged:
            yield f"{'not ' if sample.acknowledged else ''}acknowledged, expected the opposite"
        if sample.opens_ticket and self.ticket is None:
            yield "no ticket"
        if self.ticket is None or not sample.opens_ticket:
            return
        row = self.ticket.row
        for name in ("category", "department", "language"):
            expected = getattr(sample, name)
            if expected is not None and getattr(row, name) != expected:
                yield f"{name} is {getattr(row, name)}, expected {expected}"


class Observer:
    """Looks at the daemon's database and the catcher. Never writes."""

    def __init__(self, config: Config, caught: SimpleQueue[Caught]) -> None:
        self._config, self._queue = config, caught
        self._store: Store | None = None
        #: What went out to citizens, by its own Message-ID.
        self.acknowledgements: dict[str, bytes] = {}
        self.sent = 0

    def look(self) -> list[Outcome]:
        """Every mail that the daemon has recorded so far, oldest first; [] until its database is there."""
        self._catch()
        try:
            self._store = self._store or Store.open(self._config, read_only=True)
            recorded = arrivals(self._store.database)
            tickets = {view.row.number: view for view in self._store.tickets.all(Filters())}
        except StoreError:
            return []
        return [self._outcome(arrival, tickets) for arrival in recorded]

    def settled(self, outcomes: Sequence[Outcome], delivered: int) -> bool:
        """True where all of them are recorded, moved, and everything that they gave rise to is sent."""
        if len(outcomes) < delivered or not all(outcome.arrival.settled for outcome in outcomes):
            return False
        views = {o.ticket.row.number: o.ticket for o in outcomes if o.ticket}.values()
        deliveries = [delivery for view in views for delivery in view.deliveries]
        answered = {
            d.message_id for d in deliveries if d.target == "acknowledgement" and d.status == DeliveryStatus.SENT
        }
        return all(d.status in SETTLED for d in deliveries) and answered <= set(self.acknowledgements)

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def _catch(self) -> None:
        with suppress(Empty):
            while True:
                mail = self._queue.get_nowait()
                self.sent += 1
                head = read(mail.data)
                # RFC 3834 §5: what answers a person's mail says `auto-replied`; forwarded mail `auto-generated`.
                if str(head["Auto-Submitted"]).strip().lower() == "auto-replied":
                    self.acknowledgements[str(head["Message-ID"]).strip()] = mail.data

    def _outcome(self, arrival: Arrival, tickets: dict[str, TicketView]) -> Outcome:
        ticket = tickets.get(arrival.ticket or "")
        sent = ticket.acknowledgement if ticket and arrival.role == Role.FIRST else None
        return Outcome(arrival, ticket, self.acknowledgements.get(sent.message_id or "") if sent else None)
