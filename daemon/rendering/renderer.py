"""Facts in, final octets out: puts templates, words, calendar and letter together. Built once per configuration."""

from __future__ import annotations

from daemon.calendar import Calendar
from daemon.config import Config
from daemon.rendering import acknowledgement, admin, check, forward, webhook
from daemon.rendering.facts import AckFacts, AlarmFacts, DailyFacts, ForwardFacts, WebhookFacts
from daemon.rendering.letter import write
from daemon.rendering.parts import multipart, text_part
from daemon.rendering.sheet import as_html, as_text
from daemon.rendering.templates import Templates


class Renderer:
    """Every text that leaves. Pure: the same facts give the same octets."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.calendar = Calendar.of(config.organisation)
        folder = config.templates.folder
        swiss = config.organisation.country in ("CH", "LI")
        self.templates = Templates(config.path(folder) if folder else None, swiss)

    def acknowledgement(self, facts: AckFacts) -> bytes:
        """The acknowledgement as a complete message. Raises `Unsendable` where its address cannot be written to."""
        language = self._language(facts.language)
        words = self.templates.words(language)
        values = acknowledgement.values(facts, self.config, self.calendar, words, language)
        name = acknowledgement.template(language, facts)
        sheet = self.templates.render(name, values)
        subject = self.templates.render(f"ack/{language}/subject.j2", acknowledgement.subject_values(facts))
        page = {"title": subject, "language": values["language"], "content": as_html(sheet)}
        html = self.templates.render("ack/page.html.j2", page)
        letter = acknowledgement.letter(facts, self.config, self.calendar, language, subject)
        return write(letter, multipart("alternative", text_part(as_text(sheet)), text_part(html, "html")))

    def forward(self, facts: ForwardFacts) -> bytes:
        """The mail to a department as a complete message, with the original where it is small enough."""
        language = self._staff_language()
        words = self.templates.words(language)
        subject_values = forward.subject_values(facts, self.config, words, language)
        subject = self.templates.render(f"forward/{language}/subject.j2", subject_values)
        values = forward.values(facts, self.config, self.calendar, words, language)
        text = self.templates.render(f"forward/{language}/mail.j2", values)
        letter = forward.letter(facts, self.config, self.calendar, language, subject)
        return write(letter, forward.body(facts, text, self.config.delivery.forward_limit))

    def webhook(self, facts: WebhookFacts) -> bytes:
        """The ticket as JSON (docs/webhook.md)."""
        return webhook.payload(facts)

    def alarm(self, facts: AlarmFacts) -> bytes:
        """The administrator's warning as a complete message."""
        language = self._staff_language()
        values = admin.alarm_values(facts, self.calendar, self.templates.words(language))
        subject = self.templates.render(f"admin/{language}/alarm.subject.j2", values)
        text = self.templates.render(f"admin/{language}/alarm.j2", values)
        return write(admin.letter(facts, self.config, self.calendar, language, subject), text_part(text))

    def daily(self, facts: DailyFacts) -> bytes:
        """The administrator's daily mail as a complete message."""
        language = self._staff_language()
        values = admin.daily_values(facts, self.calendar, self.templates.words(language))
        subject = self.templates.render(f"admin/{language}/daily.subject.j2", values)
        text = self.templates.render(f"admin/{language}/daily.j2", values)
        return write(admin.letter(facts, self.config, self.calendar, language, subject), text_part(text))

    def check(self, *, ours: bool = True) -> list[str]:
        """What is wrong with the templates, each with file and line; empty where all is well.

        Without `ours` it is not asked where every text is the program's own: that is proven before a release.
        """
        return check.problems(self.config, self.calendar, self.templates, ours=ours)

    def _language(self, wished: str) -> str:
        """The citizen's language where the organisation answers in it, else its first."""
        offered = self.config.organisation.languages
        return next((language for language in offered if language == wished), offered[0])

    def _staff_language(self) -> str:
        return self.config.organisation.languages[0]
