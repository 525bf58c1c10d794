"""Where the price list lives that was loaded here."""

import os
from pathlib import Path
from typing import Final

DEFAULT: Final = Path("concordance-prices.sqlite3")


def prices_file() -> Path:
    """For commands, which need no other setting: the server has it in its Settings."""
    return Path(os.environ.get("CONCORDANCE_PRICES") or DEFAULT)
