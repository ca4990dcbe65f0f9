"""The casebook's tables as the queries know them. What makes them in a database is `schema`; a test compares the two."""

from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData()

CASEBOOK = Table(
    "casebook",
    METADATA,
    Column("version", Integer, comment="of the tables"),
    Column("id", Text, comment="random; also the id of the first entry"),
    Column("key_check", Text, comment="by which the home's key is known again"),
    comment="One row: which casebook this is.",
)
LEDGER = Table(
    "ledger",
    METADATA,
    Column("seq", BigInteger, primary_key=True, comment="1, 2, 3 … without a gap"),
    Column("id", Text, comment="random, unique"),
    Column(
        "kind",
        Text,
        comment="casebook_made, judgement, judgement_withdrawn, campaign_frozen, erasure, person, unit, case, hold, hold_lifted, look_up, sign_in, "
        "campaign, referral, referral_released, partner_list, publication, subject_request, intake",
    ),
    Column("at", Text, comment="when it was written, ISO 8601 in UTC, microseconds"),
    Column("actor", Text, comment="who wrote it, by id"),
    Column("of", Text, comment="the id of the entry it is about"),
    Column("facts", Text, comment="commitment to its facts, HMAC-SHA-256"),
    Column("words", Text, comment="commitment to its words, HMAC-SHA-256"),
    Column("previous", Text, comment="the hash before it"),
    Column("hash", Text, comment="SHA-256 over the hash before it and all columns left of this one"),
    Column("signature", Text, comment="Ed25519 over the hash by the actor's key, where people are enrolled"),
    comment="What was decided, in order. Append-only: the database refuses to change, delete or reorder.",
)
PAYLOADS = Table(
    "payloads",
    METADATA,
    Column("seq", BigInteger, primary_key=True, comment="the entry it belongs to"),
    Column("part", Text, primary_key=True, comment="facts, or words"),
    Column("salt", LargeBinary, comment="32 random bytes, the commitment's key"),
    Column("body", LargeBinary, comment="JSON: subjects and answer, or reason and the person's name"),
    comment="What an entry commits to. Rows are deleted by `forget`, and never changed.",
)
PAYLOAD_SUBJECTS = Table(
    "payload_subjects",
    METADATA,
    Column("subject_hash", Text, primary_key=True, comment="keyed by the home's key"),
    Column("seq", BigInteger, primary_key=True, comment="an entry that is about it"),
    comment="Which entries are about a subject, so that `forget` finds them.",
)
FORGOTTEN = Table(
    "forgotten",
    METADATA,
    Column("subject_hash", Text, primary_key=True, comment="keyed by the home's key"),
    comment="Subjects that were erased and stay out.",
)
CASES = Table(
    "cases",
    METADATA,
    Column("id", Text, primary_key=True, comment="of the case: that of the entry that opened it"),
    Column("opened", BigInteger, comment="number of that entry"),
    Column("target_hash", Text, comment="of its target, keyed by the home's key"),
    Column(
        "about_hash", Text, comment="of whom the target belongs to, where it is an address; else of the target itself"
    ),
    Column("platform", Text),
    Column("campaign", Text, comment="empty: none"),
    Column("stage", Text, comment="first, second, third, found, dismissed, undecided, overturned, closed"),
    Column("waiting", Integer, comment="1 where somebody has to read it"),
    Column("sealed", Integer, comment="1 where child abuse sealed it"),
    Column("rank", Double, comment="larger comes first"),
    Column("claimed_by", Text, comment="who has it, by id"),
    Column("claimed_until", Text, comment="ISO 8601 in UTC"),
    Column("handed_to", Text, comment="whom it was handed on to"),
    Column("barred", Text, comment="who does not read it (again), by id, sorted, with a blank between"),
    Column("events", Integer, comment="how many entries are about it"),
    comment="Where every case stands: the fold of its entries, kept with each of them and made anew by `rebuild`.",
)
HOLDS = Table(
    "holds",
    METADATA,
    Column("id", Text, primary_key=True, comment="of the entry that began it"),
    Column("target_hash", Text, comment="of the target, keyed by the home's key"),
    Column("begun", Text, comment="ISO 8601 in UTC"),
    Column("until", Text, comment="ISO 8601 in UTC"),
    Column("lifted", Text, comment="when it was lifted, where it was"),
    comment="Targets that an authority asked to leave alone.",
)
RECEIPTS = Table(
    "receipts",
    METADATA,
    Column("id", Text, primary_key=True, comment="of what was received: that of its first entry"),
    Column("opened", BigInteger, comment="number of that entry"),
    Column("kind", Text, comment="order, notice, user_report, complaint, unclear, other"),
    Column("received", Text, comment="when the server received it, ISO 8601 in UTC"),
    Column("source", Text, comment="where it came in: mailbox and number, file, queue"),
    Column("waits_for", Text, comment="what a person has to do next; empty: nothing"),
    Column("acknowledged", Integer, comment="1 where a person has it"),
    Column("kept_until", Text, comment="when what is preserved has to be erased, ISO 8601 in UTC"),
    Column("events", Integer, comment="how many entries are about it"),
    comment="Where everything received stands: the fold of its entries, kept with each of them and made anew by `rebuild`.",
)
CAMPAIGNS = Table(
    "campaigns",
    METADATA,
    Column("id", Text, primary_key=True, comment="of the campaign: that of the entry that planned it"),
    Column("name", Text),
    Column("stage", Text, comment="planned, submitted, launched, paused, closed"),
    Column("targets", Integer, comment="how many there are"),
    Column("events", Integer, comment="how many entries are about it"),
    comment="Where every campaign stands: the fold of its entries, kept with each of them and made anew by `rebuild`.",
)
CAMPAIGN_TARGETS = Table(
    "campaign_targets",
    METADATA,
    Column("campaign", Text, primary_key=True, comment="by id"),
    Column("case_id", Text, primary_key=True, comment="the case that is its own ground for being here"),
    comment="What every campaign is about; a line is there as long as the target is.",
)
REFERRALS = Table(
    "referrals",
    METADATA,
    Column("id", Text, primary_key=True, comment="of the referral: that of the entry that drafted it"),
    Column("drafted", BigInteger, comment="number of that entry"),
    Column("case_id", Text, comment="the finding that it is about"),
    Column("campaign", Text, comment="by id; empty: a single case"),
    Column("recipient", Text, comment="by its name in the recipient registry"),
    Column("reference", Text, comment="under which host and content provider answer; unique"),
    Column("form", Text, comment="referral, notice, platform_report"),
    Column("status", Text, comment="one word for a list"),
    Column("stage", Text, comment="the last step of the way out"),
    Column("waiting", Integer, comment="1 where it waits to be sent"),
    Column("left_here", Integer, comment="1 where it left, or may have"),
    Column("taken", Text, comment="when it was last taken to be sent, ISO 8601 in UTC"),
    Column("released", Integer, comment="1 where a person let go what a partner's list had parked"),
    Column("events", Integer, comment="how many entries are about it"),
    comment="Where every referral stands, and the outbox: the fold of its entries, kept with each of them and made anew by `rebuild`.",
)
REFERRAL_NAMES = Table(
    "referral_names",
    METADATA,
    Column("referral", Text, primary_key=True, comment="by id"),
    Column("name_hash", Text, primary_key=True, comment="of a name of its target, keyed by the home's key"),
    Column(
        "recipient", Text, comment="unique with the name as long as the referral is active, and for good once it left"
    ),
    Column("active", Integer, comment="0 once it was withdrawn before it left"),
    comment="Under which names a referral's target is known: one referral per target and recipient.",
)
REFERRAL_MARKS = Table(
    "referral_marks",
    METADATA,
    Column("referral", Text, primary_key=True, comment="by id"),
    Column("mark", Text, primary_key=True, comment="of its target, keyed by a joint campaign's key"),
    comment="By which partners' lists know a referral's target.",
)
PARTNER_MARKS = Table(
    "partner_marks",
    METADATA,
    Column("campaign", Text, primary_key=True, comment="name of the joint campaign"),
    Column("unit", Text, primary_key=True, comment="whose list it is"),
    Column("list", Text, primary_key=True, comment="held, referred, items"),
    Column("mark", Text, primary_key=True, comment="of a target, keyed by the campaign's key"),
    comment="What partners hold, have referred already, and have among their items. The last list of each counts.",
)
PUBLICATIONS = Table(
    "publications",
    METADATA,
    Column("id", Text, primary_key=True, comment="UUIDv7 (RFC 9562); a later line has a later one"),
    Column("kind", Text, comment="advisory, recommendation, retraction, erasure"),
    Column("item", Text, comment="the publication that began what this one is about"),
    Column("at", Text, comment="ISO 8601 in UTC"),
    Column("entry", BigInteger, comment="the ledger's entry that it commits to; unique"),
    comment="The change feed. Append-only: the database refuses to change or delete. It holds no names.",
)
