"""The registration of the app itself as a client (SMART Backend Services), beside that for its users."""

from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from launch.beside import FileBeside
from launch.choices import SUGGESTED_SYSTEM_SCOPES
from launch.scopes import Level, ScopeStyle, read_grant


class Backend(BaseModel):
    """Always signs its requests: the specification knows no shared secret here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    client_id: str = Field(min_length=1)
    # Without one of its own it signs with the key of the tenant.
    key_file: FileBeside | None = None
    key_env: str | None = None
    alg: Literal["RS384", "ES384"] = "RS384"
    scopes: tuple[str, ...] = SUGGESTED_SYSTEM_SCOPES

    @field_validator("scopes")
    @classmethod
    def _system_scopes(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if not scopes:
            raise ValueError("name at least one, or leave it out for those of the product")
        for scope in scopes:
            grant = read_grant(scope)
            # Another level would need an agreement on which user or patient it speaks for.
            if grant is None or grant.level is not Level.SYSTEM:
                raise ValueError(f"{scope!r} is not a system/ scope")
        return scopes

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.key_file is not None and self.key_env is not None:
            raise ValueError("give it key_file or key_env, not both")
        return self

    @property
    def has_key(self) -> bool:
        return self.key_file is not None or self.key_env is not None

    def asked(self, style: ScopeStyle) -> tuple[str, ...]:
        """The scopes of a token request, each once."""
        grants = (read_grant(scope) for scope in self.scopes)
        return tuple(dict.fromkeys(word for g in grants if g for word in g.text(style)))
