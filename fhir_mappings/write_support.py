"""The person's context, self-management, course and access of a plan, each as a line of words."""

from app.domain.person_context import Access, ContextTopic, SelfManagement
from app.domain.plan import ActionPlan, CodedLists

FROM_CHART, TOLD = "from the chart, ", "told at the visit"


def context_lines(plan: ActionPlan) -> tuple[str, ...]:
    """What is known of the person, and where from."""
    return tuple(
        f"{topic_title(item.topic)}: {item.text} "
        f"({FROM_CHART + item.source.resource if item.source else TOLD})"
        for item in plan.context
    )


def topic_title(topic: ContextTopic) -> str:
    return topic.value.replace("-", " ").capitalize()


def support_lines(plan: ActionPlan, lists: CodedLists) -> tuple[str, ...]:
    return tuple(support_line(one, lists) for one in plan.self_management)


def support_line(one: SelfManagement, lists: CodedLists) -> str:
    """The barrier with what was agreed for it."""
    agreed = (lists.title("techniques", one.technique) if one.technique else "", one.text)
    told = ". ".join(text for text in agreed if text) or "nothing agreed yet"
    return f"{lists.title('barriers', one.barrier)}: {told}"


def course_line(plan: ActionPlan) -> str:
    """How long the intervention goes on and how often there is contact; empty where nobody said."""
    weeks = (
        f"The intervention goes on for {plan.duration_weeks} weeks" if plan.duration_weeks else ""
    )
    often = f"contact: {plan.contact_frequency}" if plan.contact_frequency else ""
    said = "; ".join(text for text in (weeks, often) if text)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def access_note(one: Access) -> str:
    """With each part named, so that a reader can take it apart again: a name may hold a comma."""
    parts = (one.name, one.role and f"role: {one.role}", one.how and f"how: {one.how}")
    return "; ".join(text for text in parts if text)


def access_lines(plan: ActionPlan) -> tuple[str, ...]:
    return tuple(
        ", ".join(text for text in (one.name, one.role, one.how) if text) for one in plan.access
    )
