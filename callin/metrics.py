"""The station in figures for Prometheus; asked by whoever has the token, or by a program on this very machine."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample
from werkzeug.exceptions import Forbidden

from callin import meters
from callin.desk.figures import Figures, Spread, figures_of
from callin.station import Station, the_station

FORM = "text/plain; version=0.0.4; charset=utf-8"
# What a web server in front adds: then the request comes from elsewhere, however near that server is.
BROUGHT_BY_A_PROXY = ("Forwarded", "X-Forwarded-For", "X-Real-IP")

door = Blueprint("metrics", __name__)


@door.get("/metrics")
def metrics() -> Response:
    """All figures; 403 to strangers."""
    station = the_station()
    if not _may_see(station):
        raise Forbidden("These figures need CALLIN_METRICS_TOKEN, or a request from this machine itself.")
    registry = CollectorRegistry()
    registry.register(_Whole(station))
    return Response(generate_latest(registry), content_type=FORM)


def _may_see(station: Station) -> bool:
    token = station.settings.metrics_token
    if token is not None:
        expected = f"Bearer {token.get_secret_value()}".encode()
        return hmac.compare_digest(request.headers.get("Authorization", "").encode("utf-8", "replace"), expected)
    if any(name in request.headers for name in BROUGHT_BY_A_PROXY):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Whole(Collector):
    """What the tables tell, and what this process has counted."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        with self._station.reading() as session:
            figures = figures_of(session)
        yield from _from_tables(figures)
        for name, what, at in (
            ("callin_courier_beat_age_seconds", "Since a courier was last seen at work.", figures.courier_seen_at),
            ("callin_check_age_seconds", "Since our calls were last held against Twilio's.", figures.checked_at),
        ):
            if at is not None:
                yield _gauge(name, what, max((self._station.clock() - at).total_seconds(), 0.0))
        process = str(os.getpid())
        errors = CounterMetricFamily(
            "callin_twilio_errors", "What Twilio's REST API refused or did not answer.", labels=("code", "process")
        )
        for where, counts in (("courier", figures.twilio_errors), (process, meters.TWILIO_ERRORS.seen())):
            for code, count in sorted(counts.items()):
                errors.add_metric((code, where), count)
        yield errors
        for family in meters.PROCESS.collect():
            # Several processes may answer at one address, each with figures of its own.
            family.samples = [_of_process(sample, process) for sample in family.samples]
            yield family


def _of_process(sample: Sample, process: str) -> Sample:
    return sample._replace(labels={**sample.labels, "process": process})


def _from_tables(figures: Figures) -> Iterable[Metric]:
    yield _counter("callin_calls", "Finished calls of listeners.", "outcome", figures.calls)
    yield _gauges("callin_line_waiting", "Who waits in the line now.", "kind", figures.waiting)
    yield _gauge("callin_on_air", "Listeners on the air now.", figures.on_air)
    yield _gauge("callin_djs", "DJs on the line now.", figures.djs)
    yield _gauge("callin_show_open", "Whether callers are let in.", int(figures.show_is_open))
    yield _histogram("callin_wait_seconds", "How long finished calls waited in the line.", figures.waits)
    yield _histogram("callin_air_seconds", "How long finished calls were on the air.", figures.airs)
    yield _gauges("callin_texts", "Texts in and out on record.", "state", figures.texts)
    yield _counter("callin_text_errors", "Texts that Twilio or a carrier refused.", "code", figures.text_errors)
    yield _gauges("callin_recordings", "Messages that callers left, by where their sound is.", "state", figures.sounds)
    yield CounterMetricFamily("callin_drift", "What we believed and Twilio did not agree with.", value=figures.drift)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _gauges(name: str, what: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=(label,))
    for value, count in sorted(values.items()):
        family.add_metric((value,), count)
    return family


def _counter(name: str, what: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, what, labels=(label,))
    for value, count in sorted(values.items()):
        family.add_metric((value,), count)
    return family


def _histogram(name: str, what: str, spread: Spread) -> Metric:
    buckets = [(str(float(bound)), float(count)) for bound, count in spread.below.items()]
    return HistogramMetricFamily(
        name, what, buckets=[*buckets, ("+Inf", float(spread.count))], sum_value=float(spread.total_s)
    )
