// Loaded before everything else by the npm scripts. Plain JavaScript, since it speaks where TypeScript does not run:
// an older Node ends at the first `.ts` with a message nobody understands.
const version = process.versions.node

if (Number.parseInt(version, 10) < 24) {
  process.stderr.write(`
Signet needs Node 24; this is Node ${version}.

npm installs Node 24 beside the other packages unless install scripts or optional packages are switched off. Either
  npm ci --include=optional --ignore-scripts=false
or install Node 24 yourself, or run the container: docker compose up

`)
  process.exit(1)
}
