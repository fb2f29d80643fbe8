"""`callin exchange`: a telephone exchange in a box, for any application that would talk to Twilio."""

from __future__ import annotations

import signal

import click

from callin.cli.terminal import Exit, Speed
from callin.errors import CallinError
from callin.exchange.exchange import ACCOUNT_SID, AUTH_TOKEN
from callin.exchange.server import serve


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--account-sid", default=ACCOUNT_SID, show_default=True, help="The account that it plays.")
@click.option("--auth-token", default=AUTH_TOKEN, show_default=True, help="Signs its webhooks.")
@click.option("--speed", type=Speed(0.01, 1000), default=1.0, show_default=True, help="Times real time.")
@click.option("--manual-clock", is_flag=True, help="Time stands still until POST /_exchange/clock.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the dice behind its faults.")
@click.option("--open-control", is_flag=True, help="Other machines may use the control API too.")
def exchange(
    *,
    port: int,
    host: str,
    account_sid: str,
    auth_token: str,
    speed: float,
    manual_clock: bool,
    seed: int,
    open_control: bool,
) -> int:
    """Stand in for Twilio on this machine: REST, webhooks, queues, texts, and a control API for pretend phones."""
    try:
        ended_by = serve(
            port=port,
            host=host,
            account_sid=account_sid,
            auth_token=auth_token,
            speed=speed,
            manual_clock=manual_clock,
            seed=seed,
            is_control_open=open_control,
        )
    except OSError as error:
        raise CallinError(
            f"Cannot listen on {host}:{port} ({error.strerror or error}). Choose another: --port 0"
        ) from error
    return Exit.INTERRUPTED if ended_by == signal.SIGINT else Exit.OK
