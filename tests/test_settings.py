"""Settings: what may be spoken to, and credentials that show nowhere."""

from pathlib import Path

import pytest

from actionday.records import InputError, Secret, UsageError
from actionday.settings import Credentials, load_settings, variable_of


def test_nothing_is_in_reach_until_it_is_named(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path).reach == ()
    assert load_settings({"ACTIONDAY_REACH": "matrix, website"}, tmp_path).reach == ("matrix", "website")
    assert "telegram" in load_settings({"ACTIONDAY_REACH": "all"}, tmp_path).reach
    with pytest.raises(UsageError, match="no platform nowhere"):
        load_settings({"ACTIONDAY_REACH": "nowhere"}, tmp_path)
    (tmp_path / "actionday.toml").write_text(
        'reach = ["xmpp"]\nown_network = true\n[bases]\nrdap = "http://127.0.0.1/"\n'
    )
    told = load_settings({}, tmp_path)
    assert (told.reach, told.own_network, told.bases) == (("xmpp",), True, {"rdap": "http://127.0.0.1/"})
    with pytest.raises(UsageError, match="yes or no"):
        load_settings({"ACTIONDAY_OWN_NETWORK": "maybe"}, tmp_path)


def test_credentials_come_from_environment_then_file_and_the_host_wins(tmp_path: Path) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text('"matrix.token" = "for all"\n"matrix.token@a.example" = "for a"\n"xmpp.password" = "file"\n')
    file.chmod(0o600)
    environment = {"ACTIONDAY_CREDENTIALS": str(file), "ACTIONDAY_CREDENTIAL_XMPP_PASSWORD": "environment"}
    told = load_settings(environment, tmp_path)

    def held(name: str, host: str = "") -> str | None:
        secret = told.credentials(name, host)
        return secret.reveal() if secret else None

    assert held("matrix.token", "a.example") == "for a"
    assert held("matrix.token", "b.example") == "for all"
    assert held("xmpp.password") == "environment"
    assert held("telegram.api_id") is None
    assert variable_of("matrix.token@a.example:8448") == "ACTIONDAY_CREDENTIAL_MATRIX_TOKEN__A_EXAMPLE_8448"
    assert "for all" not in repr(told)
    assert told.environment == {}


def test_a_credentials_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text('"matrix.token" = "x"\n')
    file.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        load_settings({"ACTIONDAY_CREDENTIALS": str(file)}, tmp_path)
    file.chmod(0o600)
    file.write_text("[matrix]\ntoken = 1\n")
    with pytest.raises(InputError, match="a credential is a text"):
        load_settings({"ACTIONDAY_CREDENTIALS": str(file)}, tmp_path)


def test_a_secret_shows_nowhere() -> None:
    secret = Secret("hush")
    assert "hush" not in f"{secret} {secret!r} {[secret]} {Credentials({'ACTIONDAY_CREDENTIAL_A': 'hush'}, {})}"
    assert secret.reveal() == "hush"


def test_the_flood_guard_is_a_number_and_a_share(tmp_path: Path) -> None:
    told = load_settings({"ACTIONDAY_FLOOD_POSTS": "50", "ACTIONDAY_FLOOD_SHARE": "0.2"}, tmp_path)
    assert (told.flood_posts, told.flood_share) == (50, 0.2)
    for wrong in ("0", "1.5", "much"):
        with pytest.raises(UsageError, match="flood_share"):
            load_settings({"ACTIONDAY_FLOOD_SHARE": wrong}, tmp_path)
