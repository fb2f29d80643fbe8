"""The doctor: looks at everything a live show stands on and changes nothing; asked by the terminal."""

from callin.doctor.examination import examine
from callin.doctor.findings import Finding, Health

__all__ = ["Finding", "Health", "examine"]
