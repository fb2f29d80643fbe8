"""A recorded show: read from the tape, made nobody's, written to a file, read from one; used by terminal and replay."""

from callin.recorded.export import export_show
from callin.recorded.file import BEGAN_AT, RecordedShow, counted, read_file, save_file, write_file

__all__ = ["BEGAN_AT", "RecordedShow", "counted", "export_show", "read_file", "save_file", "write_file"]
