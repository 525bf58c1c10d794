"""Every setting, read once from the environment and checked at start."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.errors import CmmError
from app.ops.prices import DEFAULT as PRICES
from app.ops.rxnorm import DEFAULT

PREFIX = "CONCORDANCE_"
LEVELS = ("debug", "info", "warning", "error", "critical")


def _level(given: str) -> str:
    if given.lower() not in LEVELS:
        raise ValueError(f"must be one of {', '.join(LEVELS)}")
    return given.lower()


def _address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("must be an address such as https://concordance.example")
    return given


class Settings(BaseSettings):
    """
    Names are prefixed CONCORDANCE_ in the environment; one that is empty is not set. There is no
    default for a secret.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    tenants: Path = Field(description="TOML file with one table per EHR this deployment serves")
    secret_keys: SecretStr = Field(
        description="AES-256 keys for what is sealed at rest, as `id:base64url`, newest first, separated by commas"
    )
    database_url: str = Field(
        default="sqlite:///concordance.sqlite3", description="SQLAlchemy URL of the database"
    )
    public_url: Annotated[str, AfterValidator(_address)] = Field(
        default="http://localhost:8000", description="Address under which browsers reach the app"
    )
    host: str = Field(default="127.0.0.1", description="Address the server binds to")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the server binds to")
    rxnorm: Path = Field(
        default=DEFAULT, description="Database that `cmm rxnorm load` makes; used where it exists"
    )
    prices: Path = Field(
        default=PRICES, description="Database that `cmm prices load` makes; used where it exists"
    )
    site_changes: Path | None = Field(
        default=None, description="Folder of what this site changed in the knowledge"
    )
    programme_readers: str = Field(
        default="",
        description="Who may open the programme page, as tenant:Practitioner/id, with commas",
    )
    smallest_cell: int = Field(
        default=11, ge=0, description="Counts of fewer patients than this are not shown in outcomes"
    )
    log_level: Annotated[str, AfterValidator(_level)] = Field(
        default="info", description="Least severe log event written"
    )

    @classmethod
    def from_environment(cls) -> Self:
        """Reads the environment; raises CMM-6001 with what is wrong with each setting."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(_wrong(error))
            raise CmmError(
                "CMM-6001",
                f"The settings can't be used: {wrong}. Set them in the environment; the README lists "
                "all of them.",
                500,
            ) from None


_WORDS = {
    "missing": "is not set ({about})",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
}


def _wrong(error: ValidationError) -> Iterator[str]:
    """Which setting, and what it must be."""
    for mistake in error.errors(include_input=False):
        name, words = str(mistake["loc"][0]), _WORDS.get(mistake["type"])
        told = {**mistake.get("ctx", {}), "about": Settings.model_fields[name].description}
        what = words.format_map(told) if words else mistake["msg"].removeprefix("Value error, ")
        yield f"{PREFIX}{name.upper()} {what}"
