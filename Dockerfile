# The same scripted steps that CI runs (scripts/install), in a small image without root.
FROM python:3.13-slim
WORKDIR /srv/concordance
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY scripts scripts
COPY app app
COPY launch launch
COPY fhir_mappings fhir_mappings
# A slim image has no font; Liberation has the letters of the languages we print, others need one of their own.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
RUN scripts/install /srv/venv '.[pdf]' && useradd --system --home-dir /srv/data --create-home concordance
USER concordance
ENV PATH=/srv/venv/bin:$PATH CONCORDANCE_HOST=0.0.0.0 CONCORDANCE_DATABASE_URL=sqlite:////srv/data/concordance.sqlite3
EXPOSE 8000
CMD ["cmm", "serve"]
