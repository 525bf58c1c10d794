# The same scripted steps that CI runs. The wheel is compiled in an image that has a compiler and runs in one that has none.
FROM python:3.13 AS build
WORKDIR /srv/concordance
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY scripts scripts
COPY app app
COPY launch launch
COPY fhir_mappings fhir_mappings
RUN scripts/install /srv/venv '.[compiled]' && scripts/wheel /srv/venv/bin /srv/wheel

FROM python:3.13-slim
# A slim image has no font; Liberation has the letters of the languages we print, others need one of their own.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
COPY constraints.txt /srv/
COPY --from=build /srv/wheel /srv/wheel
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir --constraint /srv/constraints.txt \
    "$(ls /srv/wheel/*.whl)[pdf]" && useradd --system --home-dir /srv/data --create-home concordance
USER concordance
WORKDIR /srv/data
ENV PATH=/srv/venv/bin:$PATH CONCORDANCE_HOST=0.0.0.0 CONCORDANCE_DATABASE_URL=sqlite:////srv/data/concordance.sqlite3
EXPOSE 8000
CMD ["cmm", "serve"]
