"""A backup is taken, life goes on, the backup is put back: nobody is acknowledged a second time."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from tests.dovecot import Dovecot
from tests.installation import Installation
from tests.integration.test_daemon import acknowledgements, mail
from tests.smtp import SmtpServer


async def test_a_restored_database_acknowledges_nobody_again(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    copy = installation.folder / "copy.db"
    dovecot.deliver(mail(1))
    assert (await installation.command("run", "--once")).status == 0
    smtp.answers["RCPT"] = "451 4.7.1 come back later"
    dovecot.deliver(mail(2, "Laterne"))
    assert (await installation.command("run", "--once")).status == 0
    assert (await installation.command("backup", str(copy))).status == 0
    smtp.answers.clear()

    # what the copy does not know: the second goes out after all, a third comes
    listed = await installation.command("outbox", "list", "--json")
    await installation.command("outbox", "retry", *(str(found["id"]) for found in listed.objects))
    dovecot.deliver(mail(3, "Papierkorb", "Die Abfalltonne wurde wieder nicht geleert, die Kehrichtabfuhr kam nicht."))
    assert (await installation.command("run", "--once")).status == 0
    assert len(acknowledgements(smtp)) == 3
    sent = len(smtp.messages)

    for left in installation.folder.glob("anliegen.db*"):
        left.unlink()
    shutil.copy(copy, installation.folder / "anliegen.db")
    result = await installation.command("run", "--once")
    assert "[restored]" in result.err
    assert len(smtp.messages) == sent, "something left the restored database by itself"

    status = await installation.command("status", "--json")
    [found] = status.objects
    assert status.status == 1
    assert found["in_doubt"] == len(listed.objects) > 0
    assert [mailbox["name"] for mailbox in found["mailboxes"]] == ["buergerpost"]

    assert (await installation.command("reconcile")).status == 1
    repaired = await installation.command("reconcile", "--repair")
    assert (repaired.status, "nothing was sent for it: `anliegen outbox retry" in repaired.out) == (0, True), (
        repaired.out
    )
    assert (await installation.command("run", "--once")).status == 0
    assert len(smtp.messages) == sent, "what a repair imported was handed on again"
    dovecot.deliver(mail(4, "Wespen"))
    assert (await installation.command("run", "--once")).status == 0
    assert Counter(ack["To"] for ack in acknowledgements(smtp)) == {
        f"erika{n}@citizen.example": 1 for n in (1, 2, 3, 4)
    }
    numbers = [ticket["number"] for ticket in await installation.tickets()]
    assert len(set(numbers)) == len(numbers) == 4
    assert Path(copy).exists()


async def test_status_of_a_healthy_daemon_is_0(dovecot: Dovecot, smtp: SmtpServer, installation: Installation) -> None:
    dovecot.deliver(mail(1))
    assert (await installation.command("run", "--once")).status == 0
    status = await installation.command("status")
    assert status.status == 0, status.out
    assert "Nothing needs a person." in status.out
    assert "0 acknowledgements open." in status.out
