"""
Everything a user can put right, as one small tree.

BijianError
  x ExportError        an export that cannot be read or understood
  x LabelsError        labelled posts that contradict themselves or the rules
  x ModelFileError     a model folder that is not what its manifest says
  x RunError           an output folder that cannot be written or resumed

What escapes this tree is a bug of ours and keeps its traceback.
A message says where, what was found and what to do.
"""


class BijianError(Exception):
    """Root of what a user can put right; the command line shows it in one line and ends with 1."""


class ExportError(BijianError):
    """An export cannot be read or understood."""


class LabelsError(BijianError):
    """Labelled posts contradict themselves or the rules of the corpus."""


class ModelFileError(BijianError):
    """A model folder is missing, damaged, or not what its manifest says."""


class RunError(BijianError):
    """An output folder cannot be written, resumed or merged."""
