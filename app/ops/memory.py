"""When a server looks for garbage: what lives as long as the process is left out, and a chart is no reason."""

import gc

# A chart and its assessment make some 20,000 values that hold others and drop nearly all of them by themselves.
# Python looks after every 700, which cost a tenth of the time from bytes to assessment.
_NEW_VALUES = 100_000


def settle() -> None:
    """
    Called once all knowledge is loaded. Walking it in every full collection would stop all pages for a
    tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_VALUES, *gc.get_threshold()[1:])
