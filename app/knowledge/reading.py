"""The bytes of a file of the knowledge, or why they can't be read, in words."""

from pathlib import Path


class Unreadable(ValueError):
    """What is wrong with the file and what to do; whoever reads it says which file it is."""


def content_of(path: Path) -> bytes:
    """Text in UTF-8 for sure; raises Unreadable."""
    try:
        content = path.read_bytes()
        content.decode("utf-8")
    except FileNotFoundError:
        why = "is a link to a file that is not there; mend the link or remove it"
    except IsADirectoryError:
        why = "is a folder and not a file; rename it or remove it"
    except PermissionError:
        why = "may not be read by you; ask whoever owns it for the right to read it"
    except OSError:
        why = "can't be read from the disk; put a copy in its place"
    except UnicodeDecodeError:
        why = "is no text in UTF-8; save it again as UTF-8"
    else:
        return content
    raise Unreadable(why)


def in_one_line(error: Exception) -> str:
    """What a library says of some content; it was handed bytes and can't know of which file."""
    return " ".join(str(error).split()).replace('in "<byte string>", ', "at ")
