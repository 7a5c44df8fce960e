# tagdock in a container: mount your folder with config.yaml (and its own tags/, variables/ ...) at /site.
FROM python:3.13-slim
WORKDIR /opt/tagdock
COPY .ci/requirements.lock .ci/requirements.lock
RUN python -m venv .venv && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r .ci/requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY container container
COPY tags tags
COPY triggers triggers
COPY variables variables
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --create-home --home-dir /site tagdock
COPY --chown=tagdock config.yaml /site/config.yaml
USER tagdock
WORKDIR /site
VOLUME /site/data
EXPOSE 8080
HEALTHCHECK CMD ["/opt/tagdock/.venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthy', timeout=3)"]
CMD ["/opt/tagdock/.venv/bin/tagdock", "serve", "--listen", "0.0.0.0:8080"]
