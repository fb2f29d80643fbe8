# Callin in a container: web and courier from one image. See docs/deploy.md.

FROM python:3.13-slim AS build
RUN pip install --no-cache-dir "uv>=0.13,<0.14"
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY callin callin
COPY twiml_templates twiml_templates
ENV UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/callin
RUN uv sync --locked --no-dev --no-editable --extra postgres

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data callin
COPY --from=build /opt/callin /opt/callin
ENV PATH=/opt/callin/bin:$PATH PYTHONUNBUFFERED=1 DATABASE_URL=sqlite:////data/callin.db LOG_FORMAT=json
USER callin
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8000)}/healthz', timeout=4)"]
# Upgrading is safe to repeat, and two containers that begin together wait for each other.
CMD ["sh", "-c", "callin db upgrade && exec callin serve --host 0.0.0.0"]
