"""The settings: one frozen value, read once from the environment when the program starts.

Nothing below ``app`` reads the environment. A value never appears in an error: a name is
enough to put it right, and values are passwords and keys.
"""

import base64
import binascii
import ipaddress
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gongji.app.kept_keys import kept_key

PREFIX: Final = "GONGJI_"
TEST_PREFIX: Final = "GONGJI_TEST_"
"""Names with this prefix speak to the tests; the program leaves them alone."""

DEVELOPMENT_ISSUER: Final = "gongji-development"
"""The issuer of development tokens, which no other environment accepts."""

KEY_BYTES: Final = 32
MAX_POOL: Final = 100
MAX_NAMED_KEYS: Final = 16

_KEY_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")
_TOKEN = re.compile(r"[!-~]{16,4096}")
_DATABASE_SCHEMES = ("postgres", "postgresql")


class SettingsWrong(ValueError):
    """The environment cannot be used; the text names each setting that is wrong."""


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A secret key with the name under which stored values remember it."""

    name: str
    secret: bytes = field(repr=False)


def _split(value: object) -> object:
    """Read a list that is written with commas."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _named_keys(value: object) -> object:
    """Read ``name:key,name:key``, keys in base64url."""
    if not isinstance(value, str):
        return value
    keys = [_named_key(part.strip()) for part in value.split(",")]
    if len(keys) > MAX_NAMED_KEYS or len({key.name for key in keys}) < len(keys):
        raise ValueError(f"at most {MAX_NAMED_KEYS} keys, each with a name of its own")
    return tuple(keys)


def _named_key(text: str) -> NamedKey:
    """Read one ``name:key``."""
    name, _, encoded = text.partition(":")
    if not _KEY_NAME.fullmatch(name):
        raise ValueError("a key is written name:key, the name in a-z, 0-9 and -, at most 16")
    return NamedKey(name, _secret(encoded))


def _secret(encoded: str) -> bytes:
    """Read the bytes of a key."""
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise ValueError(f"a key is {KEY_BYTES} bytes in base64url")
    return secret


def _key(value: object) -> object:
    """Read one key without a name."""
    return _secret(value.strip()) if isinstance(value, str) else value


def _public_keys(value: object) -> object:
    """Read a JWK set of public keys."""
    if not isinstance(value, str):
        return value
    try:
        keys = KeySet.import_key_set(json.loads(value))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise ValueError("not a JWK set") from None
    if not keys.keys or any(key.key_type == "oct" or key.is_private for key in keys.keys):
        raise ValueError("a JWK set of public keys only, at least one")
    return keys


def _database_url(value: object) -> object:
    """Make sure that a URL names a PostgreSQL database."""
    if isinstance(value, str) and not _names_a_database(value):
        raise ValueError(
            "written postgres://user:password@host:port/database; "
            "what is special in a password percent-encoded, / as %2F"
        )
    return value


def _names_a_database(text: str) -> bool:
    """Tell whether a URL is one; what a bare ``/`` of a password leaves of it is none.

    The rest of that password would be a port or a database, which others show where it is wrong.
    """
    try:
        url = urlsplit(text)
        has_port = url.port is None or url.port > 0
    except ValueError:
        return False
    is_whole = bool(url.path.strip("/")) and "@" not in url.path
    return url.scheme in _DATABASE_SCHEMES and has_port and is_whole


def _bureau_url(value: object) -> object:
    """Make sure that a URL names a place and holds no secret."""
    if isinstance(value, str):
        url = urlsplit(value)
        is_place = url.scheme in ("http", "https") and url.hostname
        if not is_place or url.username is not None or url.query or url.fragment:
            raise ValueError("a URL of http or https with a host, without user, query or fragment")
    return value


def _bearer(value: object) -> object:
    """Make sure that a token can stand in a header."""
    if isinstance(value, str) and not _TOKEN.fullmatch(value):
        raise ValueError("16 to 4096 visible ASCII characters")
    return value


