"""The allergies a plan keeps: an empty list is only empty where it was read in full."""

from app.domain.chart import Chart
from app.domain.plan import AllergyList

_RESOURCE = "AllergyIntolerance"


def allergy_list(chart: Chart) -> AllergyList:
    """An entry that could not be used is as good as one that was not read: it may be the one that matters."""
    unusable = any(g.source and g.source.resource == _RESOURCE for g in chart.gaps)
    complete = _RESOURCE not in chart.unread and not unusable
    return AllergyList(tuple(a for a in chart.allergies if a.active), complete)
