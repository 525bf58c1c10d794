"""The seal of what is stored, from the keys of the settings."""

from app.domain.errors import CmmError
from app.ops.settings import Settings
from launch.seal import TokenSeal


def seal_of(settings: Settings) -> TokenSeal:
    try:
        return TokenSeal.from_text(settings.secret_keys.get_secret_value())
    except ValueError as error:
        raise CmmError(
            "CMM-6001", f"CONCORDANCE_SECRET_KEYS can't be used: {error}.", 500
        ) from None
