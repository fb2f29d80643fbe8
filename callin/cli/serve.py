"""`callin serve`: the web application on granian, with a courier beside it."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from functools import partial
from multiprocessing.synchronize import Event
from types import FrameType
from typing import Any

import click
import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.common import AbstractServer

from callin.cli.chores import CHORES_STOP_WITHIN_S, begin_chores
from callin.cli.terminal import Exit, station_for_command, tell
from callin.courier import Courier
from callin.errors import CallinError
from callin.logs import configure_logs
from callin.serving import create_asgi
from callin.settings import Settings
from callin.station import station_of
from callin.webhooks import Front

# More than that is for several machines.
MOST_WORKERS = 64
# What is rendered for a board with hundreds of rows holds the interpreter for tens of milliseconds. The event loop lets
# go of it at each statement, and with Python's own five milliseconds would wait as long each time to have it back.
SWITCH_S = 0.0001
# Between a new worker's start and the old one's burial.
RESPAWN_AFTER_S = 0.5
# A round of the courier may be waiting for Twilio twice over.
COURIER_STOPS_WITHIN_S = 25

_log = structlog.get_logger(__name__)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here instead of on PORT; 0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=1, show_default=True, help="Processes that answer."
)
@click.option("--no-courier", is_flag=True, help="Leave owed texts to `callin courier`.")
def serve(*, port: int | None, host: str, workers: int, no_courier: bool) -> int:
    """Answer the phones: Twilio's webhooks come in here, until stopped."""
    settings = station_for_command(is_server=True).settings
    address = free_address(host, port=settings.port if port is None else port)
    server = Granian(
        "callin.app",
        address=host,
        port=address,
        interface=Interfaces.ASGINL,
        websockets=False,
        workers=workers,
        # A worker that died is replaced, by forking anew: safe while no courier runs in the process that is copied.
        respawn_failed_workers=no_courier,
        respawn_interval=RESPAWN_AFTER_S,
        log_level=LogLevels.error,
        # Its own handlers write to stdout and know no masks: let its lines pass through ours.
        log_dictconfig={"handlers": {}, "formatters": {}, "loggers": {"_granian": {}, "granian.access": {}}},
        workers_kill_timeout=10,
    )
    stop, signals = threading.Event(), list[int]()
    # The worker is a process of its own, forked; its open pages end when this is set.
    ending = multiprocessing.get_context("fork").Event()
    work = partial(_work, settings, server, stop, workers=workers)
    courier = None if no_courier else threading.Thread(target=work, name="courier")

    @server.on_startup
    def _begin() -> None:
        configure_logs(level=settings.log_level, form=settings.log_format)
        # systemd sends SIGTERM to the worker too; granian then calls a crash what is only quicker than itself.
        logging.getLogger("_granian").addFilter(lambda _record: not stop.is_set())

        def heard(number: int, _frame: FrameType | None) -> None:
            signals.append(number)
            stop.set()
            ending.set()
            server.signal_handler_interrupt()  # type: ignore[no-untyped-call]  # granian's own

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, heard)
        if courier is not None:
            courier.start()
        tell(f"callin: listening on http://{host}:{address} for {settings.public_base_url}")

    # What is loaded by now stays shared with the workers if the collector does not write there: 170 MiB instead of 195.
    gc.freeze()
    try:
        server.serve(target_loader=partial(application, settings, ending), wrap_loader=False)
    except SystemExit:
        # So granian ends when its worker has crashed.
        if not signals:
            return Exit.FAILED
    finally:
        stop.set()
        if courier is not None and courier.is_alive():
            courier.join(COURIER_STOPS_WITHIN_S)
    return Exit.INTERRUPTED if signal.SIGINT in signals else Exit.OK


def application(settings: Settings, ending: Event) -> Front:
    """Return the application, made inside the worker process: connections are not to be shared over a fork.

    Args:
        settings: checked.
        ending: set by the parent, so that open pages let a stop happen at once.
    """
    # A terminal's Ctrl-C goes to the worker too: left to itself it would go first, and granian call that a crash.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    sys.setswitchinterval(SWITCH_S)
    configure_logs(level=settings.log_level, form=settings.log_format)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    return create_asgi(station_of(settings), stopping=ending)


def _end_with_parent() -> None:
    """The worker goes when its parent is killed: left over, it would keep the port and answer without a courier."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def free_address(host: str, *, port: int) -> int:
    """Return the port to listen on, which nobody else does.

    Args:
        port: the one wanted; 0 takes any free one.

    Raises:
        CallinError: it is taken, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server will do it: a port whose last connections are just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            chosen: int = probe.getsockname()[1]
        except OSError as error:
            raise CallinError(
                f"Cannot listen on {host}:{port} ({error.strerror or error}). "
                "Stop what listens there, or choose another port: callin serve --port 8001"
            ) from error
    return chosen


def _work(settings: Settings, server: AbstractServer[Any], stop: threading.Event, *, workers: int) -> None:
    """A courier of this process; it begins once all workers have been forked, so that nothing of its is copied."""
    while len(server.wrks) < workers and not stop.wait(0.05):
        pass
    station = station_of(settings)
    chores = begin_chores(station, stop=stop)
    Courier(station).run(stop)
    for chore in chores:
        chore.join(CHORES_STOP_WITHIN_S)
