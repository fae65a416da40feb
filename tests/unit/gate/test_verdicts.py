"""What filters and authenticating servers write, each in both directions."""

import pytest

from daemon.gate import verdicts
from tests.gate_mails import check, mail

#: Field -> a value by which the filter says "spam", and one by which it does not.
VALUES = {
    "X-Spam-Flag": ("YES", "NO"),
    "X-Spam-Status": ("Yes, score=8.2 required=5.0", "No, score=-2 required=5.0 tests=YES"),
    "X-Spam": ("Yes", "no"),
    "X-Spam-Verdict": ("PHISHING", "CLEAN"),
    "X-Spam-Action": ("add header", "no action"),
    "X-Rspamd-Action": ("reject", "greylist"),
    "X-Spamd-Result": ("default: True [15.2 / 15.0]", "default: False [1.2 / 15.0]"),
    "X-Barracuda-Spam-Flag": ("YES", "NO"),
    "X-Barracuda-Spam-Status": ("Yes, SCORE=6", "No, SCORE=0.1"),
    "X-Bogosity": ("Spam, tests=bogofilter", "Ham, tests=bogofilter"),
    "X-DSPAM-Result": ("Spam", "Innocent"),
    "X-Spambayes-Classification": ("spam; 0.99", "ham; 0.01"),
    "X-CRM114-Status": ("SPAM ( pR: -21.3 )", "Good ( pR: 10 )"),
    "X-SES-Spam-Verdict": ("FAIL", "PASS"),
    "X-SES-Virus-Verdict": ("FAIL", "PASS"),
    "X-Proofpoint-Spam-Details": ("rule=spam policy=default", "rule=notspam policy=default"),
    "X-MailScanner-SpamCheck": ("spam, SpamAssassin (score=9)", "not spam, SpamAssassin (score=1)"),
    "X-UI-Filterresults": ("junk:10;V03:K0:abc", "notjunk:1;V03:K0:abc"),
    "X-Antispameurope-Spamstatus": ("SPAM", "CLEAN"),
    "X-SpamExperts-Class": ("spam", "ham"),
    "X-Purgate-Type": ("spam", "clean"),
    "X-Expurgate-Type": ("dangerous.attachment", "clean"),
    "X-MS-Exchange-Organization-SCL": ("9", "1"),
    "X-Microsoft-Antispam-Mailbox-Delivery": ("ucf:0;jmr:0;dest:J;ENG:(1)", "ucf:0;jmr:0;dest:I;ENG:(1)"),
    "X-Forefront-Antispam-Report": ("CIP:1.2.3.4;SFV:SPM;CAT:HPHSH", "CIP:1.2.3.4;SFV:NSPM;CAT:NONE"),
    "X-Virus-Status": ("Infected (Eicar)", "Clean"),
    "X-Virus-Flag": ("YES", "NO"),
    "X-Amavis-Alert": ("INFECTED, message contains virus", "BAD HEADER, Duplicate header field"),
}


def test_every_field_is_tried() -> None:
    assert {name for name, _ in verdicts._SPAM_FIELDS} == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_a_filters_conclusion_withholds_and_its_acquittal_does_not(name: str) -> None:
    spam, ham = VALUES[name]
    found = check(f"{name.swapcase()}:\r\n\t{spam.swapcase()}")
    assert (found.kind, found.acknowledge) == ("spam", False)
    assert check(f"{name}: {ham}").acknowledge
    assert not check(f"{name}: {ham}", f"{name}: {spam}").acknowledge


def test_a_score_alone_says_nothing() -> None:
    assert check("X-Spam-Score: 17.3", "X-Spam-Level: *****************", "X-Spam-Bar: +++++++").acknowledge


SERVERS = ("mx.musterlingen.example", "MX2.musterlingen.example")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), None),
        (("mx.musterlingen.example; dmarc=fail",), "fail"),
        (("MX.MUSTERLINGEN.EXAMPLE 1; DMARC = Fail (p=reject) header.from=x",), "fail"),
        (("mx2.musterlingen.example; dmarc=pass",), "pass"),
        (("(x) mx.musterlingen.example (y); spf=pass (dmarc=fail); dmarc/1=none",), "none"),
        (("foreign.example; dmarc=fail",), None),
        (("foreign.example; dmarc=fail", "mx.musterlingen.example; dmarc=pass"), "pass"),
        (("mx.musterlingen.example; spf=pass", "mx.musterlingen.example; dmarc=fail"), None),
        (("mx.musterlingen.example.evil.example; dmarc=fail",), None),
        (("mx.musterlingen.example; none",), None),
        (("mx.musterlingen.example; x-dmarc=fail",), None),
        (('mx.musterlingen.example; dkim=fail reason="dmarc=fail"',), None),
        (('mx.musterlingen.example; spf=pass smtp.mailfrom="a; dmarc=pass"@evil.example; dmarc=fail',), "fail"),
        (('mx.musterlingen.example; spf=pass smtp.mailfrom="a; dmarc=pass',), None),
        (("",), None),
        ((";;;dmarc=fail",), None),
    ],
)
def test_only_the_topmost_field_of_a_named_server_counts(fields: tuple[str, ...], expected: str | None) -> None:
    message = mail(*(f"Authentication-Results: {field}" for field in fields))
    assert verdicts.authentication(message, SERVERS, "dmarc") == expected
    assert verdicts.authentication(message, (), "dmarc") is None
