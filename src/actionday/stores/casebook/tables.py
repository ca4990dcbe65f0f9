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
        comment="casebook_made, judgement, judgement_withdrawn, campaign_frozen, erasure, person, unit, case, hold, hold_lifted, look_up, sign_in, intake",
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
