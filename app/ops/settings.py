"""Every setting, read once from the environment and checked at start."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.errors import CmmError
from app.ops.prices import DEFAULT as PRICES
from app.ops.rxnorm import DEFAULT


class Settings(BaseSettings):
    """Names are prefixed CONCORDANCE_ in the environment. There is no default for a secret."""

    model_config = SettingsConfigDict(
        env_prefix="CONCORDANCE_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    tenants: Path = Field(description="TOML file with one table per EHR this deployment serves")
    secret_keys: SecretStr = Field(
        description="AES-256 keys for what is sealed at rest, as `id:base64url`, newest first, separated by commas"
    )
    database_url: str = Field(
        default="sqlite:///concordance.sqlite3", description="SQLAlchemy URL of the database"
    )
    public_url: str = Field(
        default="http://localhost:8000", description="Address under which browsers reach the app"
    )
    host: str = Field(default="127.0.0.1", description="Address the server binds to")
    port: int = Field(default=8000, description="Port the server binds to")
    rxnorm: Path = Field(
        default=DEFAULT, description="Database that `cmm rxnorm load` makes; used where it exists"
    )
    prices: Path = Field(
        default=PRICES, description="Database that `cmm prices load` makes; used where it exists"
    )
    site_changes: Annotated[Path | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None, description="Folder of what this site changed in the knowledge"
    )
    programme_readers: str = Field(
        default="",
        description="Who may open the programme page, as tenant:Practitioner/id, with commas",
    )
    smallest_cell: int = Field(
        default=11, ge=0, description="Counts of fewer patients than this are not shown in outcomes"
    )
    log_level: str = Field(default="info", description="Least severe log event written")

    @classmethod
    def from_environment(cls) -> Self:
        """Reads the environment; raises CMM-6001 with one line per mistake."""
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"CONCORDANCE_{'_'.join(str(part) for part in e['loc']).upper()}: {e['msg']}"
                for e in error.errors(include_input=False, include_url=False)
            ]
            raise CmmError(
                "CMM-6001", "The settings can't be used. " + "; ".join(lines), 500
            ) from None
