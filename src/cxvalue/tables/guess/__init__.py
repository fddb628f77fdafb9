"""A guess at an unknown export: which file is which table, and which column is which."""

from cxvalue.tables.guess.guess import Guess
from cxvalue.tables.guess.guess_folder import guess_folder
from cxvalue.tables.guess.section_guess import SectionGuess

__all__ = ["Guess", "SectionGuess", "guess_folder"]
