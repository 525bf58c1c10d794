"""Tells a change of the knowledge in the newest entry of its changelog: python -m scripts.knowledge_entry "WHAT AND WHY"."""

import re
import sys
import textwrap

from app.knowledge import load_knowledge
from app.knowledge.releases import CHANGELOG

VERSION = re.compile(r"^Knowledge `[0-9a-f]{12}`\.$", re.MULTILINE)
WIDTH = 140


def told(text: str, version: str, words: str) -> str:
    """The changelog with these words at the end of its newest entry, which now tells of this version."""
    head, newest, rest = re.split(r"(?m)^(?=## )", text, maxsplit=2)
    paragraph = textwrap.fill(words, WIDTH, break_long_words=False, break_on_hyphens=False)
    named = VERSION.sub(f"Knowledge `{version}`.", newest, count=1)
    return f"{head}{named.rstrip()}\n\n{paragraph}\n\n{rest}"


def main() -> None:
    words = " ".join(sys.argv[1:]).strip()
    if not words:
        sys.exit(
            "Say what changed and why: it stands in the changelog for those who review the knowledge."
        )
    text = CHANGELOG.read_text("utf-8")
    CHANGELOG.write_text(told(text, load_knowledge().version, words), "utf-8")


if __name__ == "__main__":
    main()
