# Node 24 runs the TypeScript as it is: there is nothing to build, only packages to install.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings its own Node, so the optional npm package of it stays out; no package needs an install script.
RUN npm ci --omit=optional --omit=dev --ignore-scripts

FROM node:24-slim
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY config ./config
COPY migrations ./migrations
COPY views ./views
COPY src ./src

# Nothing below /app is written to: run it with a read-only root. /data is for whoever runs without Postgres; /tmp, where
# it may be written to, keeps compiled code for the next start.
RUN install -d -o node -g node -m 0700 /data
ENV NODE_ENV=production SIGNET_DATA_DIR=/data
VOLUME /data
USER 1000:1000
EXPOSE 3000

HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MANAGEMENT_PORT ?? '9000').split(':').at(-1) + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Not npm, which swallows signals. SIGTERM drains: leave it 30 seconds.
CMD ["node", "src/main.ts"]
