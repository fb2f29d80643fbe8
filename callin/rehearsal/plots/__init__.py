"""The plots there are, by name; chosen by `callin rehearse --plot`."""

from callin.rehearsal.plots.friday import FRIDAY
from callin.rehearsal.plots.plot import Plot
from callin.rehearsal.plots.short import SHORT

PLOTS: dict[str, Plot] = {plot.name: plot for plot in (FRIDAY, SHORT)}

__all__ = ["PLOTS", "Plot"]
