"""One small synthetic form of each kind and language: for tests, for routes' own examples and for the docs. Nobody in them exists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from actionday.refer.forms.annexes import (
    AuthorityType,
    Content,
    Feedback,
    Impossibility,
    Measure,
    Obstacle,
    RemovalOrder,
)
from actionday.refer.forms.field import Form
from actionday.refer.forms.requests import Notice, PlatformLetter, Referral
from actionday.refer.package import (
    Contact,
    Contest,
    EvidenceHash,
    Ground,
    Item,
    Kind,
    Language,
    Moment,
    Package,
    Recipient,
    Terms,
    Withheld,
)

SEEN = Moment.of(datetime(2026, 3, 28, 23, 30, tzinfo=timezone(timedelta(hours=3))))
MADE = Moment.of(datetime(2026, 3, 29, 10, 15, tzinfo=UTC))
_SPOKEN = {
    Language.ENGLISH: (
        "Example Host",
        "Terms of service, 4.2: violent extremism",
        "You must not call for violence against people.",
        "The channel's posts of 28 March call for attacks on a named public place.",
    ),
    Language.FRENCH: (
        "Hébergeur d'exemple",
        "Conditions d'utilisation, 4.2 : extrémisme violent",
        "Il est interdit d'appeler à la violence contre des personnes.",
        "Les messages du 28 mars appellent à attaquer un lieu public nommé.",
    ),
    Language.GERMAN: (
        "Beispiel-Anbieter",
        "Nutzungsbedingungen, 4.2: gewalttätiger Extremismus",
        "Aufrufe zu Gewalt gegen Menschen sind verboten.",
        "Die Beiträge vom 28. März rufen zu Angriffen auf einen benannten öffentlichen Ort auf.",
    ),
    Language.ARABIC: (
        "المضيف التجريبي",
        "شروط الخدمة، 4.2: التطرف العنيف",
        "يُحظر الدعوة إلى العنف ضد الناس.",
        "منشورات القناة بتاريخ 28 مارس تدعو إلى مهاجمة مكان عام مذكور بالاسم (مثال اصطناعي).",
    ),
}


def example_package(kind: Kind, language: Language = Language.ENGLISH, reference: str = "UNIT-2026-0042") -> Package:
    """A complete package of a kind that is made from one."""
    host, clause, words, explanation = _SPOKEN[language]
    terms = Terms(
        host, clause, words, "https://host.example/terms?v=7#violent", Moment(datetime(2026, 3, 1, tzinfo=UTC))
    )
    items = (
        Item("https://host.example/c/demo_channel", "telegram:channel:1000000001", SEEN, "قناة الاختبار"),
        Item("https://host.example/c/demo_channel/17?single=1&comment=2", "", SEEN),
    )
    return Package(
        reference,
        kind,
        Recipient(host, language, "abuse@host.example", "1 Example Street\n1000 Exampletown", terms),
        Contact("Example Referral Unit", "Duty desk", "desk@unit.example", "+32 2 000 00 00"),
        items,
        Ground("G2", clause, "https://unit.example/grounds#g2"),
        explanation,
        (EvidenceHash("sha256", "0f" * 32, "capture.warc.gz", SEEN),),
        Contest("contest@unit.example"),
        MADE,
    )


def example_withheld(package: Package) -> Package:
    """The same, not to be passed on for two weeks."""
    until = Moment(package.made.at + timedelta(days=14))
    return replace(package, contest=Withheld("an investigation is under way", until))


def example_form(kind: Kind, language: Language = Language.ENGLISH) -> Form:
    """A complete form of that kind."""
    match kind:
        case Kind.REFERRAL:
            return Referral.of(example_package(kind, language))
        case Kind.NOTICE:
            return replace(Notice.of(example_package(kind, language)), good_faith=True)
        case Kind.LETTER:
            return PlatformLetter.of(example_withheld(example_package(kind, language)))
        case Kind.ORDER:
            return example_order()
        case Kind.FEEDBACK:
            return _feedback()
        case Kind.IMPOSSIBILITY:
            return _impossibility()


def example_order() -> RemovalOrder:
    """Annex I, complete, by an authority that does not exist."""
    return RemovalOrder(
        issuing_member_state="BE",
        addressee="Example Host Ltd",
        contact_point="tco@host.example",
        member_state_of_establishment="IE",
        issued_at=MADE,
        reference="BE-2026-0042",
        locations=example_package(Kind.ORDER).items,
        reasons=_SPOKEN[Language.ENGLISH][3],
        content=(Content.INCITES, Content.THREATENS),
        non_disclosure=True,
        other_member_state=True,
        authority_type=AuthorityType.LAW_ENFORCEMENT,
        authority_name="Example National Authority",
        representative="A. Example, chief inspector",
        file_number="F/2026/42",
        authority_address="2 Example Square, 1000 Exampletown",
        authority_email="orders@authority.example",
        signed_on="2026-03-29",
        authenticated_channel=True,
        feedback_contact="orders@authority.example",
        home_authority_contact="tco@authority-ie.example",
        redress_body="Example Court of Appeal",
        redress_deadline="30 days from receipt",
        redress_provisions="https://law.example/redress",
    )


def _feedback() -> Feedback:
    return Feedback(
        addressee="Example Host Ltd",
        issuing_authority="Example National Authority",
        authority_reference="BE-2026-0042",
        reference="HOST-77",
        received_at=MADE,
        measure=Measure.ACCESS_DISABLED,
        measure_at=Moment(MADE.at + timedelta(minutes=41)),
        provider="Example Host Ltd",
        member_state_of_establishment="IE",
        authorised_person="B. Example",
        contact_email="tco@host.example",
        signed_at=Moment(MADE.at + timedelta(minutes=55)),
    )


def _impossibility() -> Impossibility:
    return Impossibility(
        addressee="Example Host Ltd",
        issuing_authority="Example National Authority",
        authority_reference="BE-2026-0042",
        reference="HOST-78",
        received_at=MADE,
        obstacles=(Obstacle.INSUFFICIENT,),
        clarification="The second address leads to a page that needs a further parameter; which post is meant?",
        provider="Example Host Ltd",
        authorised_person="B. Example",
        contact_email="tco@host.example",
        signature="B. Example",
        signed_at=Moment(MADE.at + timedelta(minutes=20)),
    )
