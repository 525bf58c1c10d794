"""What people are handed of a signed plan: the patient's pages, the clinician's note, the prescriber's message."""

from app.planning.papers.clinician_note import clinician_note, whole_note
from app.planning.papers.languages import ENGLISH, Language, language_of, languages
from app.planning.papers.paper import Foreign, Paper, Points, Section, Table, Words
from app.planning.papers.patient_pages import patient_pages
from app.planning.papers.prescriber_message import prescriber_message, unanswered
from app.planning.papers.reasons import Plainly, plainly
from app.planning.papers.text import paper_text

__all__ = [
    "ENGLISH",
    "Foreign",
    "Language",
    "Paper",
    "Plainly",
    "Points",
    "Section",
    "Table",
    "Words",
    "clinician_note",
    "language_of",
    "languages",
    "paper_text",
    "patient_pages",
    "plainly",
    "prescriber_message",
    "unanswered",
    "whole_note",
]
