"""The settings are read strictly, name what is wrong, and never show a value."""

import base64
import json
import os
import stat
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey
from pydantic import SecretStr, ValidationError

from gongji.app.kept_keys import KeyUnusable, kept_key
from gongji.app.settings import (
    DEVELOPMENT_ISSUER,
    NamedKey,
    Settings,
    SettingsWrong,
    read_settings,
    settings_table,
)

SECRET = base64.urlsafe_b64encode(bytes(range(32))).decode()
PUBLIC = KeySet([ECKey.generate_key("P-256", {"kid": "a"})])
PRODUCTION = {
    "GONGJI_ENVIRONMENT": "production",
    "GONGJI_PERSONAL_DATA_KEYS": f"2026:{SECRET}",
    "GONGJI_DIGEST_KEY": SECRET,
    "GONGJI_TOKEN_ISSUER": "https://issuer.example",
    "GONGJI_TAX_BUREAU_URL": "https://tax.example/orders",
    "GONGJI_TAX_BUREAU_TOKEN": "t" * 16,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Return an environment without a setting, in an empty folder."""
    for name in list(os.environ):
        if name.startswith("GONGJI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def given(environment: pytest.MonkeyPatch, **values: str) -> None:
    """Set settings."""
    for name, value in values.items():
        environment.setenv(name, value)


def jwk_set(key: ECKey | OctKey, *, private: bool) -> str:
    """Write a key as a JWK set."""
    return json.dumps(KeySet([key]).as_dict(private=private))


def test_without_an_environment_development_has_defaults_and_keys_of_its_own() -> None:
    settings = read_settings()

    assert (settings.host, settings.port, settings.environment) == (
        "127.0.0.1",
        8000,
        "development",
    )
    assert settings.database_url is None
    assert [key.name for key in settings.personal_data_keys] == ["dev"]
    assert settings.development_token_key is not None
    assert not settings.logs_json


def test_development_keeps_its_keys_where_only_the_owner_may_read_them() -> None:
    first, second = read_settings(), read_settings()

    assert first.personal_data_keys == second.personal_data_keys
    assert first.digest_key == second.digest_key is not None
    assert first.development_token_key == second.development_token_key
    for path in Path(".data/keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["GONGJI_PROT", "gongji_colour", "GONGJI_"])
def test_an_unknown_name_stops_the_start_and_is_named_without_its_value(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv(name, "s3cret")

    with pytest.raises(SettingsWrong, match=name) as refused:
        read_settings()

    assert "s3cret" not in str(refused.value)


def test_names_for_the_tests_are_left_alone(environment: pytest.MonkeyPatch) -> None:
    given(environment, GONGJI_TEST_DATABASE_URL="postgres://u@h/d", GONGJI_DATABASE_URL="")

    assert read_settings().database_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GONGJI_PORT", "8o00"),
        ("GONGJI_PORT", "70000"),
        ("GONGJI_POOL_SIZE", "0"),
        ("GONGJI_ENVIRONMENT", "staging-s3cret"),
        ("GONGJI_DATABASE_URL", "mysql://u:s3cret@h/d"),
        ("GONGJI_DATABASE_URL", "postgres://u:s3cret@h"),
        ("GONGJI_DATABASE_URL", "postgres://u:s3cret/s3cret@h/d"),
        ("GONGJI_DATABASE_URL", "postgres://u:1/s3cret@h/d"),
        ("GONGJI_DATABASE_URL", "postgres://u:s3cret@h:70000/d"),
        ("GONGJI_DATABASE_URL", "postgres://u:s3cret[@h/d"),
        ("GONGJI_PERSONAL_DATA_KEYS", "2026:s3cret"),
        ("GONGJI_PERSONAL_DATA_KEYS", f"UPPER:{SECRET}"),
        ("GONGJI_PERSONAL_DATA_KEYS", f"a:{SECRET},a:{SECRET}"),
        ("GONGJI_DIGEST_KEY", "s3cret"),
        ("GONGJI_DIGEST_KEY", "s3crét" * 8),
        ("GONGJI_TOKEN_AUDIENCE", "s3cret" * 40),
        ("GONGJI_TOKEN_KEYS", "{s3cret"),
        ("GONGJI_TOKEN_KEYS", '{"keys": [{"kty": "s3cret"}]}'),
        ("GONGJI_TOKEN_KEYS", '{"keys": []}'),
        ("GONGJI_TOKEN_KEYS", "[]"),
        ("GONGJI_DEVELOPMENT_TOKEN_KEY", "s3cret"),
        ("GONGJI_TRUSTED_DOCUMENTS_ONLY", "s3cret"),
        ("GONGJI_LOG_LEVEL", "s3cret"),
        ("GONGJI_TAX_BUREAU_URL", "s3cret"),
        ("GONGJI_TAX_BUREAU_URL", "ftp://tax.example/s3cret"),
        ("GONGJI_TAX_BUREAU_URL", "https:/s3cret"),
        ("GONGJI_TAX_BUREAU_URL", "https://u:s3cret@tax.example/orders"),
        ("GONGJI_TAX_BUREAU_URL", "https://tax.example/orders?key=s3cret"),
        ("GONGJI_TAX_BUREAU_TOKEN", "s3cret"),
        ("GONGJI_TAX_BUREAU_TOKEN", "s3cret s3cret s3cret"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)

    with pytest.raises(SettingsWrong, match=name) as refused:
        read_settings()

    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_production_reads_its_keys_and_makes_none(environment: pytest.MonkeyPatch) -> None:
    given(environment, **PRODUCTION, GONGJI_WEB_ORIGINS="https://a.example, https://b.example")
    environment.setenv("GONGJI_PERSONAL_DATA_KEYS", f"2026:{SECRET},2025:{SECRET.rstrip('=')}")
    environment.setenv(
        "GONGJI_TOKEN_KEYS", jwk_set(ECKey.generate_key("P-256", {"kid": "a"}), private=False)
    )
    environment.setenv("GONGJI_HOST", "0.0.0.0")

    settings = read_settings()

    key = bytes(range(32))
    assert settings.personal_data_keys == (NamedKey("2026", key), NamedKey("2025", key))
    assert settings.digest_key == key
    assert settings.token_keys is not None
    assert [one.kid for one in settings.token_keys.keys] == ["a"]
    assert settings.web_origins == ("https://a.example", "https://b.example")
    assert settings.logs_json
    assert not Path(".data").exists()


@pytest.mark.parametrize(
    "missing", ["PERSONAL_DATA_KEYS", "DIGEST_KEY", "TOKEN_ISSUER", "TOKEN_KEYS", "TAX_BUREAU_URL"]
)
def test_production_names_what_is_missing(environment: pytest.MonkeyPatch, missing: str) -> None:
    given(environment, **PRODUCTION)
    environment.setenv(
        "GONGJI_TOKEN_KEYS", jwk_set(ECKey.generate_key("P-256", {"kid": "a"}), private=False)
    )
    environment.delenv(f"GONGJI_{missing}")

    with pytest.raises(SettingsWrong, match=f"^GONGJI_{missing}: required in production"):
        read_settings()


@pytest.mark.parametrize("missing", ["TAX_BUREAU_URL", "TAX_BUREAU_TOKEN"])
def test_the_tax_bureau_has_a_url_and_a_token_or_neither(
    environment: pytest.MonkeyPatch, missing: str
) -> None:
    given(
        environment,
        GONGJI_TAX_BUREAU_URL="https://tax.example/orders",
        GONGJI_TAX_BUREAU_TOKEN="s3cret" * 6,
    )
    assert read_settings().tax_bureau_url == "https://tax.example/orders"
    environment.delenv(f"GONGJI_{missing}")

    with pytest.raises(SettingsWrong, match="or neither") as refused:
        read_settings()

    assert "s3cret" not in str(refused.value)


def test_production_sends_orders_over_https_only(environment: pytest.MonkeyPatch) -> None:
    given(environment, **PRODUCTION)
    environment.setenv("GONGJI_TAX_BUREAU_URL", "http://tax.example/orders")

    with pytest.raises(SettingsWrong, match="GONGJI_TAX_BUREAU_URL: in production https only"):
        read_settings()


def test_production_refuses_what_belongs_to_development(environment: pytest.MonkeyPatch) -> None:
    given(environment, **PRODUCTION)
    environment.setenv("GONGJI_TOKEN_ISSUER", DEVELOPMENT_ISSUER)
    environment.setenv("GONGJI_DEVELOPMENT_TOKEN_KEY", "s3cret" * 6)

    with pytest.raises(SettingsWrong) as refused:
        read_settings()

    assert "GONGJI_DEVELOPMENT_TOKEN_KEY: refused" in str(refused.value)
    assert "GONGJI_TOKEN_ISSUER: the development issuer is refused" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "key", [ECKey.generate_key("P-256", {"kid": "a"}), OctKey.generate_key(256, {"kid": "a"})]
)
def test_private_and_symmetric_token_keys_are_refused(
    environment: pytest.MonkeyPatch, key: ECKey | OctKey
) -> None:
    environment.setenv("GONGJI_TOKEN_KEYS", jwk_set(key, private=True))

    with pytest.raises(SettingsWrong, match="public keys only"):
        read_settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "gateway.example"])
def test_development_is_not_shown_to_a_network(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("GONGJI_HOST", host)

    with pytest.raises(SettingsWrong, match="GONGJI_HOST: development is on loopback only"):
        read_settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_development_listens_on_loopback(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("GONGJI_HOST", host)

    assert read_settings().host == host


def test_settings_are_frozen_and_show_no_secret() -> None:
    settings = Settings(
        database_url=SecretStr("postgres://u:s3cret@h/d"),
        personal_data_keys=(NamedKey("a", b"s3cret" * 6),),
        digest_key=b"s3cret" * 6,
        development_token_key=SecretStr("s3cret" * 6),
        tax_bureau_url="https://tax.example/orders",
        tax_bureau_token=SecretStr("s3cret" * 6),
        token_keys=PUBLIC,
    )

    assert "s3cret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_the_table_names_every_setting_and_what_it_does() -> None:
    table = settings_table()

    assert "| `GONGJI_PORT` | `8000` | TCP port to listen on; 0: any free one |" in table
    assert "| `GONGJI_TRUSTED_DOCUMENTS_ONLY` | `false` |" in table
    assert "| `GONGJI_DATABASE_URL` |  |" in table
    assert "None" not in table


def test_a_key_that_others_may_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one"
    key = kept_key(path)
    assert kept_key(path) == key

    path.chmod(0o640)
    with pytest.raises(KeyUnusable, match="0600"):
        kept_key(path)

    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(KeyUnusable, match="32 bytes"):
        kept_key(path)
