# One image for each app: docker build --build-arg APP=gateway .
FROM node:24-bookworm-slim AS node

# What the app is made of: it, and the packages of the workspace it needs. Tests do not reach this point, see .dockerignore.
FROM node AS selection
ARG APP
RUN --mount=type=bind,target=/repository node /repository/tools/docker/src/main.ts "$APP" /repository /selection

# Its third-party packages, as package-lock.json has them. Runs again only when a package.json or the lock file has changed.
FROM node AS packages
WORKDIR /millrace
COPY --from=selection /selection/manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts

FROM node AS app
ARG APP
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 NODE_COMPILE_CACHE=/millrace/compiled
WORKDIR /millrace
# Links of packages to each other instead of copies: Node runs no TypeScript below node_modules.
COPY --from=packages /millrace/node_modules ./node_modules
COPY --from=selection /selection/sources ./
RUN ln -s "apps/$APP" app && install -d -o node -g node compiled /data
USER node
# Compiles what the app imports, once and for all. The wrong LOG_LEVEL ends it before it does anything.
RUN LOG_LEVEL=none node app/src/main.ts 2>&1 | tee /dev/stderr | grep -q LOG_LEVEL

LABEL org.opencontainers.image.title="millrace-$APP" \
      org.opencontainers.image.description="Millrace: $APP" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=3 \
  CMD ["node", "-e", "require('node:http').get({ host: '127.0.0.1', port: process.env.PORT, path: '/readyz' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))"]
# What the flags are for: tools/launcher/src/processes/node-flags.ts
CMD ["node", "--disable-warning=TimeoutNegativeWarning", "--no-allocation-site-pretenuring", "--no-parallel-scavenge", "--max-semi-space-size=32", "--heap-growing-percent=100", "app/src/main.ts"]