class Settings(BaseSettings):
    """Everything that an installation may choose."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    environment: Literal["development", "production"] = Field(
        "development", description="`production` accepts no development token and asks for keys"
    )
    host: str = Field(
        "127.0.0.1", description="address to listen on; in development a loopback address only"
    )
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on; 0: any free one")
    data_folder: Path = Field(
        Path(".data"), description="folder of the embedded PostgreSQL and of development's keys"
    )
    database_url: Annotated[SecretStr | None, BeforeValidator(_database_url)] = Field(
        None, description="PostgreSQL 15 or newer; unset: the embedded one"
    )
    pool_size: int = Field(
        10, ge=1, le=MAX_POOL, description="database connections of one server process, at most"
    )
    personal_data_keys: Annotated[tuple[NamedKey, ...], NoDecode, BeforeValidator(_named_keys)] = (
        Field(
            (),
            description="`name:key,name:key`, 32 bytes each in base64url; the first one encrypts, "
            "all decrypt; required in production, made once in development",
            repr=False,
        )
    )
    digest_key: Annotated[bytes | None, NoDecode, BeforeValidator(_key)] = Field(
        None,
        description="32 bytes in base64url, never replaced: personal data are found by digests "
        "made with it; required in production, made once in development",
        repr=False,
    )
    token_issuer: str | None = Field(
        None, max_length=200, description="`iss` of the tokens; required in production"
    )
    token_audience: str = Field(
        "gongji", min_length=1, max_length=200, description="`aud` of the tokens"
    )
    token_keys: Annotated[KeySet | None, NoDecode, BeforeValidator(_public_keys)] = Field(
        None, description="JWK set of the issuer's public keys; required in production", repr=False
    )
    development_token_key: SecretStr | None = Field(
        None,
        min_length=KEY_BYTES,
        description="signs development tokens; made once in development, refused in production",
    )
    tax_bureau_url: Annotated[str | None, BeforeValidator(_bureau_url)] = Field(
        None,
        description="where premium orders are posted; required in production, with `https`; "
        "unset: every premium is confirmed at once",
    )
    tax_bureau_token: Annotated[SecretStr | None, BeforeValidator(_bearer)] = Field(
        None, description="bearer token for the tax bureau; required with its URL"
    )
    operations_folder: Path = Field(
        Path("schema/operations"), description="folder of the trusted documents, one per client"
    )
    front_end_folder: Path = Field(
        Path("frontend_stub/dist"), description="folder of the built front end (`make front-end`)"
    )
    trusted_documents_only: bool = Field(
        default=False, description="serve the trusted documents and no others"
    )
    web_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), description="origins whose pages may open a WebSocket, with commas"
    )
    log_format: Literal["console", "json"] | None = Field(
        None, description="unset: `json` in production, `console` in development"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least level that is logged"
    )

    @property
    def is_development(self) -> bool:
        """Whether development tokens are accepted."""
        return self.environment == "development"

    @property
    def logs_json(self) -> bool:
        """Whether log lines are JSON."""
        return (self.log_format or ("console" if self.is_development else "json")) == "json"

    @model_validator(mode="after")
    def _fits_the_environment(self) -> Self:
        """Refuse what would open production, or show development to a network."""
        if self.is_development:
            wrong = [] if is_loopback(self.host) else ["HOST: development is on loopback only"]
        else:
            wrong = self._missing_in_production() + self._forbidden_in_production()
        if (self.tax_bureau_url is None) != (self.tax_bureau_token is None):
            wrong.append("TAX_BUREAU_URL: with TAX_BUREAU_TOKEN, or neither")
        if wrong:
            raise ValueError("\n".join(PREFIX + one for one in wrong))
        return self

    def _missing_in_production(self) -> list[str]:
        """List the settings that production cannot do without."""
        required = (
            "personal_data_keys",
            "digest_key",
            "token_issuer",
            "token_keys",
            "tax_bureau_url",
        )
        return [
            f"{name.upper()}: required in production"
            for name in required
            if not getattr(self, name)
        ]

    def _forbidden_in_production(self) -> list[str]:
        """List the settings that belong to development."""
        wrong = []
        if self.development_token_key is not None:
            wrong.append("DEVELOPMENT_TOKEN_KEY: refused in production")
        if self.token_issuer == DEVELOPMENT_ISSUER:
            wrong.append("TOKEN_ISSUER: the development issuer is refused in production")
        if self.tax_bureau_url is not None and not self.tax_bureau_url.startswith("https:"):
            wrong.append("TAX_BUREAU_URL: in production https only")
        return wrong


def read_settings() -> Settings:
    """Read the settings from the environment; development gets the keys that it lacks.

    Raises:
        SettingsWrong: a name is unknown, or a value does not fit.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    ours = {name for name in os.environ if name.upper().startswith(PREFIX)}
    strangers = sorted(ours - known - {name for name in ours if name.startswith(TEST_PREFIX)})
    if strangers:
        raise SettingsWrong("unknown setting: " + ", ".join(strangers))
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsWrong(_named(error)) from None
    return with_kept_keys(settings) if settings.is_development else settings


def with_kept_keys(settings: Settings) -> Settings:
    """Complete development's settings with keys that are made once and kept in its folder."""
    folder = settings.data_folder / "keys"
    made: dict[str, Any] = {}
    if not settings.personal_data_keys:
        made["personal_data_keys"] = (NamedKey("dev", kept_key(folder / "personal-data")),)
    if settings.digest_key is None:
        made["digest_key"] = kept_key(folder / "digests")
    if settings.development_token_key is None:
        made["development_token_key"] = SecretStr(kept_key(folder / "tokens").hex())
    return settings.model_copy(update=made)


def settings_table() -> str:
    """Return the settings as the table that the README shows."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(chosen)} | {chosen.description} |"
        for name, chosen in Settings.model_fields.items()
    ]
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows])


def _default(chosen: FieldInfo) -> str:
    """Return a default as the table shows it."""
    if chosen.default is None or chosen.default == ():
        return ""
    return f"`{str(chosen.default).lower() if chosen.annotation is bool else chosen.default}`"


def _named(error: ValidationError) -> str:
    """Return what is wrong with which setting, without any value."""
    wrong = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        message = one["msg"].removeprefix("Value error, ")
        wrong.append(f"{PREFIX}{str(one['loc'][0]).upper()}: {message}" if one["loc"] else message)
    return "\n".join(wrong)


def is_loopback(host: str | None) -> bool:
    """Tell whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
