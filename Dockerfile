# orch in a container: docker build -t job-orchestrator .
# Deno, orch as one file, and what jobs of most types run with: sh, bash, python3, git. Scripts of Node need an
# image made from this one that has node. Other images to start from: --build-arg DENO_IMAGE=… BASE_IMAGE=…
ARG DENO_IMAGE=docker.io/denoland/deno:2.9.6
ARG BASE_IMAGE=docker.io/library/debian:trixie-slim

FROM ${DENO_IMAGE} AS build
WORKDIR /build
COPY deno.json deno.lock main.ts ./
COPY lib lib
COPY executors executors
COPY tools tools
RUN deno task bundle && cp "$(deno eval 'console.log(Deno.execPath())')" /build/deno

FROM ${BASE_IMAGE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends bash ca-certificates git python3 tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --home-dir /app --shell /usr/sbin/nologin orch \
  && mkdir -p /app/workflows /var/lib/orch \
  && chown orch: /app /app/workflows /var/lib/orch
COPY --from=build /build/deno /usr/local/bin/deno
COPY --from=build /build/dist/orch.js /usr/local/lib/orch/orch.js
COPY --chmod=755 deploy/orch /usr/local/bin/orch

# Runs are kept here: the folder of a workflow may be one that cannot be written to.
ENV ORCH_STATE_DIR=/var/lib/orch DENO_NO_UPDATE_CHECK=1
VOLUME /var/lib/orch
USER 10001:10001
WORKDIR /app
# That orch starts. Whether a run goes well is in its exit code.
HEALTHCHECK --interval=60s --timeout=10s --start-period=5s CMD ["orch", "--version"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["orch"]
CMD ["--help"]
