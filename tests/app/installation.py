"""The settings of an application that tests put together in their own process."""

from pydantic import SecretStr

from gongji.app.settings import NamedKey, Settings

SETTINGS = Settings(
    development_token_key=SecretStr("0123456789abcdef" * 4),
    personal_data_keys=(NamedKey("new", b"n" * 32), NamedKey("old", b"o" * 32)),
    digest_key=b"d" * 32,
)
