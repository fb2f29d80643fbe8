"""The plots there are, by name; chosen by `callin rehearse --plot`."""

from callin.rehearsal.plots.friday import FRIDAY
from callin.rehearsal.plots.plot import Plot

PLOTS: dict[str, Plot] = {plot.name: plot for plot in (FRIDAY,)}

__all__ = ["PLOTS", "Plot"]
