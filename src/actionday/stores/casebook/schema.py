"""Makes the tables and brings older ones forward, step by step; a step that was released is never edited.

The steps are plain SQL, since most of it is triggers, which differ by database. The triggers make an append-only chain out of
the ledger for everybody who comes through SQL: no change, no deletion, and an entry only behind the newest one.
Not for: keeping out whoever owns the database and may drop triggers; `verify` and a noted head are.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, inspect, select, update

from actionday.records import HomeError
from actionday.stores.casebook.chain import GENESIS
from actionday.stores.casebook.tables import CASEBOOK

_TABLES = (
    "CREATE TABLE casebook (version INTEGER NOT NULL, id TEXT NOT NULL, key_check TEXT NOT NULL)",
    "CREATE TABLE ledger (seq {integer} PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, "
    "of TEXT, facts TEXT, words TEXT, previous TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE)",
    "CREATE TABLE payloads (seq {integer} NOT NULL REFERENCES ledger (seq), part TEXT NOT NULL, salt {bytes} NOT NULL, body {bytes} NOT NULL, "
    "PRIMARY KEY (seq, part))",
    "CREATE TABLE payload_subjects (subject_hash TEXT NOT NULL, seq {integer} NOT NULL REFERENCES ledger (seq), PRIMARY KEY (subject_hash, seq))",
    "CREATE INDEX payload_subjects_seq ON payload_subjects (seq)",
    "CREATE TABLE forgotten (subject_hash TEXT PRIMARY KEY)",
)
_SQLITE = (
    *_TABLES,
    "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    # also against INSERT OR REPLACE, which deletes without a trigger
    "CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger "
    "WHEN NEW.seq IS NOT coalesce((SELECT max(seq) FROM ledger), 0) + 1 "
    f"OR NEW.previous IS NOT coalesce((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '{GENESIS}') "
    "BEGIN SELECT RAISE(ABORT, 'an entry follows the newest one'); END",
    "CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads BEGIN SELECT RAISE(ABORT, 'payloads are not changed'); END",
    "CREATE TRIGGER payloads_no_replace BEFORE INSERT ON payloads "
    "WHEN EXISTS (SELECT 1 FROM payloads WHERE seq = NEW.seq AND part = NEW.part) "
    "BEGIN SELECT RAISE(ABORT, 'payloads are not changed'); END",
)
_POSTGRESQL = (
    *_TABLES,
    "CREATE FUNCTION casebook_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END $$",
    "CREATE FUNCTION ledger_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE newest RECORD; BEGIN "
    "SELECT seq, hash INTO newest FROM ledger ORDER BY seq DESC LIMIT 1; "
    "IF NEW.seq IS DISTINCT FROM coalesce(newest.seq, 0) + 1 "
    f"OR NEW.previous IS DISTINCT FROM coalesce(newest.hash, '{GENESIS}') "
    "THEN RAISE EXCEPTION 'an entry follows the newest one'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
    "FOR EACH STATEMENT EXECUTE FUNCTION casebook_refuse('the ledger is append-only')",
    "CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_in_order()",
    "CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads "
    "FOR EACH STATEMENT EXECUTE FUNCTION casebook_refuse('payloads are not changed')",
)
_SIGNED = (
    "ALTER TABLE ledger ADD COLUMN signature TEXT",
    "CREATE INDEX ledger_kind ON ledger (kind, seq)",  # who is enrolled is asked at every write
)
_CASES = (
    "CREATE INDEX ledger_of ON ledger (of)",
    "CREATE INDEX ledger_actor ON ledger (actor, at)",  # what somebody did today
    "CREATE TABLE cases (id TEXT PRIMARY KEY, opened {integer} NOT NULL, target_hash TEXT NOT NULL, about_hash TEXT NOT NULL, platform TEXT NOT NULL, campaign TEXT NOT NULL, "
    "stage TEXT NOT NULL, waiting INTEGER NOT NULL, sealed INTEGER NOT NULL, rank DOUBLE PRECISION NOT NULL, claimed_by TEXT, claimed_until TEXT, "
    "handed_to TEXT, barred TEXT NOT NULL, events INTEGER NOT NULL)",
    "CREATE INDEX cases_queue ON cases (waiting, rank, opened)",
    "CREATE INDEX cases_stage ON cases (stage, rank, opened)",
    "CREATE INDEX cases_campaign ON cases (campaign, stage, rank, opened)",
    "CREATE INDEX cases_target ON cases (target_hash)",
    "CREATE INDEX cases_claimed ON cases (claimed_by)",
    "CREATE TABLE holds (id TEXT PRIMARY KEY, target_hash TEXT NOT NULL, begun TEXT NOT NULL, until TEXT NOT NULL, lifted TEXT)",
    "CREATE INDEX holds_target ON holds (target_hash)",
)
_RECEIPTS = (
    "CREATE TABLE receipts (id TEXT PRIMARY KEY, opened {integer} NOT NULL, kind TEXT NOT NULL, received TEXT NOT NULL, source TEXT NOT NULL, "
    "waits_for TEXT NOT NULL, acknowledged INTEGER NOT NULL, kept_until TEXT, events INTEGER NOT NULL)",
    "CREATE INDEX receipts_source ON receipts (source)",
    "CREATE INDEX receipts_kept ON receipts (kept_until)",
    "CREATE INDEX receipts_waking ON receipts (acknowledged, kind)",
)
_CAMPAIGNS = (
    "CREATE TABLE campaigns (id TEXT PRIMARY KEY, name TEXT NOT NULL, stage TEXT NOT NULL, targets INTEGER NOT NULL, events INTEGER NOT NULL)",
    "CREATE TABLE campaign_targets (campaign TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (campaign, case_id))",
    "CREATE INDEX campaign_targets_case ON campaign_targets (case_id)",
    "CREATE TABLE referrals (id TEXT PRIMARY KEY, drafted {integer} NOT NULL, case_id TEXT NOT NULL, campaign TEXT NOT NULL, recipient TEXT NOT NULL, "
    "reference TEXT NOT NULL UNIQUE, form TEXT NOT NULL, status TEXT NOT NULL, stage TEXT NOT NULL, waiting INTEGER NOT NULL, left_here INTEGER NOT NULL, "
    "taken TEXT, released INTEGER NOT NULL, events INTEGER NOT NULL)",
    "CREATE INDEX referrals_outbox ON referrals (recipient, waiting, drafted)",
    "CREATE INDEX referrals_taken ON referrals (recipient, taken)",
    "CREATE INDEX referrals_case ON referrals (case_id)",
    "CREATE INDEX referrals_campaign ON referrals (campaign, drafted)",
    "CREATE TABLE referral_names (referral TEXT NOT NULL, name_hash TEXT NOT NULL, recipient TEXT NOT NULL, active INTEGER NOT NULL, "
    "PRIMARY KEY (referral, name_hash))",
    "CREATE UNIQUE INDEX referral_names_once ON referral_names (name_hash, recipient) WHERE active = 1",
    "CREATE TABLE referral_marks (referral TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (referral, mark))",
    "CREATE TABLE partner_marks (campaign TEXT NOT NULL, unit TEXT NOT NULL, list TEXT NOT NULL, mark TEXT NOT NULL, "
    "PRIMARY KEY (campaign, unit, list, mark))",
    "CREATE INDEX partner_marks_mark ON partner_marks (mark)",
    "CREATE TABLE publications (id TEXT PRIMARY KEY, kind TEXT NOT NULL, item TEXT NOT NULL, at TEXT NOT NULL, "
    "entry {integer} NOT NULL UNIQUE REFERENCES ledger (seq))",
    "CREATE INDEX publications_item ON publications (item)",
)
_CAMPAIGNS_SQLITE = (
    *_CAMPAIGNS,
    "CREATE TRIGGER publications_no_update BEFORE UPDATE ON publications BEGIN SELECT RAISE(ABORT, 'the feed is append-only'); END",
    "CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications BEGIN SELECT RAISE(ABORT, 'the feed is append-only'); END",
    "CREATE TRIGGER publications_no_replace BEFORE INSERT ON publications "
    "WHEN EXISTS (SELECT 1 FROM publications WHERE id = NEW.id OR entry = NEW.entry) "
    "BEGIN SELECT RAISE(ABORT, 'the feed is append-only'); END",
)
_CAMPAIGNS_POSTGRESQL = (
    *_CAMPAIGNS,
    "CREATE TRIGGER publications_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publications "
    "FOR EACH STATEMENT EXECUTE FUNCTION casebook_refuse('the feed is append-only')",
)
STEPS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"sqlite": _SQLITE, "postgresql": _POSTGRESQL},
    {"sqlite": _SIGNED, "postgresql": _SIGNED},
    {"sqlite": _CASES, "postgresql": _CASES},
    {"sqlite": _RECEIPTS, "postgresql": _RECEIPTS},
    {"sqlite": _CAMPAIGNS_SQLITE, "postgresql": _CAMPAIGNS_POSTGRESQL},
)
"""Statements by database; applying the first n makes version n."""
_TYPES = {"sqlite": {"integer": "INTEGER", "bytes": "BLOB"}, "postgresql": {"integer": "BIGINT", "bytes": "BYTEA"}}


def version_of(connection: Connection) -> int:
    """The version of the tables; 0 where there are none."""
    if not inspect(connection).has_table(CASEBOOK.name):
        return 0
    return int(connection.execute(select(CASEBOOK.c.version)).scalar_one())


def bring_forward(connection: Connection) -> int:
    """Apply the steps that lack, inside the caller's write transaction. Returns the version before.

    Raises HomeError for tables that a newer release made.
    """
    before = version_of(connection)
    if before > len(STEPS):
        raise HomeError(f"the casebook has version {before}, this release knows {len(STEPS)}: update actionday")
    database = connection.dialect.name
    for step in STEPS[before:]:
        for statement in step[database]:
            connection.exec_driver_sql(_typed(statement, database))
    if 0 < before < len(STEPS):
        connection.execute(update(CASEBOOK).values(version=len(STEPS)))
    return before


def _typed(statement: str, database: str) -> str:
    for word, kind in _TYPES[database].items():
        statement = statement.replace(f"{{{word}}}", kind)
    return statement
