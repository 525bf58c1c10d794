"""`cmm knowledge diff OLD [NEW]`: what changed between two folders, in words."""

from pathlib import Path

from app.assessment.loading import load_compiled
from app.assessment.sentences import counted
from app.commands.files import must_list
from app.commands.here import knowledge_here
from app.domain.errors import CmmError
from app.knowledge import Knowledge, load_knowledge
from app.knowledge.changes import read_changes
from app.knowledge.difference import differences
from app.knowledge.releases import CHANGELOG
from app.knowledge.site import with_changes
from app.ops.clock import today


def run(old: str, new: str) -> int:
    """Without NEW: against the knowledge as it is used here."""
    if not old:
        raise CmmError("CMM-0312", "Name what to compare with: a folder, or `shipped`.")
    before = knowledge_at(old)
    after = knowledge_at(new) if new else knowledge_here().knowledge
    lines = differences(before, after)
    for line in lines:
        print(line)
    print(f"{counted(len(lines), 'difference')} between {before.version} and {after.version}")
    print(f"What each release changed, and why: {CHANGELOG}")
    return 0


def knowledge_at(place: str) -> Knowledge:
    """`shipped`, a knowledge folder (with data/ and rules/), or a folder of a site's changes."""
    if place == "shipped":
        return load_compiled().knowledge
    folder = Path(place)
    if is_knowledge(folder):
        return load_knowledge(folder)
    return with_changes(load_compiled().knowledge, read_changes(folder), today())


def is_knowledge(folder: Path) -> bool:
    """Or is it a folder of a site's changes? Raises CMM-0312 for one that is neither."""
    must_list(folder)
    if (folder / "data").is_dir() and (folder / "rules").is_dir():
        return True
    if any(folder.glob("*.yaml")):
        return False
    raise CmmError(
        "CMM-0312",
        f"{folder} is neither a knowledge folder nor a folder of a site's changes: name one that holds "
        "data/ and rules/, one that holds .yaml files with changes, or `shipped`.",
    )
