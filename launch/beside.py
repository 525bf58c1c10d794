"""Paths in the tenant file: they are told from the folder it is in."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder = (info.context or {}).get("folder")
    return path if folder is None else folder / path


FileBeside = Annotated[Path, AfterValidator(_beside_the_file)]
